import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { driftOf } from '../../core/claims/drift.ts';
import { keeperHolder } from '../../core/claims/keeper.ts';
import { exemptionTagKey } from '../../core/policy/exemption-tag.ts';
import { buildApplication, deployApplication } from '../../local/application.ts';
import { pushImage } from '../../local/demo/registry.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { eventsScope } from './support/keeper-scope.ts';

// Each event waits for its batch, and reads that may lag behind writes are waited for.
jest.setTimeout(300_000);

const hardened = { mutability: 'IMMUTABLE', scanOnPush: true };
const asCreated = { mutability: 'MUTABLE', scanOnPush: false };
const patienceMs = 90_000;
/** MaximumBatchingWindowInSeconds of template.yaml. */
const windowMs = 5_000;

// An AWS of its own: the sweeps and releases of other tests are of the whole registry. What names it is loaded once it is there.
const load = async () => ({
  ...(await import('./support/keeper-events.ts')),
  ...(await import('./support/claims.ts')),
  ...(await import('./support/keeper.ts')),
  ...(await import('./support/new-stack.ts')),
  ...(await import('./support/run-command.ts')),
  clients: (await import('./support/stacks.ts')).clients,
});
let aws: LocalAws;
let loaded: Awaited<ReturnType<typeof load>>;

beforeAll(async () => {
  aws = await startLocalAws();
  Object.assign(process.env, aws.environment);
  await buildApplication();
  await deployApplication(aws, { Keeper: 'Mend', KeeperScope: eventsScope });
  loaded = await load();
  await loaded.startListening();
});
afterAll(() => aws.stop());

test('a new repository is hardened, and the notification says who made it', async () => {
  const { create, holdersOf, named, notifiedOf, received, settingsOf } = loaded;
  const name = await create(named('new'));
  const [notified] = await notifiedOf(name);
  expect(notified).toMatchObject({
    state: 'hardened',
    events: [{ action: 'CreateRepository', by: { kind: 'IAMUser', arn: expect.stringContaining(':user/') } }],
  });
  expect(await settingsOf(name)).toEqual(hardened);
  expect(await holdersOf(name)).toEqual([keeperHolder]);
  const text = received.find(({ repositories }) => repositories.some((each) => each.name === name))?.text;
  expect(text).toMatch(/Created by arn:aws:iam::000000000000:user\/\S+ \(IAMUser\), from 127\.0\.0\.1/);
});

test('50 at once are taken together, and each is reported once', async () => {
  const { create, named, notifiedOf, received, settingsOf } = loaded;
  const names = Array.from({ length: 50 }, () => named('burst'));
  const since = Date.now();
  await Promise.all(names.map((name) => create(name)));
  for (const name of names) expect(await notifiedOf(name)).toMatchObject([{ state: 'hardened' }]);
  const windows = Math.ceil((Date.now() - since) / windowMs);
  const messages = received.filter(({ repositories }) =>
    repositories.some(({ name }) => names.includes(name)),
  );
  // One, unless they were created so slowly that a window was over.
  expect(messages.length).toBeLessThanOrEqual(1 + windows);
  for (const name of names) expect(await settingsOf(name)).toEqual(hardened);
});

test('what is weakened is restored twice, then left alone, by sweeps as well, until somebody resumes it', async () => {
  const { create, named, notifiedOf, outcomesOf, runCommand, settingsOf, settled, sweep, weaken } = loaded;
  const name = await create(named('fight'));
  await notifiedOf(name);
  for (const times of [1, 2]) {
    await weaken(name);
    expect((await notifiedOf(name, times + 1)).at(-1)).toMatchObject({ state: 'hardened', drift: { times } });
    expect(await settingsOf(name)).toEqual(hardened);
  }
  await weaken(name);
  expect((await notifiedOf(name, 4)).at(-1)).toMatchObject({ state: 'left-after-drift' });
  expect(await settingsOf(name)).toEqual({ ...hardened, mutability: 'MUTABLE' });
  await weaken(name);
  await settled();
  expect(await notifiedOf(name, 4)).toHaveLength(4);

  const swept = await sweep('sweep');
  expect((await outcomesOf(swept)).find((each) => each.name === name)?.state).toBe('left-after-drift');
  expect(await settingsOf(name)).toMatchObject({ mutability: 'MUTABLE' });

  const folder = mkdtempSync(join(tmpdir(), 'keeper-events-'));
  const claims = await runCommand(['claims', '--resume', name], { folder });
  rmSync(folder, { recursive: true });
  expect(claims).toMatchObject({ code: 0, out: expect.stringContaining('works on it again') });
  await weaken(name);
  expect((await notifiedOf(name, 5)).at(-1)).toMatchObject({ state: 'hardened', drift: { times: 1 } });
  expect(await settingsOf(name)).toEqual(hardened);
});

