import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DeleteRepositoryCommand, DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { isObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { buildApplication, deployApplication } from '../../local/application.ts';
import type { AuthorSettings } from '../../local/demo/author-settings.ts';
import { type Hardened, hardenTemplate } from '../../local/demo/harden-template.ts';
import { startAwsForTemplates } from '../../local/demo/start-aws.ts';
import { readTemplate, type Template } from '../../local/demo/template-file.ts';
import { section } from '../../local/demo/tree.ts';
import type { LocalAws } from '../../local/local-aws.ts';
import { projectRoot } from '../../local/paths.ts';
import { type Clients, connect } from '../end-to-end/support/clients.ts';
import { plausibleValues } from './support/plausible-values.ts';

/**
 * Public templates, each through the same functions as `npm start -- FILE`. What is expected of a file is
 * derived from the file itself: what its author wrote stays, and what they left out becomes safe.
 */
const folder = process.env.ECR_HARDENING_CORPUS ?? join(projectRoot, '..', 'shared', 'corpus');
const files = existsSync(folder)
  ? readdirSync(folder).filter((name) => /\.(ya?ml|json|template)$/.test(name))
  : [];

/** How a file that is not deployed may end: each a refusal of AWS's own or a lack of the local AWS, by name. */
const honestEnds = [
  /^the local AWS does not support AWS::[\w:, ]+(and AWS::[\w:]+)?; a real account does$/,
  /No export named \S+ found/,
];

let aws: LocalAws;
let clients: Clients;
let deployed: Template | undefined;

async function start(): Promise<void> {
  aws = await startAwsForTemplates({});
  await buildApplication();
  await deployApplication(aws);
  clients = connect(aws);
}

/** Leaves nothing of a template behind: the next one may use the same names. */
async function remove(template: Template): Promise<void> {
  const StackName = template.stackName;
  await clients.cloudformation.send(new DeleteStackCommand({ StackName }));
  for (let status = 'DELETE_IN_PROGRESS'; status === 'DELETE_IN_PROGRESS'; await sleep(50)) {
    const described = await clients.cloudformation
      .send(new DescribeStacksCommand({ StackName }))
      .catch(() => undefined);
    status = described?.Stacks?.[0]?.StackStatus ?? 'gone';
  }
  const { repositories } = await clients.ecr.send(new DescribeRepositoriesCommand({}));
  for (const { repositoryName } of repositories ?? []) {
    await clients.ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
  }
}

function read(file: string): Template | Problem {
  try {
    return readTemplate(join(folder, file), file);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function expectHardened({ changes }: Hardened): void {
  expect(changes.length).toBeGreaterThan(0);
  for (const { before, after, authors } of changes) {
    expect(before).toBeDefined();
    expect(after).toMatchObject({
      name: after.name,
      mutability: authors.tags ? before?.mutability : 'IMMUTABLE',
      exclusions: before?.exclusions ?? [],
      scanOnPush: authors.scanOnPush ? before?.scanOnPush : true,
      scanFrequency: authors.scanOnPush ? before?.scanFrequency : 'SCAN_ON_PUSH',
    });
    if (authors.lifecycle) expect(after.lifecyclePolicyText).toBe(before?.lifecyclePolicyText);
    else expect(JSON.parse(after.lifecyclePolicyText ?? '{}').rules).toHaveLength(2);
  }
}

/** The author's word, counted in the document alone: for how many repositories is `property` written down? */
function saidOf({ document }: Template, property: string): number {
  return Object.values(section(document, 'Resources')).filter(
    (resource) =>
      isObject(resource) &&
      resource.Type === 'AWS::ECR::Repository' &&
      JSON.stringify(resource).includes(`"${property}":`),
  ).length;
}

const suite = files.length > 0 ? describe : describe.skip;

suite(
  files.length > 0 ? `the ${files.length} templates of the corpus` : `no corpus: ${folder} holds no template`,
  () => {
    beforeAll(start, 180_000);
    afterAll(() => aws?.stop());
    afterEach(async () => {
      if (deployed !== undefined) await remove(deployed);
      deployed = undefined;
    }, 60_000);

    test.each(files.length > 0 ? files : ['nothing to deploy'])(
      '%s',
      async (file) => {
        const template = read(file);
        if (template instanceof Problem) {
          expect(template.message).toMatch(
            / is not YAML: it looks like a Jinja or Go template|, line \d+, column \d+: |\("Template format error: /,
          );
          expect(template.message).not.toContain('\n');
          return;
        }
        deployed = template;
        const hardening = await hardenTemplate(clients, template, plausibleValues(template.document));
        if (hardening.kind === 'failed') {
          expect(honestEnds.some((end) => end.test(hardening.reason)) || hardening.reason).toBe(true);
          return;
        }
        expectHardened(hardening);
        const said = (setting: keyof AuthorSettings) =>
          hardening.changes.filter(({ authors }) => authors[setting] !== undefined).length;
        expect({
          tags: said('tags'),
          scanOnPush: said('scanOnPush'),
          lifecycle: said('lifecycle'),
        }).toEqual({
          tags: saidOf(template, 'ImageTagMutability'),
          scanOnPush: saidOf(template, 'ScanOnPush'),
          lifecycle: saidOf(template, 'LifecyclePolicyText'),
        });
      },
      120_000,
    );
  },
);
