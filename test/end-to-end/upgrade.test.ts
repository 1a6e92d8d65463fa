import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
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

  const versionOutput = async (): Promise<string | undefined> => {
    const { Stacks } = await clients.cloudformation.send(
      new DescribeStacksCommand({ StackName: applicationStack }),
    );
    return Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'Version')?.OutputValue;
  };
  const mutabilityOf = async (name: string) => {
    const { repositories } = await clients.ecr.send(
      new DescribeRepositoriesCommand({ repositoryNames: [name] }),
    );
    return repositories?.[0]?.imageTagMutability;
  };
  const template = (properties: JsonObject): JsonObject => ({
    Transform: 'EcrHardening',
    Resources: {
      Orders: repository({ RepositoryName: 'upgraded' }),
      Settings: {
        Type: 'Custom::EcrSettings',
        Properties: { RepositoryName: 'of-nobody', OnDelete: 'Restore', ...properties },
      },
    },
  });

  test(
    'from the version before keeps what stacks had and goes on with their resources; what they found before is not known',
    async () => {
      expect(await versionOutput()).toBeUndefined();
      await clients.ecr.send(new CreateRepositoryCommand({ repositoryName: 'of-nobody' }));
      const stack = { stackName: 'using', parameters: {} };
      const made = await deploy(clients, { ...stack, type: 'CREATE', document: template({}) });
      expect(made.kind).toBe('deployed');

      await deployApplication(aws);
      expect(await versionOutput()).toBe(version);
      expect([await mutabilityOf('upgraded'), await mutabilityOf('of-nobody')]).toEqual([
        'IMMUTABLE',
        'IMMUTABLE',
      ]);

      const updated = await deploy(clients, {
        ...stack,
        type: 'UPDATE',
        document: template({ RequireScanning: 'true' }),
      });
      expect(updated.kind).toBe('deployed');

      await clients.cloudformation.send(new DeleteStackCommand({ StackName: 'using' }));
      const isThere = async () =>
        (await clients.cloudformation.send(new DescribeStacksCommand({}))).Stacks?.some(
          ({ StackName, StackStatus }) => StackName === 'using' && StackStatus !== 'DELETE_COMPLETE',
        );
      for (let look = 0; look < 200 && (await isThere()); look += 1)
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await isThere()).toBe(false);
      // The tags of the version before are not read: what its successor found is what is given back.
      expect(await mutabilityOf('of-nobody')).toBe('IMMUTABLE');
    },
    patience,
  );
});

describe('a release', () => {
  let aws: LocalAws;
  let folder = '';

  beforeAll(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'ecr-hardening-release-')), version);
    aws = await startLocalAws();
  }, patience);
  afterAll(async () => {
    await aws.stop();
    rmSync(join(folder, '..'), { recursive: true });
  });

  test(
    'holds what its sums say, and its application deploys from where it stands',
    async () => {
      const said = execFileSync(process.execPath, ['local/release.ts', '--preview', '--output', folder], {
        cwd: projectRoot,
        encoding: 'utf8',
      });
      expect(said).toContain(`Version ${version} is in`);
      expect(readdirSync(folder).sort()).toEqual([
        'CHANGES.md',
        'FindingsFunction.zip',
        'LICENSE',
        'MacroFunction.zip',
        'README.md',
        'SHA256SUMS',
        'SettingsFunction.zip',
        `ecr-hardening-${version}.tgz`,
        'template.yaml',
      ]);
      expect(
        execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' }),
      ).toBe('');
      expect(readFileSync(join(folder, 'CHANGES.md'), 'utf8')).toMatch(new RegExp(`^## ${version} `));
      await deployApplication(aws, {}, join(folder, 'template.yaml'));
      const clients = connect({ endpoint: aws.endpoint, environment: {} });
      const outcome = await deploy(clients, {
        stackName: 'using',
        type: 'CREATE',
        parameters: {},
        document: { Transform: 'EcrHardening', Resources: { Orders: repository({}) } },
      });
      expect(outcome.kind).toBe('deployed');
    },
    patience,
  );
});
