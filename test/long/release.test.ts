import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applicationStack, deployApplication } from '../../local/application.ts';
import { deploy } from '../../local/demo/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { projectRoot, pythonEnvironment } from '../../local/paths.ts';
import { connect } from '../end-to-end/support/clients.ts';
import { repository } from '../end-to-end/support/new-stack.ts';

const patience = 240_000;
const isUnreleased = readFileSync(join(projectRoot, 'CHANGELOG.md'), 'utf8')
  .match(/^## .*/m)?.[0]
  .endsWith('unreleased');
const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

describe('a release', () => {
  let aws: LocalAws;
  let folder = '';
  let said = '';

  beforeAll(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'ecr-hardening-release-')), version);
    aws = await startLocalAws();
    // It builds every template that has not been built yet.
    said = execFileSync(process.execPath, ['local/release.ts', '--output', folder], {
      cwd: projectRoot,
      encoding: 'utf8',
    });
  }, 900_000);
  afterAll(async () => {
    await aws.stop();
    rmSync(join(folder, '..'), { recursive: true });
  });

  test(
    'holds what its sums say, and its application deploys from where it stands',
    async () => {
      expect(said).toContain(`Version ${version} is in`);
      // Until the changelog has the version's date.
      expect(said.includes('(a preview: ')).toBe(isUnreleased);
      expect(readdirSync(folder).sort()).toEqual(
        [
          'AlertDigestFunction.zip',
          'CHANGES.md',
          'CentreFunction.zip',
          'FindingsFunction.zip',
          'HookFunction.zip',
          'KeeperBatchFunction.zip',
          'KeeperCentralFunction.zip',
          'KeeperEventsFunction.zip',
          'KeeperEvidenceFunction.zip',
          'KeeperListFunction.zip',
          'KeeperSummaryFunction.zip',
          'LICENSE',
          'MacroFunction.zip',
          'README.md',
          'RELEASE_NOTES.md',
          'SHA256SUMS',
          'SettingsFunction.zip',
          `ecr-hardening-${version}.tgz`,
          'organization.yaml',
          'sbom.cdx.json',
          'sweep.asl.json',
          ...['hook', 'organization-central', 'template'].flatMap((name) => [
            `${name}.yaml`,
            `${name}-cloudformation.yaml`,
          ]),
        ].sort(),
      );
      expect(
        execFileSync('sha256sum', ['--check', '--quiet', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' }),
      ).toBe('');
      expect(readFileSync(join(folder, 'CHANGES.md'), 'utf8')).toMatch(new RegExp(`^## ${version} `));
      await deployApplication(aws, { Keeper: 'Report' }, join(folder, 'template.yaml'));
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

  test('names the packages in it, and none of the tools', () => {
    const { bomFormat, metadata, components } = JSON.parse(
      readFileSync(join(folder, 'sbom.cdx.json'), 'utf8'),
    );
    const names: readonly string[] = components.map(({ name }: { name: string }) => name);
    expect([bomFormat, metadata.component.name]).toEqual(['CycloneDX', 'ecr-hardening']);
    for (const name of ['yaml', 'echarts', 'leven', 'ecr', 'core'])
      expect(
        names.some((each) => each === name || each.endsWith(`/${name}`) || each.endsWith(`client-${name}`)),
      ).toBe(true);
    expect(names.filter((name) => /jest|typescript|biome|playwright/.test(name))).toEqual([]);
  });

  test(
    'has templates without any transform, which cfn-lint accepts, and which deploy with the code in a bucket',
    async () => {
      const plain = readdirSync(folder).filter((name) => name.endsWith('-cloudformation.yaml'));
      for (const name of plain) {
        const { Transform: transform, Resources: resources } = JSON.parse(
          readFileSync(join(folder, name), 'utf8'),
        );
        expect({ name, transform }).toEqual({ name, transform: undefined });
        expect(JSON.stringify(resources)).not.toContain('AWS::Serverless');
      }
      const lint = spawnSync(
        join(pythonEnvironment('sam'), 'bin', 'cfn-lint'),
        ['--regions', 'us-east-1', '--template', ...plain.map((name) => join(folder, name))],
        { encoding: 'utf8' },
      );
      expect({ code: lint.status, found: lint.stdout }).toEqual({ code: 0, found: '' });

      const other = await startLocalAws();
      try {
        const here = connect({ endpoint: other.endpoint, environment: {} });
        await fetch(`${other.endpoint}/acme-code-us-east-1`, { method: 'PUT' });
        for (const name of readdirSync(folder).filter((each) => each.endsWith('.zip')))
          await fetch(`${other.endpoint}/acme-code-us-east-1/ecr-hardening/${version}/${name}`, {
            method: 'PUT',
            body: new Uint8Array(readFileSync(join(folder, name))),
          });
        const application = {
          stackName: applicationStack,
          type: 'CREATE',
          document: JSON.parse(readFileSync(join(folder, 'template-cloudformation.yaml'), 'utf8')),
        } as const;
        const parameters = { CodeBucketPrefix: 'acme-code', AlertSeverity: 'HIGH' };
        expect(await deploy(here, { ...application, parameters })).toEqual({ kind: 'deployed' });
        const outcome = await deploy(here, {
          ...{ stackName: 'using', type: 'CREATE', parameters: {} },
          document: { Transform: 'EcrHardening', Resources: { Orders: repository({}) } },
        });
        expect(outcome).toEqual({ kind: 'deployed' });
      } finally {
        await other.stop();
      }
    },
    patience,
  );
});
