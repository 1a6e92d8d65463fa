import {
  BatchDeleteImageCommand,
  CreateRepositoryCommand,
  DescribeImageScanFindingsCommand,
  type DescribeImageScanFindingsCommandOutput,
  PutImageCommand,
  PutRegistryScanningConfigurationCommand,
  type ScanFrequency,
  StartImageScanCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, describe, expect, test } from '@jest/globals';
import { uniqueName } from '../support/stacks.ts';
import {
  clientsIn,
  digestOf,
  eventsMatching,
  type Finding,
  finds,
  imageWith,
  putManifest,
} from './ecr-scans-support.ts';

const region = 'eu-west-1';
const clients = clientsIn(region);
const { ecr } = clients;

const openssl: Finding = {
  name: 'CVE-2026-0001',
  severity: 'CRITICAL',
  package: 'openssl',
  version: '3.0.1',
  fixed: '3.0.2',
};
const zlib: Finding = { name: 'CVE-2026-0002', severity: 'LOW', package: 'zlib', version: '1.2' };
const bash: Finding = { name: 'CVE-2026-0003', severity: 'UNDEFINED', package: 'bash', version: '5.2' };

const send = (command: StartImageScanCommand | DescribeImageScanFindingsCommand) =>
  command instanceof StartImageScanCommand ? ecr.send(command) : ecr.send(command);

async function newRepository(scanOnPush = true): Promise<string> {
  const repositoryName = uniqueName('scanned');
  await ecr.send(new CreateRepositoryCommand({ repositoryName, imageScanningConfiguration: { scanOnPush } }));
  return repositoryName;
}

const arnOf = (repository: string) => `arn:aws:ecr:${region}:000000000000:repository/${repository}`;

async function push(repository: string, tag: string, labels: Readonly<Record<string, string>>) {
  return putManifest(ecr, repository, tag, await imageWith(ecr, repository, labels));
}

const enhanced = (scanFrequency: ScanFrequency) =>
  ecr.send(
    new PutRegistryScanningConfigurationCommand({
      scanType: 'ENHANCED',
      rules: [{ scanFrequency, repositoryFilters: [{ filter: '*', filterType: 'WILDCARD' }] }],
    }),
  );
afterEach(() => ecr.send(new PutRegistryScanningConfigurationCommand({ scanType: 'BASIC', rules: [] })));

