import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StackResources } from '../../../aws/cloudformation/stack-resources.ts';
import { deadlineIn } from '../../../aws/deadline.ts';
import { recogniseRollback } from '../../../functions/custom-resource/authenticate.ts';
import { sendResponse } from '../../../functions/custom-resource/response.ts';
import { type Bench, type Run, startBench } from './support/bench.ts';
import { sampleEvent } from './support/events.ts';
import { type Settings, unsafe } from './support/registry.ts';
import type { StackView } from './support/stacks.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterAll(() => bench.stop());

const own = String(sampleEvent('delete').PhysicalResourceId);
const always = Number.POSITIVE_INFINITY;
const hardened: Settings = { mutability: 'IMMUTABLE', exclusions: [], scanOnPush: true };
const stands: StackView = { states: [{ status: 'CREATE_COMPLETE', physicalId: own }] };

/** A repository that a stack has hardened and would restore. */
async function restorable(): Promise<Pick<Run, 'repository' | 'properties'>> {
  const properties = { OnDelete: 'Restore' };
  const { repository, answer, after } = await bench.run({ before: unsafe, properties });
  expect({ answer, after }).toMatchObject({ answer: { Status: 'SUCCESS' }, after: hardened });
  return { repository, properties };
}

const logged = (event: Readonly<Record<string, unknown>>) =>
  bench.printed
    .filter((line) => line.includes(String(event.RequestId)))
    .map((line) => JSON.parse(line))
    .filter(({ level }) => level === 'ERROR');

describe('a request that CloudFormation does not carry out', () => {
  test('a Delete with Restore in the name of a stack that stands changes nothing, and is logged', async () => {
    const { event, answer, after, calls, stackCalls } = await bench.run({
      sample: 'delete',
      ...(await restorable()),
      cloudFormation: stands,
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: own });
    expect({ after, calls }).toEqual({ after: hardened, calls: [] });
    expect(new Set(stackCalls)).toEqual(new Set(['DescribeStackResource', 'DescribeStackEvents']));
    expect(logged(event)).toMatchObject([{ message: 'refused', reason: 'not-in-progress' }]);
  });

  test('a Create or an Update fails, and reads and changes nothing', async () => {
    const runs: readonly Run[] = [
      { sample: 'create', cloudFormation: stands },
      { sample: 'create', cloudFormation: { states: [undefined] } },
      { sample: 'update', cloudFormation: stands },
    ];
    for (const { answer, after, calls } of await Promise.all(
      runs.map((run) => bench.run({ before: unsafe, ...run })),
    )) {
      expect(answer).toMatchObject({
        Status: 'FAILED',
        Reason: 'CloudFormation does not report this request as in progress, so nothing was changed.',
      });
      expect({ after, steps: calls.map(({ step }) => step) }).toEqual({ after: unsafe, steps: [] });
    }
  });

  test('a Create whose Delete has come before it begins, but after it was confirmed, changes nothing', async () => {
    const inProgress = { status: 'CREATE_IN_PROGRESS', physicalId: undefined };
    const LogicalResourceId = 'Overtaken';
    const event = { LogicalResourceId, PhysicalResourceId: 'orders-Overtaken-1A2B3C4D5E6F' };
    await bench.run({ sample: 'delete', event });
    const states = [inProgress, { status: 'DELETE_COMPLETE', physicalId: event.PhysicalResourceId }];
    const stopped = await bench.run({
      before: unsafe,
      event: { LogicalResourceId },
      cloudFormation: { states },
    });
    expect(stopped.answer).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('A Delete of'),
    });
    expect(stopped).toMatchObject({ after: unsafe, claimsAfter: undefined });
    // The same resource created anew.
    const again = await bench.run({ before: unsafe, event: { LogicalResourceId } });
    expect(again).toMatchObject({ answer: { Status: 'SUCCESS' }, after: hardened });
  });

  test('is asked about again before it is refused, since what CloudFormation reports may lag behind', async () => {
    const { answer, stackCalls } = await bench.run({
      before: unsafe,
      cloudFormation: { states: [undefined, { status: 'CREATE_IN_PROGRESS', physicalId: undefined }] },
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(stackCalls).toEqual(['DescribeStackResource', 'DescribeStackResource']);
  });
});

