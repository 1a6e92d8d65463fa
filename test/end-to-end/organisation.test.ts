import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRepositoryCommand, DescribeRepositoriesCommand } from '@aws-sdk/client-ecr';
import * as eventOperations from '@aws-sdk/client-eventbridge';
import { PutEventsCommand, RemovePermissionCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import * as s3Operations from '@aws-sdk/client-s3';
import {
  DeleteBucketPolicyCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { centralReportKeys } from '../../sweep/central/keys.ts';
import type { CentralRegistry } from '../../sweep/central/registries.ts';
import { bucketsTemplate } from './support/buckets-template.ts';
import { allowed, operationsOf, policiesOf } from './support/iam.ts';
import {
  createStack,
  makeRelease,
  organisationOf,
  outputsOf,
  type Place,
  place,
} from './support/organisation.ts';
import { type CommandEnded, runCommand } from './support/run-command.ts';
import { clients } from './support/stacks.ts';

// Five stacks and four sweeps, beside what else the machine does.
jest.setTimeout(600_000);

const regions = ['us-east-1', 'eu-west-1'] as const;
const home = '111111111111';
const member = '222222222222';
const stranger = '333333333333';
const places = [home, member].flatMap((account) => regions.map((region) => place(account, region)));
const centre = place(home, 'us-east-1');
const version = JSON.parse(readFileSync('package.json', 'utf8')).version;
const inRegions = regions.flatMap((region) => ['--region', region]);
const everywhere = ['--profile', 'home', '--profile', 'member', ...inRegions];

const folder = mkdtempSync(join(tmpdir(), 'organisation-'));
let release: string;
let central: Readonly<Record<string, string>>;
let queue: string;

function run(args: readonly string[]): Promise<CommandEnded> {
  return runCommand([...args, '--endpoint-url', clients.endpoint], {
    ...{ folder, cwd: folder },
    environment: {
      // The SDK warns of keys beside profiles.
      AWS_ACCESS_KEY_ID: '',
      AWS_CONFIG_FILE: join(folder, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
    },
  });
}

beforeAll(async () => {
  const profile = (name: string, account: string) =>
    `[${name}]\naws_access_key_id = ${account}\naws_secret_access_key = secret\n`;
  writeFileSync(join(folder, 'credentials'), profile('home', home) + profile('member', member));
  release = await makeRelease();
}, 600_000);
afterAll(() => {
  for (const each of [folder, release]) rmSync(each, { recursive: true, force: true });
});

describe('an organisation of two accounts in two Regions', () => {
  test('has the code of the release in a bucket of each Region, with its sums', async () => {
    const organisation = await organisationOf(home, [member]);
    const [prefix, parameters] = [
      'ecr-hardening',
      { OrganizationId: organisation, CodeBucketName: 'ecr-hardening' },
    ];
    for (const region of regions) {
      const made = await createStack(place(home, region), 'code', bucketsTemplate(), parameters);
      expect(made.CodeBucket).toBe(`${prefix}-${home}-${region}`);
    }
    const distribute = [
      ...['distribute', release, '--bucket-prefix', `${prefix}-${home}`, '--profile', 'home', ...inRegions],
    ];
    const first = await run(distribute);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(
      /^ecr-hardening-111111111111-us-east-1: \d+ files copied, 0 there already; all sums are those of SHA256SUMS\.$/m,
    );
    expect(first.out).toContain(
      `For the application: CodeBucketPrefix=ecr-hardening-${home} CodeKeyPrefix=ecr-hardening/${version}/`,
    );
    const again = await run(distribute);
    expect(again.out).toMatch(/^ecr-hardening-111111111111-eu-west-1: 0 files copied, \d+ there already/m);

    const Key = `ecr-hardening/${version}/template.yaml`;
    const Bucket = `${prefix}-${home}-eu-west-1`;
    const { s3 } = place(home, 'eu-west-1');
    const own = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const text = await own.Body?.transformToString();
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'of somebody else' }));
    const other = await run(distribute);
    expect(other.code).toBe(2);
    expect(other.out).toContain(`ecr-hardening-${home}-eu-west-1: ${Key} has another content`);
    expect((await run([...distribute, '--replace'])).code).toBe(0);
    const back = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(await back.Body?.transformToString()).toBe(text);
  });

  test('has a centre, and in each account and Region a keeper that reports to it', async () => {
    const OrganizationId = await organisationOf(home, []);
    const code = { CodeBucketPrefix: `ecr-hardening-${home}` };
    const plain = (name: string) => readFileSync(join(release, name), 'utf8');
    central = await createStack(centre, 'central', plain('organization-central-cloudformation.yaml'), {
      ...code,
      OrganizationId,
    });
    queue = await subscribedQueue(centre, central.ChangesTopicArn ?? '', 'central-changes');
    const { CentralBusArn = '', CentralBucket = '' } = central;
    for (const each of places) {
      for (const [index, mutability] of (['MUTABLE', 'IMMUTABLE'] as const).entries())
        await each.ecr.send(
          new CreateRepositoryCommand({
            repositoryName: `${each.account}/${each.region}-${index}`,
            imageTagMutability: mutability,
            imageScanningConfiguration: { scanOnPush: mutability === 'IMMUTABLE' },
          }),
        );
      await createStack(each, 'ecr-hardening', plain('template-cloudformation.yaml'), {
        ...{ ...code, Keeper: 'Mend', CentralBusArn, CentralBucket },
      });
    }
  });

  test('is swept by one command, with one report', async () => {
    const swept = await run(['sweep', ...everywhere, '--no-open', '--format', 'json', '-o', 'sweeps.json']);
    expect(swept).toMatchObject({ code: 0, err: '' });
    expect(swept.out).toContain('Swept 8 repositories of 4 registries');
    expect(swept.out).toContain('All: 4 hardened, 4 safe.');
    const { repositories } = JSON.parse(readFileSync(join(folder, 'sweeps.json'), 'utf8'));
    for (const { arn, place: of } of repositories) expect(arn).toContain(`:${of.region}:${of.account}:`);
    for (const { ecr } of places) {
      const found = await ecr.send(new DescribeRepositoriesCommand({}));
      expect(found.repositories?.map(({ imageTagMutability }) => imageTagMutability)).toEqual([
        'IMMUTABLE',
        'IMMUTABLE',
      ]);
    }
    const latest = await run([
      ...['sweep', '--report', 'latest', ...everywhere, '--no-open', '--repositories', '*,!*-0'],
      ...['--format', 'csv', '-o', 'latest.csv'],
    ]);
    expect(latest.out).toContain('All: 4 safe.');
    expect(readFileSync(join(folder, 'latest.csv'), 'utf8').trim().split('\n')).toHaveLength(5);
  });

  test('has one page of all four registries, and a copy of each report', async () => {
    const { registries } = await indexWhere(({ registries: all }) => all.length === 4);
    expect(registries).toMatchObject(
      [home, member].flatMap((account) =>
        ['eu-west-1', 'us-east-1'].map((region) => ({
          ...{ account, region, mode: 'Mend', repositories: 2, changed: 0, isWhole: true, hasReport: true },
          states: { hardened: 1, safe: 1 },
        })),
      ),
    );
    const page = await fileOf('index.html');
    expect(page).toContain('ECR keepers: 4 registries of 2 accounts in 2 Regions');
    for (const each of registries) {
      const { html } = centralReportKeys(each, each.sweep);
      expect(page).toContain(`href="${html}"`);
      expect(await fileOf(html)).toContain(`ECR registry ${each.account} in ${each.region}`);
    }
    const told = await messagesOf(queue);
    expect(told.flatMap(({ registries: all }) => all.map(({ account }) => account)).toSorted()).toEqual([
      ...[home, home, member, member],
    ]);
  });

  test('is audited by one command, also by a role in each account', async () => {
    const audited = await run(['audit', ...everywhere, '--format', 'json', '--no-usage']);
    expect(audited).toMatchObject({ code: 0, err: '' });
    const { registries, repositories } = JSON.parse(audited.out);
    expect(registries).toMatchObject(
      [home, member].flatMap((account) => regions.map((region) => ({ account, region, total: 2 }))),
    );
    expect(repositories).toHaveLength(8);

    const roles: string[] = [];
    for (const account of [home, member]) {
      const { Role } = await place(account, 'us-east-1').iam.send(
        new CreateRoleCommand({
          RoleName: 'audit',
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: { Effect: 'Allow', Principal: { AWS: home }, Action: 'sts:AssumeRole' },
          }),
        }),
      );
      roles.push('--role-arn', Role?.Arn ?? '');
    }
    const assumed = await run(['audit', '--profile', 'home', ...roles, ...inRegions, '--no-usage']);
    expect(assumed).toMatchObject({ code: 0, err: '' });
    expect(assumed.out).toContain('4 ECR registries of 2 accounts in 2 Regions');
    expect(assumed.out).toContain('Issues: 8 with no lifecycle policy, or an unsafe one.');
  });
});