async function scanOf(
  repositoryName: string,
  imageTag: string,
  page: { maxResults?: number; nextToken?: string } = {},
): Promise<DescribeImageScanFindingsCommandOutput> {
  for (;;) {
    const answer = await ecr.send(
      new DescribeImageScanFindingsCommand({ repositoryName, imageId: { imageTag }, ...page }),
    );
    if (!/IN_PROGRESS|PENDING/.test(answer.imageScanStatus?.status ?? '')) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const eventsOf = (repository: string, ...detailTypes: string[]) =>
  eventsMatching(clients, {
    'detail-type': detailTypes,
    $or: [
      { detail: { 'repository-name': [repository, arnOf(repository)] } },
      { resources: [{ prefix: `${arnOf(repository)}/` }] },
    ],
  });

describe('a basic scan', () => {
  test('runs on push, finds what the image says, and is told with the severities that are there', async () => {
    const repository = await newRepository();
    const events = await eventsOf(repository, 'ECR Image Scan');
    const digest = await push(repository, 'v1', finds(openssl, zlib, { ...zlib, package: 'zlib-dev' }, bash));
    expect(await events(1)).toEqual([
      {
        version: '0',
        id: expect.any(String),
        'detail-type': 'ECR Image Scan',
        source: 'aws.ecr',
        account: '000000000000',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        region,
        resources: [arnOf(repository)],
        detail: {
          'scan-status': 'COMPLETE',
          'repository-name': repository,
          'finding-severity-counts': { CRITICAL: 1, LOW: 2, UNDEFINED: 1 },
          'image-digest': digest,
          'image-tags': ['v1'],
        },
      },
    ]);
    const scan = await scanOf(repository, 'v1');
    expect(scan).toMatchObject({
      registryId: '000000000000',
      repositoryName: repository,
      imageId: { imageDigest: digest, imageTag: 'v1' },
      imageScanStatus: { status: 'COMPLETE', description: 'The scan was completed successfully.' },
      imageScanFindings: {
        imageScanCompletedAt: expect.any(Date),
        vulnerabilitySourceUpdatedAt: expect.any(Date),
        findingSeverityCounts: { CRITICAL: 1, LOW: 2, UNDEFINED: 1 },
      },
    });
    expect(scan.imageScanFindings).not.toHaveProperty('enhancedFindings');
    expect(scan.imageScanFindings?.findings).toHaveLength(4);
    expect(scan.imageScanFindings?.findings?.[0]).toEqual({
      name: 'CVE-2026-0001',
      description: 'CVE-2026-0001 in openssl.',
      uri: 'https://cve.mitre.org/cgi-bin/cvename.cgi?name=CVE-2026-0001',
      severity: 'CRITICAL',
      attributes: [
        { key: 'package_version', value: '3.0.1' },
        { key: 'package_name', value: 'openssl' },
        { key: 'CVSS3_SCORE', value: '9.8' },
      ],
    });
  });

  test('comes by page, a hundred unless it is said otherwise', async () => {
    const repository = await newRepository();
    const many = Array.from({ length: 150 }, (_, index) => ({ ...zlib, name: `CVE-2026-${1000 + index}` }));
    await push(repository, 'v1', finds(...many));
    const first = await scanOf(repository, 'v1');
    expect(first.imageScanFindings?.findings).toHaveLength(100);
    const { nextToken = '' } = first;
    const second = await scanOf(repository, 'v1', { nextToken });
    expect(second.imageScanFindings?.findings).toHaveLength(50);
    expect(second.imageScanFindings?.findingSeverityCounts).toEqual({ LOW: 150 });
    expect(second.nextToken).toBeUndefined();
    expect((await scanOf(repository, 'v1', { maxResults: 7 })).imageScanFindings?.findings).toHaveLength(7);
  });

  test.each([
    ['FAILED', { 'local.scan.status': 'FAILED', 'local.scan.reason': 'No luck.' }, 'No luck.'],
    [
      'UNSUPPORTED_IMAGE',
      { 'local.scan.status': 'UNSUPPORTED_IMAGE' },
      'UnsupportedImageError: The operating system and/or package manager are not supported.',
    ],
    [
      'FAILED',
      { 'local.scan.findings': '[{"name":"CVE-1"}]' },
      expect.stringContaining('local.scan.findings'),
    ],
  ])('ends as %s for %p, and is told as failed', async (status, labels, description) => {
    const repository = await newRepository();
    const events = await eventsOf(repository, 'ECR Image Scan');
    await push(repository, 'v1', labels);
    expect(await events(1)).toMatchObject([
      { detail: { 'scan-status': 'FAILED', 'finding-severity-counts': {} } },
    ]);
    const scan = await scanOf(repository, 'v1');
    expect(scan.imageScanStatus).toEqual({ status, description });
    expect(scan).not.toHaveProperty('imageScanFindings');
  });

  test('finds nothing in an image without labels, or whose configuration is not there', async () => {
    const repository = await newRepository();
    await push(repository, 'plain', {});
    await putManifest(ecr, repository, 'bare', '{"schemaVersion":2}');
    for (const tag of ['plain', 'bare'])
      expect(await scanOf(repository, tag)).toMatchObject({
        imageScanStatus: { status: 'COMPLETE' },
        imageScanFindings: { findings: [], findingSeverityCounts: {} },
      });
  });

  test('is started by hand where no push does it, once in 24 hours', async () => {
    const repositoryName = await newRepository(false);
    await push(repositoryName, 'v1', finds(zlib));
    const imageId = { imageTag: 'v1' };
    await expect(scanOf(repositoryName, 'v1')).rejects.toMatchObject({ name: 'ScanNotFoundException' });
    const start = () => ecr.send(new StartImageScanCommand({ repositoryName, imageId }));
    expect(await start()).toMatchObject({ imageId, imageScanStatus: { status: 'IN_PROGRESS' } });
    expect((await scanOf(repositoryName, 'v1')).imageScanFindings?.findings).toHaveLength(1);
    await expect(start()).rejects.toMatchObject({ name: 'LimitExceededException' });
  });

  test('is not started by hand after the one on push', async () => {
    const repositoryName = await newRepository();
    await push(repositoryName, 'v1', {});
    await expect(
      ecr.send(new StartImageScanCommand({ repositoryName, imageId: { imageTag: 'v1' } })),
    ).rejects.toMatchObject({ name: 'LimitExceededException' });
  });

  test('takes no index of several images', async () => {
    const repositoryName = await newRepository();
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    await putManifest(
      ecr,
      repositoryName,
      'v1',
      JSON.stringify({ schemaVersion: 2, mediaType, manifests: [] }),
    );
    const imageId = { imageTag: 'v1' };
    await expect(scanOf(repositoryName, 'v1')).rejects.toMatchObject({ name: 'ScanNotFoundException' });
    await expect(ecr.send(new StartImageScanCommand({ repositoryName, imageId }))).rejects.toMatchObject({
      name: 'UnsupportedImageTypeException',
    });
  });

  test('of what is not there is refused', async () => {
    const repositoryName = await newRepository();
    const imageId = { imageTag: 'v1' };
    for (const Command of [StartImageScanCommand, DescribeImageScanFindingsCommand]) {
      await expect(send(new Command({ repositoryName, imageId }))).rejects.toMatchObject({
        name: 'ImageNotFoundException',
      });
      await expect(send(new Command({ repositoryName: 'nowhere', imageId }))).rejects.toMatchObject({
        name: 'RepositoryNotFoundException',
      });
    }
  });
});

describe('an enhanced scan', () => {
  test('is told as Inspector does: an ARN for a name, a total, and each finding with dates as words', async () => {
    await enhanced('SCAN_ON_PUSH');
    const repository = await newRepository();
    const events = await eventsOf(repository, 'Inspector2 Scan', 'Inspector2 Finding');
    const digest = await push(
      repository,
      'v1',
      finds(openssl, { ...openssl, package: 'libssl' }, zlib, bash),
    );
    const all = await events(4);
    expect(all.filter((event) => event['detail-type'] === 'Inspector2 Scan')).toMatchObject([
      {
        source: 'aws.inspector2',
        resources: [arnOf(repository)],
        detail: {
          'scan-status': 'INITIAL_SCAN_COMPLETE',
          'repository-name': arnOf(repository),
          'finding-severity-counts': { CRITICAL: 1, HIGH: 0, MEDIUM: 0, TOTAL: 3 },
          'image-digest': digest,
          'image-tags': ['v1'],
        },
      },
    ]);
    const findings = all.filter((event) => event['detail-type'] === 'Inspector2 Finding');
    expect(findings.map(({ detail }) => detail.severity).sort()).toEqual(['CRITICAL', 'LOW', 'UNTRIAGED']);
    const date = expect.stringMatching(/^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M$/);
    expect(findings.find(({ detail }) => detail.severity === 'CRITICAL')).toMatchObject({
      source: 'aws.inspector2',
      resources: [`${arnOf(repository)}/${digest}`],
      detail: {
        awsAccountId: '000000000000',
        findingArn: expect.stringMatching(
          /^arn:aws:inspector2:eu-west-1:000000000000:finding\/[0-9a-f]{32}$/,
        ),
        status: 'ACTIVE',
        inspectorScore: 9.8,
        firstObservedAt: date,
        fixAvailable: 'YES',
        packageVulnerabilityDetails: {
          vulnerabilityId: 'CVE-2026-0001',
          vendorSeverity: 'Critical',
          vulnerablePackages: [
            { name: 'openssl', version: '3.0.1', fixedInVersion: '3.0.2' },
            { name: 'libssl', version: '3.0.1', fixedInVersion: '3.0.2' },
          ],
        },
        resources: [
          {
            id: `${arnOf(repository)}/${digest}`,
            type: 'AWS_ECR_CONTAINER_IMAGE',
            details: {
              awsEcrContainerImage: {
                repositoryName: repository,
                imageHash: digest,
                imageTags: ['v1'],
                registry: '000000000000',
                architecture: 'arm64',
                platform: 'DEBIAN_12',
                pushedAt: date,
              },
            },
          },
        ],
      },
    });
    const scan = await scanOf(repository, 'v1');
    expect(scan.imageScanStatus?.status).toBe('COMPLETE');
    expect(scan.imageScanFindings).not.toHaveProperty('findings');
    expect(scan.imageScanFindings?.findingSeverityCounts).toEqual({ CRITICAL: 1, LOW: 1, UNTRIAGED: 1 });
    expect(scan.imageScanFindings?.enhancedFindings?.[1]).toMatchObject({
      severity: 'LOW',
      score: 3.1,
      status: 'ACTIVE',
      fixAvailable: 'NO',
      firstObservedAt: expect.any(Date),
      packageVulnerabilityDetails: {
        vulnerablePackages: [{ name: 'zlib', version: '1.2', fixedInVersion: 'NotAvailable' }],
      },
    });
  });

  test('goes on when it is a continuous one', async () => {
    await enhanced('CONTINUOUS_SCAN');
    const repository = await newRepository(false);
    await push(repository, 'v1', {});
    expect((await scanOf(repository, 'v1')).imageScanStatus).toEqual({
      status: 'ACTIVE',
      description: 'Continuous scan is selected for image.',
    });
  });

  test('that fails has findings of nobody', async () => {
    await enhanced('CONTINUOUS_SCAN');
    const repository = await newRepository();
    const events = await eventsOf(repository, 'Inspector2 Scan');
    await push(repository, 'v1', {
      'local.scan.status': 'UNSUPPORTED_IMAGE',
      'local.scan.reason': 'scratch',
    });
    expect(await events(1)).toMatchObject([{ detail: { 'scan-status': 'FAILED' } }]);
    expect((await scanOf(repository, 'v1')).imageScanStatus).toEqual({
      status: 'UNSUPPORTED_IMAGE',
      description: 'scratch',
    });
  });

  test('is not started by hand', async () => {
    const repositoryName = await newRepository(false);
    await push(repositoryName, 'v1', {});
    await enhanced('SCAN_ON_PUSH');
    await expect(
      ecr.send(new StartImageScanCommand({ repositoryName, imageId: { imageTag: 'v1' } })),
    ).rejects.toMatchObject({ name: 'ValidationException', message: 'This feature is disabled' });
  });
});

describe('what happens to an image is told', () => {
  test('by both ways of pushing, and for a delete', async () => {
    const repositoryName = await newRepository(false);
    const events = await eventsOf(repositoryName, 'ECR Image Action');
    const digest = await push(repositoryName, 'v1', {});
    const imageManifest = await imageWith(ecr, repositoryName, finds(zlib));
    const { image } = await ecr.send(new PutImageCommand({ repositoryName, imageTag: 'v2', imageManifest }));
    await ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }] }));
    const told = await events(3);
    expect(told[0]).toMatchObject({ source: 'aws.ecr', resources: [] });
    const action = (type: string, tag: string, imageDigest: string | undefined) => ({
      result: 'SUCCESS',
      'repository-name': repositoryName,
      'image-digest': imageDigest,
      'action-type': type,
      'image-tag': tag,
    });
    expect(told.map(({ detail }) => detail)).toEqual([
      action('PUSH', 'v1', digest),
      action('PUSH', 'v2', image?.imageId?.imageDigest),
      action('DELETE', 'v1', digest),
    ]);
  });

  test('without a tag when it was pushed by its digest', async () => {
    const repository = await newRepository(false);
    const events = await eventsOf(repository, 'ECR Image Action');
    const manifest = '{"schemaVersion":2}';
    await putManifest(ecr, repository, digestOf(manifest), manifest);
    const [event] = await events(1);
    expect(event.detail).not.toHaveProperty('image-tag');
  });
});