describe('a Delete of what was replaced', () => {
  const replaced = { states: [{ status: 'UPDATE_COMPLETE', physicalId: 'new' }], eventsPerPage: 2 };
  const event = (status: string, physicalId: string, logicalId = 'Settings') => ({
    ...{ status, physicalId, logicalId },
  });

  test('is confirmed by the events, where the old ID still stands', async () => {
    const { after, answer, stackCalls } = await bench.run({
      sample: 'delete',
      ...(await restorable()),
      cloudFormation: {
        ...replaced,
        events: [
          event('DELETE_IN_PROGRESS', own, 'Other'),
          event('UPDATE_COMPLETE', 'new'),
          event('DELETE_IN_PROGRESS', own),
          event('CREATE_COMPLETE', own),
        ],
      },
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(after).toEqual(unsafe);
    expect(stackCalls).toEqual(['DescribeStackResource', 'DescribeStackEvents', 'DescribeStackEvents']);
  });

  test('is refused where the newest event of the ID is another one', async () => {
    const given = await restorable();
    for (const { after } of await Promise.all(
      ['DELETE_COMPLETE', 'CREATE_COMPLETE'].map((status) =>
        bench.run({
          sample: 'delete',
          ...given,
          cloudFormation: { ...replaced, events: [event(status, own), event('DELETE_IN_PROGRESS', own)] },
        }),
      ),
    ))
      expect(after).toEqual(hardened);
  });
});

test.each([
  ['Update', ['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_IN_PROGRESS'], true],
  ['Update', ['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE'], undefined],
  ['Update', [], undefined],
  ['Create', ['UPDATE_ROLLBACK_IN_PROGRESS'], undefined],
] as const)(
  'a(n) %s is one of a rollback by the newest event of the stack itself (%j): %s',
  async (requestType, statuses, expected) => {
    const stackId = 'arn:aws:cloudformation:us-east-1:123456789012:stack/orders/1';
    const events = [
      { logicalId: 'Settings', physicalId: own, status: 'UPDATE_IN_PROGRESS' },
      ...statuses.map((status) => ({ logicalId: 'orders', physicalId: stackId, status })),
    ];
    const stacks: StackResources = {
      resource: async () => undefined,
      newestEvent: async (_stackId, isMeant) => events.find(isMeant),
    };
    const deadline = deadlineIn(60_000);
    expect(await recogniseRollback({ requestType, stackId }, { until: () => stacks }, deadline)).toBe(
      expected,
    );
    deadline.dispose();
  },
);

test('an Update of a rollback is not refused, by the events of its stack alone: what is safer stays', async () => {
  const stackId = String(sampleEvent('update').StackId);
  const run = (...events: readonly string[]) =>
    bench.run({
      sample: 'update',
      before: hardened,
      properties: { ImageTagMutability: 'MUTABLE' },
      cloudFormation: {
        events: events.map((status) => ({ status, physicalId: stackId, logicalId: 'orders' })),
      },
    });
  const [rolledBack, updated] = await Promise.all([
    run('UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_IN_PROGRESS'),
    run('UPDATE_IN_PROGRESS'),
  ]);
  expect(rolledBack).toMatchObject({ answer: { Status: 'SUCCESS' }, after: hardened });
  expect(updated).toMatchObject({ answer: { Status: 'FAILED' }, after: hardened });
});

describe('where CloudFormation cannot be asked', () => {
  test.each(['denied', 'throttled', 'reset', 'unavailable'] as const)(
    'a call that is %s is repeated',
    async (how) => {
      const { answer, after } = await bench.run({
        before: unsafe,
        cloudFormation: { fails: { how, times: 2 } },
      });
      expect(answer).toMatchObject({ Status: 'SUCCESS' });
      expect(after).toEqual(hardened);
    },
  );

  test.each<['create' | 'update', 'denied' | 'reset', string]>([
    ['create', 'denied', ": DescribeStackResource was denied. Allow it in the function's role"],
    ['update', 'reset', ': DescribeStackResource got no response.'],
  ])('until the deadline, a(n) %s fails (%s), and changes nothing', async (sample, how, reason) => {
    const whole = `CloudFormation could not confirm in time that it sent this request, so nothing was changed${reason}`;
    const { answer, after, calls } = await bench.runInTime(
      { sample, before: unsafe, remainingMs: 3_000, cloudFormation: { fails: { how, times: always } } },
      (outcome) => String(outcome.answer?.Reason).includes(whole),
    );
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining(whole) });
    expect({ after, calls }).toEqual({ after: unsafe, calls: [] });
  });

  test('until the deadline, a Delete succeeds, changes nothing, and leaves its claim', async () => {
    const { event, answer, after, calls, claimsAfter } = await bench.run({
      sample: 'delete',
      ...(await restorable()),
      remainingMs: 3_000,
      cloudFormation: { fails: { how: 'denied', times: always } },
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: own });
    expect({ after, calls }).toEqual({ after: hardened, calls: [] });
    expect(claimsAfter?.claims.map(({ holder }) => holder)).toEqual([own]);
    expect(logged(event)).toMatchObject([{ message: 'refused', reason: 'unconfirmed' }]);
  });
});

