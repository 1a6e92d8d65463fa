import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreatePullThroughCacheRuleCommand,
  CreateRepositoryCommand,
  type CreateRepositoryCommandInput,
  DescribeRegistryCommand,
  DescribeRepositoriesCommand,
  ECRClient,
  PutLifecyclePolicyCommand,
  PutReplicationConfigurationCommand,
} from '@aws-sdk/client-ecr';
import { DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { keeperHolder } from '../../core/claims/keeper.ts';
import { exemptionTagKey } from '../../core/policy/exemption-tag.ts';
import { applicationStack } from '../../local/application.ts';
import { subscribe } from '../../local/demo/alert.ts';
import { localConfiguration } from '../../local/demo/clients.ts';
import { sweepKeys } from '../../sweep/keys.ts';
import { claimsOf, holdersOf } from './support/claims.ts';
import { fillWithFleet } from './support/fleet-in-use.ts';
import {
  alarmState,
  configure,
  countsOf,
  file,
  filesOf,
  invoke,
  outcomesOf,
  resource,
  type Sweep,
  setMode,
  sweep,
} from './support/keeper.ts';
import { newStack, repository } from './support/new-stack.ts';
import { runCommand } from './support/run-command.ts';
import { clients } from './support/stacks.ts';
import { recordCalls, writesSince } from './support/writes.ts';

// Whole sweeps, beside deployments on the same machine.
jest.setTimeout(300_000);

const named = (kind: string, count: number) =>
  Array.from({ length: count }, (_each, index) => `keeper/${kind}-${String(index).padStart(3, '0')}`);
const plain = named('plain', 150);
const safe = named('safe', 25);
const exempt = named('exempt', 10);
const ended = named('ended', 4);
const owned = named('owned', 10);
const cached = named('cache/image', 5);
const replicas = named('replica/image', 5);
const left = named('out/of-scope', 5);
const [used = ''] = named('used', 1);

const asCreated = { mutability: 'MUTABLE', scanOnPush: false };
const hardened = { mutability: 'IMMUTABLE', scanOnPush: true };
const isKept = (name: string) => name.startsWith('keeper/');
const iam = new IAMClient(localConfiguration({ endpoint: clients.endpoint, environment: {} }));
let queue: string;

beforeAll(async () => {
  await recordCalls();
  queue = await subscribe(clients);
  await clients.ecr.send(
    new CreatePullThroughCacheRuleCommand({
      ecrRepositoryPrefix: 'keeper/cache',
      upstreamRegistryUrl: 'public.ecr.aws',
    }),
  );
  await replicateToEachOther('eu-west-1', 'keeper/replica');
  await createAll([...plain, ...cached, ...replicas, ...left, used], {});
  await createAll(safe, {
    imageTagMutability: 'IMMUTABLE',
    imageScanningConfiguration: { scanOnPush: true },
  });
  const tag = (value: string) => ({ tags: [{ Key: exemptionTagKey, Value: value }] });
  await createAll(exempt, tag('TagImmutability+ScanOnPush: the vendor overwrites stable'));
  await createAll(ended, tag('TagImmutability+ScanOnPush until 2026-01-31: until the vendor is gone'));
  const Resources = Object.fromEntries(
    owned.map((RepositoryName, index) => [`Owned${index}`, repository({ RepositoryName })]),
  );
  expect(await newStack().deploy({ Resources })).toEqual({ kind: 'deployed' });
  await fillWithFleet(used, { count: 30, ways: ['job'] });
  await clients.ecr.send(
    new PutLifecyclePolicyCommand({ repositoryName: used, lifecyclePolicyText: keepNewest(20) }),
  );
});

const counts = { safe: 25, exempt: 10, 'left-to-stack': 10 };
// What is filled by ECR itself stays mutable, but is scanned.
const unsafe = [...plain, ...ended, ...cached, ...replicas, used];

describe('210 repositories of all kinds', () => {
  test('are reported, each once, and nothing is changed', async () => {
    await setMode('Report');
    const since = Date.now();
    const made = await sweep('sweep');
    // Every third of the oldest 10 of 30 images, and of 7 more within a week, since one is pushed a day.
    expect(made).toMatchObject({ status: 'SUCCEEDED', output: { failed: 0, atRisk: 6 } });
    expect(await countsOf(made)).toEqual({ ...counts, 'would-harden': unsafe.length });
    const names = (await outcomesOf(made)).map(({ name }) => name);
    const all = [...unsafe, ...safe, ...exempt, ...owned];
    expect(all).toHaveLength(210);
    expect(names).toEqual(all.toSorted());
    expect(await writesSince(since, isKept)).toEqual([]);
    expect(await claimsOf(used)).toBeUndefined();

    const keys = sweepKeys(made.name);
    expect(await filesOf(made)).toEqual(expect.arrayContaining([keys.html, keys.json, keys.csv]));
    const page = await file(keys.html);
    expect(page).toContain('keeper/plain-000');
    expect(page).toContain('eu-west-1');
    // Nothing grows with the registry but the files in the bucket.
    expect(made.largestState).toBeLessThan(2_000);
    expect(await notificationsOf(made)).toHaveLength(1);
    expect(await alarmState('KeeperImagesAtRiskAlarm')).toBe('ALARM');
  });

  test('are hardened but for what is exempt, owned by a stack or filled by ECR', async () => {
    await setMode('Mend');
    const made = await sweep('sweep');
    expect(made).toMatchObject({ status: 'SUCCEEDED', output: { failed: 0 } });
    expect(await countsOf(made)).toEqual({ ...counts, hardened: unsafe.length });
    const settings = await allSettings();
    for (const name of [...plain, ...ended, used]) expect(settings.get(name)).toEqual(hardened);
    for (const name of [...exempt, ...owned, ...left]) expect(settings.get(name)).toEqual(asCreated);
    for (const name of [...cached, ...replicas])
      expect(settings.get(name)).toEqual({ ...asCreated, scanOnPush: true });
    expect(await holdersOf(plain[0] ?? '')).toEqual([keeperHolder]);
    expect(await notificationsOf(made)).toHaveLength(1);

    // As if Step Functions had not received its response.
    const { output } = made;
    const event = { sweep: made.name, action: 'sweep', repositories: 210 };
    expect(await invoke('KeeperSummaryFunction', event)).toEqual(output);
    expect(await notificationsOf(made)).toEqual([]);
  });

  test('are all safe at the second sweep, which changes nothing and notifies nobody', async () => {
    const since = Date.now();
    const made = await sweep('sweep');
    expect(await countsOf(made)).toEqual({ ...counts, safe: 25 + unsafe.length });
    expect(await writesSince(since, isKept)).toEqual([]);
    expect(await notificationsOf(made)).toEqual([]);
  });

  test('are as they were after a release', async () => {
    const made = await sweep('release');
    expect(made).toMatchObject({ status: 'SUCCEEDED', output: { failed: 0 } });
    expect(await countsOf(made)).toEqual({ released: unsafe.length });
    const settings = await allSettings();
    for (const name of unsafe) expect(settings.get(name)).toEqual(asCreated);
    expect(await holdersOf(used)).toEqual([]);
  });
});

describe('a sweep with failures', () => {
  test('ends as failed, names what failed, and leaves only that for another one', async () => {
    const [denied = ''] = plain;
    const RoleName = await resource('KeeperBatchRole');
    const deny = {
      Effect: 'Deny',
      Action: 'ecr:PutImageTagMutability',
      Resource: `arn:aws:ecr:us-east-1:000000000000:repository/${denied}`,
    };
    await iam.send(
      new PutRolePolicyCommand({
        RoleName,
        PolicyName: 'denied',
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: deny }),
      }),
    );
    const first = await sweep('sweep');
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'denied' }));
    expect(first).toMatchObject({ status: 'FAILED', error: 'SweepIncomplete' });
    expect(await countsOf(first)).toEqual({ ...counts, hardened: unsafe.length - 1, failed: 1 });
    expect((await outcomesOf(first)).filter(({ state }) => state === 'failed')).toMatchObject([
      { name: denied },
    ]);

    const since = Date.now();
    const again = await sweep('sweep', first.name);
    expect(again.status).toBe('SUCCEEDED');
    // The whole list, of which one repository was left.
    expect(await countsOf(again)).toEqual({ ...counts, hardened: unsafe.length });
    expect(new Set((await writesSince(since, isKept)).map((write) => write.split(' ')[1]))).toEqual(
      new Set([denied]),
    );
  });

  test('accounts for every repository if no batch can run', async () => {
    await configure('KeeperBatchFunction', { Handler: 'missing.handler' });
    const made = await sweep('sweep');
    await configure('KeeperBatchFunction', { Handler: 'handler.handler' });
    expect(made).toMatchObject({ status: 'FAILED', error: 'SweepIncomplete' });
    expect(await countsOf(made)).toEqual({ failed: 210 });
  });

  test('notifies even if it cannot list the registry', async () => {
    await configure('KeeperListFunction', { Handler: 'missing.handler' });
    const made = await sweep('sweep');
    await configure('KeeperListFunction', { Handler: 'handler.handler' });
    expect(made).toMatchObject({ status: 'FAILED', error: 'SweepFailed' });
    expect(await notificationsOf(made)).toHaveLength(1);
  });
});

