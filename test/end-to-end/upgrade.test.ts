import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeleteStackCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateRepositoryCommand, DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { applicationStack, buildApplication, deployApplication } from '../../local/application.ts';
import { deploy } from '../../local/demo/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { projectRoot } from '../../local/paths.ts';
import { type Clients, connect } from './support/clients.ts';
import { repository } from './support/new-stack.ts';

const patience = 240_000;
const earlier = join(projectRoot, 'test', 'fixtures', 'releases', '0.1.0', 'template.yaml');
const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

describe('an upgrade', () => {
  let aws: LocalAws;
  let clients: Clients;

  beforeAll(async () => {
    // The macro's name is one for an account: the other tests' AWS has this version's.
    aws = await startLocalAws();
    clients = connect({ endpoint: aws.endpoint, environment: {} });
    await buildApplication();
    await deployApplication(aws, { KeepImages: '7' }, earlier);
  }, patience);
  afterAll(() => aws.stop());

  const output = async (key: string): Promise<string | undefined> => {
    const { Stacks } = await clients.cloudformation.send(
      new DescribeStacksCommand({ StackName: applicationStack }),
    );
    return Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
  };
  const mutabilityOf = async (name: string) => {
    const { repositories } = await clients.ecr.send(
      new DescribeRepositoriesCommand({ repositoryNames: [name] }),
    );
    return repositories?.[0]?.imageTagMutability;
  };
  const remove = async (stackName: string) => {
    await clients.cloudformation.send(new DeleteStackCommand({ StackName: stackName }));
    const isThere = async () =>
      (await clients.cloudformation.send(new DescribeStacksCommand({}))).Stacks?.some(
        ({ StackName, StackStatus }) => StackName === stackName && StackStatus !== 'DELETE_COMPLETE',
      );
    while (await isThere()) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  /** A stack with a repository of its own, and a custom resource over another one where there are properties. */
  const using = (stackName: string, RepositoryName: string) => ({
    deploy: (type: 'CREATE' | 'UPDATE', properties?: JsonObject, logicalId = 'Settings') =>
      deploy(clients, {
        ...{ stackName, type, parameters: {} },
        document: {
          Transform: 'EcrHardening',
          Resources: {
            Orders: repository({ RepositoryName: stackName }),
            ...(properties && {
              [logicalId]: { Type: 'Custom::EcrSettings', Properties: { RepositoryName, ...properties } },
            }),
          },
        },
      }),
  });
  const moved = using('moved', 'of-nobody');
  const late = using('late', 'of-nobody-either');
  const deployed = { kind: 'deployed' };

  test(
    'from the version before: a stack that takes its custom resource out, and puts it back afterwards, keeps what it had; what it found before is not known',
    async () => {
      expect(await output('Version')).toBeUndefined();
      for (const repositoryName of ['of-nobody', 'of-nobody-either'])
        await clients.ecr.send(new CreateRepositoryCommand({ repositoryName }));
      for (const stack of [moved, late]) expect(await stack.deploy('CREATE', {})).toEqual(deployed);
      expect(await moved.deploy('UPDATE')).toEqual(deployed);

      await deployApplication(aws);
      expect(await output('Version')).toBe(version);
      expect(await output('SettingsServiceToken')).toMatch(/:function:EcrHardening-settings$/);
      const all = async () =>
        Promise.all(['moved', 'late', 'of-nobody', 'of-nobody-either'].map(mutabilityOf));
      expect(await all()).toEqual(Array(4).fill('IMMUTABLE'));

      expect(await moved.deploy('UPDATE', { RequireScanning: 'true', OnDelete: 'Restore' })).toEqual(
        deployed,
      );
      // Of a stack that did not move, CloudFormation refuses an update of the resource.
      expect(await late.deploy('UPDATE', { RequireScanning: 'true' })).toEqual({
        kind: 'failed',
        reason: 'Settings: Modifying service token is not allowed.',
      });
      expect(await late.deploy('UPDATE')).toEqual(deployed);
      expect(await late.deploy('UPDATE', {}, 'Moved')).toEqual(deployed);
      expect(await all()).toEqual(Array(4).fill('IMMUTABLE'));
    },
    patience,
  );

  test(
    'a second installation is refused, and names the first one',
    async () => {
      const { TemplateBody = '{}' } = await clients.cloudformation.send(
        new GetTemplateCommand({ StackName: applicationStack, TemplateStage: 'Processed' }),
      );
      const outcome = await deploy(clients, {
        ...{ stackName: 'second', type: 'CREATE', parameters: {} },
        document: JSON.parse(TemplateBody),
      });
      expect(outcome).toMatchObject({
        kind: 'failed',
        reason: expect.stringMatching(
          /^SettingsFunction: EcrHardening-settings already exists in stack arn:aws:cloudformation:\S+:stack\/ecr-hardening\/\S+$/,
        ),
      });
    },
    patience,
  );

  test(
    'a stack outlives a removal of the application: installed again, with its table, it goes on and gives back what was found',
    async () => {
      const found = 'of-nobody-third';
      await clients.ecr.send(new CreateRepositoryCommand({ repositoryName: found }));
      const stack = using('living', found);
      expect(await stack.deploy('CREATE', { OnDelete: 'Restore' })).toEqual(deployed);
      const ClaimsTableName = (await output('ClaimsTableName')) ?? '';
      await remove(applicationStack);
      await deployApplication(aws, { ClaimsTableName });
      expect(await stack.deploy('UPDATE', { OnDelete: 'Restore', RequireScanning: 'true' })).toEqual(
        deployed,
      );
      expect(await mutabilityOf(found)).toBe('IMMUTABLE');
      await remove('living');
      expect(await mutabilityOf(found)).toBe('MUTABLE');
      // The tags of the version before are not read: what its successor found is what is given back.
      await remove('moved');
      expect(await mutabilityOf('of-nobody')).toBe('IMMUTABLE');
    },
    patience,
  );
});
