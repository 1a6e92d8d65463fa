import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
  StopLoggingCommand,
} from '@aws-sdk/client-cloudtrail';
import {
  CreateRepositoryCommand,
  type CreateRepositoryCommandInput,
  DescribeRepositoriesCommand,
  PutImageTagMutabilityCommand,
} from '@aws-sdk/client-ecr';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { driftOf } from '../../core/claims/drift.ts';
import { keeperHolder } from '../../core/claims/keeper.ts';
import { exemptionTagKey } from '../../core/policy/exemption-tag.ts';
import { subscribe } from '../../local/demo/alert.ts';
import { localConfiguration } from '../../local/demo/clients.ts';
import { pushImage } from '../../local/demo/registry.ts';
import { claimsOf, holdersOf } from './support/claims.ts';
import { resource, sweepBatchOf } from './support/keeper.ts';
import { newStack, repository } from './support/new-stack.ts';
import { runCommand } from './support/run-command.ts';
import { clients, uniqueName } from './support/stacks.ts';

// Each event waits for its batch, and reads that may lag behind writes are waited for.
jest.setTimeout(300_000);

const cloudtrail = new CloudTrailClient(localConfiguration({ endpoint: clients.endpoint, environment: {} }));
const trail = uniqueName('trail');
const hardened = { mutability: 'IMMUTABLE', scanOnPush: true };
const asCreated = { mutability: 'MUTABLE', scanOnPush: false };
const patienceMs = 90_000;
let queue: string;

interface Notified {
  readonly name: string;
  readonly state: string;
  readonly stack?: string;
  readonly drift?: { readonly times: number };
  readonly events: readonly { readonly action: string; readonly by?: { readonly arn?: string } }[];
}
/** A notification of events; others come to the same queue. */
interface Notification {
  readonly kind: string;
  readonly text: string;
  readonly repositories: readonly Notified[];
}
const received: Notification[] = [];

beforeAll(async () => {
  queue = await subscribe(clients);
  await cloudtrail.send(new CreateTrailCommand({ Name: trail, S3BucketName: 'trails' }));
  await cloudtrail.send(new StartLoggingCommand({ Name: trail }));
});

const named = (kind: string) => `keeper-events/${uniqueName(kind)}`;

async function create(name: string, more: Partial<CreateRepositoryCommandInput> = {}): Promise<string> {
  await clients.ecr.send(new CreateRepositoryCommand({ repositoryName: name, ...more }));
  return name;
}

async function repositoryNamed(name: string) {
  const { repositories = [] } = await clients.ecr.send(
    new DescribeRepositoriesCommand({ repositoryNames: [name] }),
  );
  return repositories[0];
}

async function settingsOf(name: string) {
  const found = await repositoryNamed(name);
  return {
    mutability: found?.imageTagMutability,
    scanOnPush: found?.imageScanningConfiguration?.scanOnPush,
  };
}

async function weaken(name: string): Promise<void> {
  await clients.ecr.send(
    new PutImageTagMutabilityCommand({ repositoryName: name, imageTagMutability: 'MUTABLE' }),
  );
}

async function receiveAll(): Promise<void> {
  const { Messages = [] } = await clients.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queue, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
  );
  for (const { Body = '{}', ReceiptHandle } of Messages) {
    const message: Notification = JSON.parse(Body);
    if (message.kind === 'events') received.push(message);
    await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
  }
}

/** Everything that people were notified of about a repository, once there is as much. */
async function notifiedOf(name: string, count = 1): Promise<readonly Notified[]> {
  const found = () =>
    received.flatMap(({ repositories }) => repositories).filter((each) => each.name === name);
  for (const end = Date.now() + patienceMs; found().length < count && Date.now() < end; ) await receiveAll();
  return found();
}

/** Until no event is left, and some time in which one would have come. */
async function settled(): Promise<void> {
  const QueueUrl = await queueUrl('KeeperEventsQueue');
  for (let quiet = 0; quiet < 4; ) {
    const { Attributes = {} } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    const left =
      Number(Attributes.ApproximateNumberOfMessages) +
      Number(Attributes.ApproximateNumberOfMessagesNotVisible);
    quiet = left === 0 ? quiet + 1 : 0;
    await receiveAll();
  }
}

async function queueUrl(logicalId: string): Promise<string> {
  const id = await resource(logicalId);
  if (id.startsWith('http')) return id;
  return (await clients.sqs.send(new GetQueueUrlCommand({ QueueName: id }))).QueueUrl ?? '';
}

test('a new repository is hardened, and the notification says who made it', async () => {
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
  const names = Array.from({ length: 50 }, () => named('burst'));
  await Promise.all(names.map((name) => create(name)));
  for (const name of names) expect(await notifiedOf(name)).toMatchObject([{ state: 'hardened' }]);
  const messages = received.filter(({ repositories }) =>
    repositories.some(({ name }) => names.includes(name)),
  );
  // One, unless they were created so slowly that a window was over.
  expect(messages.length).toBeLessThanOrEqual(3);
  for (const name of names) expect(await settingsOf(name)).toEqual(hardened);
});

test('what is weakened is restored twice, then left alone, by sweeps as well, until somebody resumes it', async () => {
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

  const found = await repositoryNamed(name);
  const listed = {
    ...{ index: 0, name, arn: found?.repositoryArn ?? '', createdAt: found?.createdAt?.getTime() ?? 0 },
  };
  expect(await sweepBatchOf([listed])).toMatchObject([{ state: 'left-after-drift' }]);
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
  const stack = newStack();
  const name = named('owned');
  const Resources = { Owned: repository({ RepositoryName: name }) };
  expect(await stack.deploy({ Resources })).toEqual({ kind: 'deployed' });
  expect(await notifiedOf(name)).toMatchObject([{ state: 'left-to-stack', stack: stack.stackName }]);
  expect(await settingsOf(name)).toEqual(asCreated);
});

test('an event of an unknown form is in the dead letters, with the reason', async () => {
  const body = JSON.stringify({
    source: 'aws.ecr',
    'detail-type': 'ECR Something New',
    detail: { marker: trail },
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
  await cloudtrail.send(new StopLoggingCommand({ Name: trail }));
  const name = await create(named('pushed'));
  await settled();
  expect(await settingsOf(name)).toEqual(asCreated);
  const pushed = await pushImage(clients, { repository: name, tag: '1.0.0', content: 'first' });
  expect(pushed.accepted).toBe(true);
  expect(await notifiedOf(name)).toMatchObject([{ state: 'hardened', events: [{ action: 'push' }] }]);
  expect(await settingsOf(name)).toEqual(hardened);
});
