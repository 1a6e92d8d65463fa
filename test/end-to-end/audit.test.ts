import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  SetRepositoryPolicyCommand,
} from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RepositoryAudit } from '../../audit/audit.ts';
import { isUnknown } from '../../core/known.ts';
import { pushImage } from '../../local/demo/registry.ts';
import { projectRoot } from '../../local/paths.ts';
import type { DescribedRepository } from '../../wording/audit/describe.ts';
import { bin, buildBin, compiledBefore } from '../support/command.ts';
import { fillWithFleet } from './support/fleet-in-use.ts';
import { newStack, repository } from './support/new-stack.ts';
import { clients, uniqueName } from './support/stacks.ts';

const run = promisify(execFile);
const stack = newStack();
const owned = uniqueName('owned').toLowerCase();
const free = uniqueName('free').toLowerCase();

beforeAll(async () => {
  buildBin();
  await stack.deploy({
    Transform: 'EcrHardening',
    Resources: { Orders: repository({ RepositoryName: owned }) },
  });
  await clients.ecr.send(new CreateRepositoryCommand({ repositoryName: free }));
  await clients.ecr.send(
    new SetRepositoryPolicyCommand({
      repositoryName: free,
      policyText: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
      }),
    }),
  );
  for (const [tag, content] of [
    ['rolling', 'one'],
    ['rolling', 'two'],
    ['1.0.0', 'three'],
    ['1.0.1', 'four'],
  ] as const)
    await pushImage(clients, { repository: free, tag, content });
  await clients.ecr.send(
    new BatchGetImageCommand({ repositoryName: free, imageIds: [{ imageTag: '1.0.0' }] }),
  );
});
afterAll(() => stack.delete());

async function audit(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [bin, 'audit', ...args], {
    cwd: projectRoot,
    env: { ...process.env, ...compiledBefore },
    maxBuffer: 64_000_000,
  });
  return stdout;
}

describe('an audit of the local AWS', () => {
  test('knows which stack owns a repository, and that the macro has made it safe', async () => {
    const { repositories } = JSON.parse(await audit('--format', 'json'));
    const found = repositories.find(({ name }: RepositoryAudit) => name === owned);
    expect(found).toMatchObject({
      stack: stack.stackName,
      tagMutability: { mutability: 'IMMUTABLE', exclusions: [] },
      scanned: { how: 'on push', why: 'by its own ScanOnPush' },
      lifecyclePolicy: { kind: 'present', problems: [] },
      publicBy: [],
      readiness: { verdict: 'done' },
    });
  });

  test("says what is amiss with one that is as ECR's defaults make it, and which tag moves", async () => {
    // Other tests push at the same time, more than an audit reads by default.
    const all = ['--push-events', '100000'];
    const { repositories } = JSON.parse(await audit('--format', 'json', '-p', 'KeepImages=1', ...all));
    const found: RepositoryAudit = repositories.find(({ name }: RepositoryAudit) => name === free);
    expect(found).toMatchObject({
      stack: null,
      scanned: { how: 'not' },
      images: { count: 4, pushedLately: 4 },
      readiness: {
        verdict: 'with-exclusions',
        confidence: 'seen',
        exclusions: ['rolling'],
        moving: [
          {
            tag: 'rolling',
            evidence: expect.stringMatching(
              /^pushed 2 times since .*, with 2 different images, last by user\/local$/,
            ),
          },
        ],
      },
      // The newest stays, the untagged one for 14 days; of the two others one was pulled.
      hardened: { images: { atLeast: 2, atMost: 2 }, pulledLately: { atLeast: 1, atMost: 1 } },
    });
    expect(found.findings.map(({ subject, level }) => `${subject} ${level}`)).toEqual([
      'TagImmutability warning',
      'ScanOnPush warning',
      'LifecyclePolicy warning',
      'PublicAccess error',
      'Encryption note',
    ]);
  });

  test('names what the default policy would expire that is in use, by whom, and the KeepImages that keeps it', async () => {
    const repositoryName = uniqueName('fleet').toLowerCase();
    await clients.ecr.send(new CreateRepositoryCommand({ repositoryName }));
    const { inUse } = await fillWithFleet(repositoryName);
    const { repositories, summary } = JSON.parse(await audit('--format', 'json', '-p', 'KeepImages=20'));
    const found: DescribedRepository = repositories.find(
      ({ name }: DescribedRepository) => name === repositoryName,
    );
    if (isUnknown(found.hardened) || found.hardened === null) throw new Error('no lifecycle policy');
    const { images, inUseOrPulled, lost } = found.hardened;
    expect(images).toEqual({ atLeast: 480, atMost: 480 });
    const gone = inUse.filter(({ tag }) => Number(/\d+$/.exec(tag)?.[0]) < 480);
    const known = new Set(lost.map(({ digest }) => digest));
    const missing = gone
      .filter(({ digest }) => !known.has(digest))
      .map(({ tag, use }) => `${tag} ${use?.way}`);
    expect({ missing, inUseOrPulled, sentences: summary.sentences }).toEqual({
      missing: [],
      inUseOrPulled: { atLeast: gone.length, atMost: gone.length },
      sentences: summary.sentences,
    });
    expect(known).toEqual(new Set(gone.map(({ digest }) => digest)));
    for (const { digest, use } of gone) {
      const loss = lost.find((each) => each.digest === digest);
      const users = loss?.users.map(({ source, arn }) => `${source} ${arn}`) ?? [];
      if (use?.source === 'pulls') expect(loss?.pulledAt).toBeDefined();
      // Its clusters are asked for of the first 100 images of the account, which other tests have as well.
      else if (use?.source === 'inspector') expect(users.join()).toMatch(/^inspector arn:aws:(eks|ecr):/);
      else if (use?.arn !== undefined) expect(users).toContain(`${use.source} ${use.arn}`);
    }
    // The oldest image is in use; the pushes of 30 days, ten a day, are fewer.
    expect(found.keepImages).toMatchObject({ smallest: 500, forInUse: 500, days: 30 });
    expect(summary.sentences.join(' ')).toMatch(
      /Images in use are known from pull times, Amazon ECS, AWS Lambda/,
    );
    expect(JSON.stringify(found)).not.toContain('secret-of');
  });

  test('changes nothing, and leaves the times of the last pulls as they are', async () => {
    const before = await audit('--format', 'json');
    const after = await audit('--format', 'json');
    // What says how long ago a repository was made goes on with the time.
    const bare = (text: string) =>
      JSON.parse(text.replace(/\b\d+ min(?:utes?)?\b/g, 'some minutes')).repositories.filter(
        ({ name }: RepositoryAudit) => [owned, free].includes(name),
      );
    expect(bare(after)).toEqual(bare(before));
  });

  test('is a table for people', async () => {
    const table = await audit('--top', '0');
    expect(table).toMatch(new RegExp(`^${free} +- +mutable +no +none +4 `, 'm'));
    expect(table).toMatch(new RegExp(`^${owned} +\\S+ +immutable +on push +yes +0 `, 'm'));
  });
});