describe('a request from elsewhere', () => {
  const arn = (region: string, account: string, partition = 'aws') =>
    `arn:${partition}:lambda:${region}:${account}:function:EcrHardening-settings`;

  test.each([
    ['account', arn('us-east-1', '999999999999')],
    ['Region', arn('eu-west-1', '123456789012')],
    ['partition', arn('us-east-1', '123456789012', 'aws-cn')],
  ])('of another %s is refused before anything is asked', async (_what, functionArn) => {
    const { answer, after, calls, stackCalls } = await bench.run({ before: unsafe, functionArn });
    expect(answer).toMatchObject({
      Status: 'FAILED',
      Reason: expect.stringContaining('of another account, Region or partition'),
    });
    expect({ after, calls, stackCalls }).toEqual({ after: unsafe, calls: [], stackCalls: [] });
  });

  test('that is a Delete succeeds without a change, so that its stack stays deletable', async () => {
    const { answer, after, calls } = await bench.run({
      sample: 'delete',
      ...(await restorable()),
      functionArn: arn('us-east-1', '999999999999'),
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect({ after, calls }).toEqual({ after: hardened, calls: [] });
  });

  test.each(['https://example.com/x', 'http://169.254.169.254/latest', 'https://mine.s3.amazonaws.com/x'])(
    'with the ResponseURL %s is not responded to, and changes nothing',
    async (ResponseURL) => {
      const { thrown, event, after, calls, stackCalls } = await bench.run({
        before: unsafe,
        event: { ResponseURL },
      });
      expect(thrown).toBeUndefined();
      expect({ after, calls, stackCalls }).toEqual({ after: unsafe, calls: [], stackCalls: [] });
      expect(logged(event)).toMatchObject([{ message: 'refused, without a response' }]);
      expect(bench.printed.join('\n')).not.toContain(ResponseURL);
    },
  );
});

test('the body of what CloudFormation answers is not read, and may have no end', async () => {
  let timer: NodeJS.Timeout | undefined;
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const server = createServer((_request, response) => {
    response.writeHead(200);
    timer = setInterval(() => response.write('x'.repeat(10_000)), 1);
    response.on('close', () => {
      clearInterval(timer);
      close();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const deadline = deadlineIn(60_000);
  await sendResponse(`http://127.0.0.1:${port}/x`, '{}', { allowHttp: true, deadline });
  deadline.dispose();
  // A body that is read on would keep the connection open.
  await expect(closed).resolves.toBeUndefined();
  server.close();
});