describe('nobody is notified, and nothing changes, of', () => {
  test('a repository that is exempt', async () => {
    const { create, named, received, settingsOf, settled, weaken } = loaded;
    const tags = [
      { Key: exemptionTagKey, Value: 'TagImmutability+ScanOnPush: the vendor overwrites stable' },
    ];
    const name = await create(named('exempt'), { tags });
    await weaken(name);
    await settled();
    expect(await settingsOf(name)).toEqual(asCreated);
    expect(received.flatMap(({ repositories }) => repositories).filter((each) => each.name === name)).toEqual(
      [],
    );
  });

  test('what the keeper itself does', async () => {
    const { claimsOf, create, named, notifiedOf, settled } = loaded;
    const name = await create(named('own'));
    await notifiedOf(name);
    await settled();
    const version = (await claimsOf(name))?.version;
    await settled();
    expect((await claimsOf(name))?.version).toBe(version);
    expect(driftOf(await claimsOf(name)).drifts).toEqual([]);
    expect(await notifiedOf(name)).toHaveLength(1);
  });
});

test('a repository that a stack makes is left to it, and the notification names the stack', async () => {
  const { named, newStack, notifiedOf, repository, settingsOf } = loaded;
  const stack = newStack();
  const name = named('owned');
  const Resources = { Owned: repository({ RepositoryName: name }) };
  expect(await stack.deploy({ Resources })).toEqual({ kind: 'deployed' });
  expect(await notifiedOf(name)).toMatchObject([{ state: 'left-to-stack', stack: stack.stackName }]);
  expect(await settingsOf(name)).toEqual(asCreated);
});

test('an event of an unknown form is in the dead letters, with the reason', async () => {
  const { clients, queueUrl } = loaded;
  const body = JSON.stringify({
    source: 'aws.ecr',
    'detail-type': 'ECR Something New',
    detail: { marker: 'unknown' },
  });
  await clients.sqs.send(
    new SendMessageCommand({ QueueUrl: await queueUrl('KeeperEventsQueue'), MessageBody: body }),
  );
  const QueueUrl = await queueUrl('KeeperDeadLetters');
  let reason: string | undefined;
  for (const end = Date.now() + patienceMs; reason === undefined && Date.now() < end; ) {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MessageAttributeNames: ['All'],
        WaitTimeSeconds: 1,
        VisibilityTimeout: 0,
      }),
    );
    reason = Messages.find(({ Body }) => Body === body)?.MessageAttributes?.Reason?.StringValue;
  }
  expect(reason).toBe('its detail-type is not one that the keeper knows');
});

test('without a trail, the first image hardens a new repository', async () => {
  const { clients, create, named, notifiedOf, settingsOf, settled, stopTrail } = loaded;
  await stopTrail();
  const name = await create(named('pushed'));
  await settled();
  expect(await settingsOf(name)).toEqual(asCreated);
  const pushed = await pushImage(clients, { repository: name, tag: '1.0.0', content: 'first' });
  expect(pushed.accepted).toBe(true);
  expect(await notifiedOf(name)).toMatchObject([{ state: 'hardened', events: [{ action: 'push' }] }]);
  expect(await settingsOf(name)).toEqual(hardened);
});