describe('an account', () => {
  const detail = {
    sweep: 'forged',
    action: 'sweep',
    mode: 'Mend',
    startedAt: 1,
    endedAt: 2,
    repositories: 0,
  };
  const forged = {
    ...{
      ...detail,
      changed: 0,
      states: { safe: 999 },
      atRisk: { repositories: 0, images: 0, unread: 0 },
      changes: [],
    },
    ...{ account: home, region: 'us-east-1' },
  };
  const send = ({ events }: Place) =>
    events.send(
      new PutEventsCommand({
        Entries: [
          {
            ...{
              EventBusName: central.CentralBusArn,
              Source: 'ecr-hardening',
              DetailType: 'ECR Keeper Sweep',
            },
            // Newer than what the keepers have reported.
            Detail: JSON.stringify({ ...forged, startedAt: Date.now() }),
          },
        ],
      }),
    );

  test('that claims to be another is believed to be itself', async () => {
    expect(await send(place(member, 'us-east-1'))).toMatchObject({ FailedEntryCount: 0 });
    const { registries } = await indexWhere(({ registries: all }) =>
      all.some(({ sweep }) => sweep === 'forged'),
    );
    expect(registries.filter(({ sweep }) => sweep === 'forged')).toMatchObject([
      { account: member, region: 'us-east-1' },
    ]);
    expect(
      registries.find(({ account, region }) => account === home && region === 'us-east-1'),
    ).toMatchObject({
      states: { hardened: 1, safe: 1 },
    });
  });

  test('writes below its own number only, and reads nothing', async () => {
    const { CentralBucket: Bucket } = central;
    const { s3 } = place(member, 'us-east-1');
    const put = (Key: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'forged' }));
    for (const key of [`accounts/${home}/us-east-1/x`, 'index.html', 'index.json', 'accounts/x'])
      await expect(put(key)).rejects.toThrow('Access Denied');
    await put(`accounts/${member}/us-east-1/x`);
    const read = new GetObjectCommand({ Bucket, Key: `accounts/${member}/us-east-1/x` });
    await expect(s3.send(read)).rejects.toThrow('Access Denied');
  });

  test('outside of the organisation can neither send nor write, nor read the code', async () => {
    const outside = place(stranger, 'us-east-1');
    expect(await send(outside)).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'AccessDeniedException' }],
    });
    const { CentralBucket: Bucket } = central;
    const write = new PutObjectCommand({ Bucket, Key: `accounts/${stranger}/us-east-1/x`, Body: 'x' });
    await expect(outside.s3.send(write)).rejects.toThrow('Access Denied');
    const code = { Bucket: `ecr-hardening-${home}-us-east-1`, Key: `ecr-hardening/${version}/SHA256SUMS` };
    await expect(outside.s3.send(new GetObjectCommand(code))).rejects.toThrow('Access Denied');
    await expect(place(member, 'us-east-1').s3.send(new HeadObjectCommand(code))).resolves.toMatchObject({
      $metadata: { httpStatusCode: 200 },
    });
  });
});

