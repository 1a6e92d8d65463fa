import '../custom-resource/support/one-realm.ts';

import { afterEach, describe, expect, test } from '@jest/globals';
import { callsOf } from '../../../aws/calls.ts';
import { type Deadline, deadlineIn } from '../../../aws/deadline.ts';

const deadlines: Deadline[] = [];
const within = (milliseconds: number): Deadline => {
  const deadline = deadlineIn(milliseconds);
  deadlines.push(deadline);
  return deadline;
};
afterEach(() => {
  for (const deadline of deadlines.splice(0)) deadline.dispose();
});

const failure = (name: string, status = 400) =>
  Object.assign(new Error('no'), { name, $metadata: { httpStatusCode: status } });
const client = { destroy: () => {} };

describe('a call that fails', () => {
  test('names its operation and what it was about, and keeps the cause', async () => {
    const cause = failure('AccessDeniedException');
    const call = callsOf(() => client).until(within(5_000));
    await expect(call('PutThing', () => Promise.reject(cause), 'payments/api')).rejects.toMatchObject({
      name: 'AwsCallError',
      operation: 'PutThing',
      resource: 'payments/api',
      message: 'payments/api: PutThing failed (AccessDeniedException: no)',
      cause,
    });
  });

  test('names the service of the client', async () => {
    const dynamodb = () => ({ ...client, config: { serviceId: 'DynamoDB' } });
    const call = callsOf(dynamodb).until(within(5_000));
    await expect(call('PutItem', () => Promise.reject(failure('ValidationException')))).rejects.toMatchObject(
      {
        operation: 'PutItem',
        service: 'DynamoDB',
      },
    );
  });

  test('names them also where the time is over', async () => {
    const call = callsOf(() => client).until(within(600));
    await expect(
      call('PutThing', () => Promise.reject(failure('ServerException', 500)), 'payments/api'),
    ).rejects.toMatchObject({
      name: 'OutOfTime',
      message: 'the time is over; last: ServerException',
      cause: { operation: 'PutThing', resource: 'payments/api' },
    });
  });

  test('says how the service had answered, where no answer comes in the little time that is left', async () => {
    const call = callsOf(() => client).until(within(1_500));
    let attempts = 0;
    const send = () => {
      attempts += 1;
      return attempts === 1
        ? Promise.reject(failure('ThrottlingException'))
        : new Promise<never>(() => undefined);
    };
    await expect(call('PutThing', send)).rejects.toMatchObject({
      message: 'the time is over; last: ThrottlingException',
    });
    expect(attempts).toBeGreaterThan(1);
  });
});

describe('the pace of an operation', () => {
  /** Throttled once, then answered so: the pace afterwards. */
  const paceAfter = async (answer: () => Promise<unknown>) => {
    const calls = callsOf(() => client);
    const call = calls.until(within(20_000));
    let isFirst = true;
    const send = () => {
      if (!isFirst) return answer();
      isFirst = false;
      return Promise.reject(failure('ThrottlingException'));
    };
    for (let times = 0; times < 10; times += 1) await call('GetThing', send).catch(() => {});
    return calls.speed.perSecond('GetThing') ?? Number.NaN;
  };

  test.each([
    ['RepositoryNotFoundException', 400],
    ['LifecyclePolicyNotFoundException', 400],
    ['AccessDeniedException', 400],
    ['InvalidParameterException', 400],
    ['NotFoundException', 404],
  ])('grows with an answer that is an error, such as %s (%i)', async (name, status) => {
    const answered = await paceAfter(() => Promise.resolve({}));
    expect(answered).toBeGreaterThan(20);
    expect(await paceAfter(() => Promise.reject(failure(name, status)))).toBe(answered);
  });

  test('is unknown of an operation that was never throttled, beside one that was', async () => {
    const calls = callsOf(() => client);
    const call = calls.until(within(5_000));
    expect(calls.speed.responseMs()).toBeUndefined();
    await call('GetThing', () => Promise.resolve({}));
    expect(calls.speed.perSecond('GetThing')).toBeUndefined();
    expect(calls.speed.responseMs()).toBeGreaterThanOrEqual(0);
  });
});