describe('ecr-hardening sweep', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cli-sweep-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const stack = ['--stack-name', applicationStack];
  const run = (...args: readonly string[]) =>
    runCommand(['sweep', ...stack, '--endpoint-url', clients.endpoint, ...args], { folder, cwd: folder });
  const nameIn = (out: string) => /sweep-(terminal-[\w-]+)\.html/.exec(out)?.[1] ?? '';

  test('starts a sweep and saves its report; another one at the same time does no harm', async () => {
    const since = Date.now();
    const [{ code, out, err }, other] = await Promise.all([run(), sweep('sweep')]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('Swept 210 repositories of registry 000000000000 in us-east-1');
    expect(readFileSync(join(folder, `sweep-${nameIn(out)}.html`), 'utf8')).toContain('keeper/plain-000');
    expect(other.status).toBe('SUCCEEDED');
    const settings = await allSettings();
    for (const name of [...plain, ...ended, used]) expect(settings.get(name)).toEqual(hardened);
    // Each setting was written once, by one of them.
    const writes = (await writesSince(since, isKept)).filter((write) => /^Put/.test(write));
    expect(writes).toHaveLength(new Set(writes).size);

    const again = await run('--report', nameIn(out), '--format', 'json', '-o', 'report.json');
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).repositories).toHaveLength(210);
  });

  test('releases, and names an execution or a stack that there is not', async () => {
    const released = await run('--release');
    expect(released).toMatchObject({ code: 0, err: '' });
    expect(released.out).toContain(`${unsafe.length} released`);
    const missing = await run('--report', 'never-started');
    expect(missing).toMatchObject({ code: 2, out: '' });
    expect(missing.err).toContain('There is no such execution');
    const elsewhere = await run('--stack-name', 'another');
    expect(elsewhere).toMatchObject({ code: 2, out: '' });
    expect(elsewhere.err).toContain(
      'The stack another does not exist in this account and Region, or has no keeper',
    );
  });
});

