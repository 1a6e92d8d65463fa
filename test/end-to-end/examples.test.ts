import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DeleteStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateRepositoryCommand,
  DeleteRepositoryCommand,
  DescribeRepositoryCreationTemplatesCommand,
} from '@aws-sdk/client-ecr';
import { paginateListSubscriptionsByTopic } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildApplication, deployApplication } from '../../local/application.ts';
import { alertTopic } from '../../local/demo/alert.ts';
import { deploy, stackResources } from '../../local/demo/deploy.ts';
import { readSettings } from '../../local/demo/repository-settings.ts';
import { parametersFor, readTemplate } from '../../local/demo/template-file.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { projectRoot } from '../../local/paths.ts';
import { type Clients, connect } from './support/clients.ts';
import { needs } from './support/example-needs.ts';
import { exampleTemplates, expectedSafety, type Safety, safetyOf } from './support/examples.ts';

const patience = 240_000;

const read = (file: string) => readTemplate(join(projectRoot, file), file);
const textOf = (file: string) => readFileSync(join(projectRoot, file), 'utf8');

describe('the templates in examples/', () => {
  let aws: LocalAws;
  let clients: Clients;
  beforeAll(async () => {
    // One of their own: some set the whole account, or whatever repositories there are.
    aws = await startLocalAws();
    clients = connect({ endpoint: aws.endpoint, environment: {} });
    await buildApplication();
    // The example of account settings says that it needs the parameter.
    await deployApplication(aws, { AlertSeverity: 'HIGH', AllowAccountSettings: 'true' });
  }, patience);
  afterAll(() => aws.stop());

  const safety = async (name: string): Promise<Safety | undefined> => {
    const found = await readSettings(clients.registry, name);
    return found === undefined ? undefined : safetyOf(found);
  };

  async function valuesFor(file: string): Promise<Record<string, string>> {
    const given = new Map<string, string>();
    for (const [name, value] of Object.entries(needs[file]?.parameters ?? {}))
      given.set(name, typeof value === 'string' ? value : await value(clients));
    // Of a new example it says which parameter has no value yet.
    return parametersFor(read(file), given);
  }

  test('are found, and the tables of this test name none that is gone', () => {
    expect(exampleTemplates.length).toBeGreaterThan(10);
    expect(Object.keys(needs).filter((file) => !exampleTemplates.includes(file))).toEqual([]);
  });

  test.each(exampleTemplates)('%s begins with a comment that says what it shows', (file) => {
    expect(textOf(file)).toMatch(/^# .*[a-z].*\.\n(?!#)/);
  });

  test.each(exampleTemplates)(
    '%s deploys through a change set, and its repositories are as safe as it says',
    async (file) => {
      const { document } = read(file);
      const { existing = {} } = needs[file] ?? {};
      for (const [repositoryName, { tags = {} }] of Object.entries(existing))
        await clients.ecr.send(
          new CreateRepositoryCommand({
            repositoryName,
            tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          }),
        );
      const parameters = await valuesFor(file);
      const stackName = file.replace(/\.[a-z]+$/, '').replaceAll(/[^a-z0-9]+/gi, '-');
      const outcome = await deploy(clients, { stackName, type: 'CREATE', document, parameters });
      expect({ file, ...outcome }).toEqual({ file, kind: 'deployed' });

      const resources = await stackResources(clients.cloudformation, stackName);
      const own = resources.filter(({ type }) => type === 'AWS::ECR::Repository');
      for (const { logicalId, physicalId } of own)
        expect([physicalId, await safety(physicalId)]).toEqual([
          physicalId,
          expectedSafety(document, logicalId, parameters),
        ]);
      for (const [name, { becomes }] of Object.entries(existing))
        expect([name, await safety(name)]).toEqual([name, becomes]);
      // Without a repository to look at, this test would prove little: such an example has one in the table.
      const looked = own.length + Object.keys(existing).length;
      const isAboutSettings = resources.some(({ type }) => type === 'Custom::EcrSettings');
      if (isAboutSettings && !isAccountAlone(file)) expect(looked).toBeGreaterThan(0);

      await clear(stackName, [...own.map(({ physicalId }) => physicalId), ...Object.keys(existing)]);
    },
    180_000,
  );

  /** Whether an example's custom resource selects no repository. */
  const isAccountAlone = (file: string) => !/RepositoryName|RepositoryTags/.test(textOf(file));

  /** Examples may have a repository's name in common; one that is retained has to go too. */
  async function clear(stackName: string, repositories: readonly string[]): Promise<void> {
    await clients.cloudformation.send(new DeleteStackCommand({ StackName: stackName }));
    const isThere = async () =>
      (
        await clients.cloudformation
          .send(new DescribeStacksCommand({ StackName: stackName }))
          .catch(() => ({ Stacks: [] }))
      ).Stacks?.some(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE') === true;
    while (await isThere()) await new Promise((resolve) => setTimeout(resolve, 100));
    for (const repositoryName of repositories)
      if ((await safety(repositoryName)) !== undefined)
        await clients.ecr.send(new DeleteRepositoryCommand({ repositoryName, force: true }));
  }

  test('the subscriptions of examples/alerts are on the topic of the application', async () => {
    const file = 'examples/alerts/email-and-queue.yaml';
    const parameters = await valuesFor(file);
    await deploy(clients, {
      stackName: 'alerts-again',
      type: 'CREATE',
      document: read(file).document,
      parameters,
    });
    const protocols: string[] = [];
    for await (const { Subscriptions } of paginateListSubscriptionsByTopic(
      { client: clients.sns },
      { TopicArn: await alertTopic(clients) },
    ))
      for (const { Protocol, Endpoint } of Subscriptions ?? []) protocols.push(`${Protocol} ${Endpoint}`);
    expect(protocols).toContain('email platform@example.com');
    expect(protocols.filter((each) => /^sqs arn:.*alerts-again/.test(each))).toHaveLength(1);
    await clear('alerts-again', []);
  });

  test('creation templates get a lifecycle policy; a cache stays mutable to follow its upstream', async () => {
    const { document } = read('examples/creation-templates/pull-through-cache.yaml');
    const stackName = 'creation-templates-again';
    expect(await deploy(clients, { stackName, type: 'CREATE', document, parameters: {} })).toEqual({
      kind: 'deployed',
    });
    const { repositoryCreationTemplates = [] } = await clients.ecr.send(
      new DescribeRepositoryCreationTemplatesCommand({}),
    );
    const found = repositoryCreationTemplates.map(
      ({ prefix, imageTagMutability, lifecyclePolicy = '{}' }) => ({
        prefix,
        imageTagMutability,
        rules: JSON.parse(lifecyclePolicy).rules.length,
      }),
    );
    expect(found).toEqual([
      { prefix: 'ROOT', imageTagMutability: 'IMMUTABLE', rules: 2 },
      { prefix: 'docker-hub', imageTagMutability: 'MUTABLE', rules: 2 },
    ]);
    await clear(stackName, []);
  });
});