describe('a keeper that cannot reach the centre', () => {
  const here = place(member, 'eu-west-1');
  const sweep = ['sweep', '--profile', 'member', '--region', 'eu-west-1', '--no-open', '-o', 'own.html'];

  test('has its own report and ends as it would; it tells its topic, and keeps what the bus refuses', async () => {
    const outputs = await outputsOf(here, 'ecr-hardening');
    const told = await subscribedQueue(here, outputs.AlertTopicArn ?? '', 'keeper-notifications');
    const { CentralBusArn = '', CentralBucket } = central;
    await centre.events.send(
      new RemovePermissionCommand({
        EventBusName: CentralBusArn.split('/').at(-1),
        RemoveAllPermissions: true,
      }),
    );
    expect(await run(sweep)).toMatchObject({ code: 0, err: '' });
    const refused = await messagesOf(outputs.KeeperDeadLettersUrl ?? '', here);
    expect(refused).toMatchObject([
      { 'detail-type': 'ECR Keeper Sweep', account: member, region: 'eu-west-1' },
    ]);

    const { Policy = '' } = await centre.s3.send(new GetBucketPolicyCommand({ Bucket: CentralBucket }));
    await centre.s3.send(new DeleteBucketPolicyCommand({ Bucket: CentralBucket }));
    expect(await run(sweep)).toMatchObject({ code: 0, err: '' });
    await centre.s3.send(new PutBucketPolicyCommand({ Bucket: CentralBucket, Policy }));
    expect(readFileSync(join(folder, 'own.html'), 'utf8')).toContain(`ECR registry ${member} in eu-west-1`);
    const { Messages = [] } = await here.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: told, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    const texts = Messages.map(({ Body = '' }) => Body);
    expect(
      texts.filter((text) => text.includes('it could not be sent to the central bucket or bus')),
    ).toHaveLength(1);
  });
});