async function createAll(
  names: readonly string[],
  input: Omit<CreateRepositoryCommandInput, 'repositoryName'>,
): Promise<void> {
  await Promise.all(
    names.map((repositoryName) =>
      clients.ecr.send(new CreateRepositoryCommand({ repositoryName, ...input })),
    ),
  );
}

/** Two Regions that replicate to each other; the other one with a prefix, whose repositories here are replicas. */
async function replicateToEachOther(other: string, prefix: string): Promise<void> {
  const { ecr, endpoint } = clients;
  const here = await ecr.config.region();
  const there = new ECRClient(localConfiguration({ endpoint, environment: { AWS_REGION: other } }));
  const { registryId = '' } = await ecr.send(new DescribeRegistryCommand({}));
  const rule = (region: string, filter: string) => ({
    destinations: [{ region, registryId }],
    repositoryFilters: [{ filter, filterType: 'PREFIX_MATCH' as const }],
  });
  const put = (client: ECRClient, region: string, filter: string) =>
    client.send(
      new PutReplicationConfigurationCommand({
        replicationConfiguration: { rules: [rule(region, filter)] },
      }),
    );
  await put(ecr, other, 'keeper/mirrored');
  await put(there, here, prefix);
  there.destroy();
}

/** The settings of every repository of these tests, by name. */
async function allSettings() {
  const { repositories = [] } = await clients.ecr.send(
    new DescribeRepositoriesCommand({ maxResults: 1_000 }),
  );
  return new Map(
    repositories.map(({ repositoryName, imageTagMutability: mutability, imageScanningConfiguration }) => [
      repositoryName ?? '',
      { mutability, scanOnPush: imageScanningConfiguration?.scanOnPush },
    ]),
  );
}

function keepNewest(countNumber: number): string {
  const selection = { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber };
  return JSON.stringify({ rules: [{ rulePriority: 1, selection, action: { type: 'expire' } }] });
}

/** The messages about a sweep that have not been received before; SNS has sent them when the sweep is over. */
async function notificationsOf({ name }: Sweep): Promise<readonly string[]> {
  const bodies: string[] = [];
  for (;;) {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10, VisibilityTimeout: 3_600 }),
    );
    if (Messages.length === 0) return bodies.filter((body) => body.includes(name));
    bodies.push(...Messages.map(({ Body = '' }) => Body));
  }
}