/** What IAM is told of a call. */
const context = (ContextKeyName: string, value: string) => [
  { ContextKeyName, ContextKeyType: 'string' as const, ContextKeyValues: [value] },
];

describe('the roles, by IAM', () => {
  const member1 = place(member, 'eu-west-1');
  const bucket = (key: string) => `arn:aws:s3:::${central.CentralBucket}/${key}`;
  const s3 = operationsOf('s3', s3Operations);

  test('of a keeper write below the account and the Region, and send to the one bus', async () => {
    const policies = await policiesOf('KeeperCentralRole', 'ecr-hardening', member1);
    const own = bucket(`accounts/${member}/eu-west-1/sweeps/one/report.html`);
    const ownedBy = (account: string) => context('s3:ResourceAccount', account);
    expect(await allowed(policies, s3, own, ownedBy(home))).toEqual([
      's3:AbortMultipartUpload',
      's3:PutObject',
    ]);
    for (const key of [`accounts/${member}/us-east-1/x`, `accounts/${home}/eu-west-1/x`, 'index.json'])
      expect(await allowed(policies, s3, bucket(key), ownedBy(home))).toEqual([]);
    // Who creates a bucket of the name of one that was deleted.
    expect(await allowed(policies, s3, own, ownedBy(stranger))).toEqual([]);
    const events = operationsOf('events', eventOperations);
    expect(await allowed(policies, events, '*')).toEqual([]);
    const forwarding = await policiesOf('KeeperCentralEventsRole', 'ecr-hardening', member1);
    expect(await allowed(forwarding, events, central.CentralBusArn ?? '')).toEqual(['events:PutEvents']);
    const other = `arn:aws:events:us-east-1:${home}:event-bus/other`;
    expect(await allowed(forwarding, events, other)).toEqual([]);
    const machine = await policiesOf('KeeperSweepRole', 'ecr-hardening', member1);
    const bus = `arn:aws:events:eu-west-1:${member}:event-bus/default`;
    const from = (source: string) => context('events:source', source);
    expect(await allowed(machine, events, bus, from('ecr-hardening'))).toEqual(['events:PutEvents']);
    expect(await allowed(machine, events, bus, from('other'))).toEqual([]);
  });

  test('of the centre read nothing that accounts write', async () => {
    const policies = await policiesOf('CentreRole', 'central', centre);
    expect(await allowed(policies, s3, bucket('index.html'))).toEqual(['s3:GetObject', 's3:PutObject']);
    expect(await allowed(policies, s3, bucket(`accounts/${home}/us-east-1/x`))).toEqual([]);
  });
});

async function fileOf(Key: string): Promise<string> {
  const { Body } = await centre.s3.send(new GetObjectCommand({ Bucket: central.CentralBucket, Key }));
  return (await Body?.transformToString()) ?? '';
}

interface Index {
  readonly registries: readonly CentralRegistry[];
}

/** The index once it is so: events arrive after the sweeps have ended. */
async function indexWhere(isSo: (index: Index) => boolean): Promise<Index> {
  for (;;) {
    const text = await fileOf('index.json').catch(() => '{"registries":[]}');
    const index: Index = JSON.parse(text);
    if (isSo(index)) return index;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function subscribedQueue({ sqs, sns }: Place, TopicArn: string, QueueName: string): Promise<string> {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  await sns.send(
    new SubscribeCommand({
      ...{ TopicArn, Protocol: 'sqs', Endpoint: Attributes?.QueueArn },
      Attributes: { RawMessageDelivery: 'true' },
    }),
  );
  return QueueUrl;
}

async function messagesOf(QueueUrl: string, { sqs }: Place = centre): Promise<readonly Index[]> {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  return Messages.map(({ Body = '' }) => JSON.parse(Body));
}
