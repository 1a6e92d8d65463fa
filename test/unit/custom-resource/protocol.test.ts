import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bench, startBench } from './support/bench.ts';
import { breaches } from './support/contract.ts';
import { unsafe } from './support/registry.ts';
import { functionArn } from './support/stacks.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterAll(() => bench.stop());

describe('an event that is no request', () => {
  test.each([
    [
      'an unknown RequestType',
      { RequestType: 'Replace' },
      'RequestType must be Create, Update or Delete, not "Replace".',
    ],
    [
      'no RequestType',
      { RequestType: undefined },
      'RequestType must be Create, Update or Delete, not undefined.',
    ],
    ['no ResourceProperties', { ResourceProperties: undefined }, 'The event has no ResourceProperties.'],
    ['an Update of nothing', { RequestType: 'Update' }, 'The Update has no PhysicalResourceId.'],
    ['a Delete of nothing', { RequestType: 'Delete' }, 'The Delete has no PhysicalResourceId.'],
  ])('%s is answered FAILED', async (_title, event, reason) => {
    const { answer, steps, event: sent, deliveries } = await bench.run({ event });
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: reason });
    expect(deliveries.flatMap(({ body }) => breaches(body, sent))).toEqual([]);
    expect(steps).toEqual([]);
  });

  test.each(['ResponseURL', 'RequestId', 'StackId', 'LogicalResourceId'])(
    'one without %s cannot be answered, and fails as an invocation',
    async (name) => {
      const { thrown, deliveries } = await bench.run({ event: { [name]: undefined } });
      expect(String(thrown)).toContain('EcrHardening cannot respond to this event');
      expect(deliveries).toEqual([]);
    },
  );

  test('not even a map fails as an invocation', async () => {
    const { handler } = await import('../../../functions/custom-resource/handler.ts');
    const context = { getRemainingTimeInMillis: () => 1_000, invokedFunctionArn: functionArn };
    for (const event of [null, undefined, 'text', [], 7])
      await expect(handler(event, context)).rejects.toThrow('EcrHardening cannot respond to this event');
  });
});

describe('the address of the answer', () => {
  test.each(['ftp://127.0.0.1/answers', 'file:///etc/passwd', 'not a URL'])(
    '%s is not used',
    async (ResponseURL) => {
      const { thrown, deliveries } = await bench.run({ sample: 'delete', event: { ResponseURL } });
      expect(thrown).toBeUndefined();
      expect(deliveries).toEqual([]);
    },
  );

  test('plain http is refused where the environment names no local endpoint', async () => {
    const { AWS_ENDPOINT_URL } = process.env;
    delete process.env.AWS_ENDPOINT_URL;
    // Without properties there is nothing to ask ECR, which would be the real one here.
    const event = { ResourceProperties: undefined };
    const refused = await bench.run({ sample: 'delete', event });
    process.env.AWS_ENDPOINT_URL_ECR = AWS_ENDPOINT_URL;
    const taken = await bench.run({ sample: 'delete', event });
    delete process.env.AWS_ENDPOINT_URL_ECR;
    process.env.AWS_ENDPOINT_URL = AWS_ENDPOINT_URL;
    expect(refused.deliveries).toEqual([]);
    expect(bench.printed.join('\n')).toContain('the ResponseURL must be https, not http:');
    expect(taken.answer).toMatchObject({ Status: 'SUCCESS' });
  });
});

describe('when hardly any time is left', () => {
  test.each([500, 1_000, 2_000])(
    '%d ms are enough to answer a Create that ECR keeps waiting',
    async (remainingMs) => {
      const { answer, leftMs } = await bench.runInTime(
        {
          before: unsafe,
          remainingMs,
          fault: { step: 'describe', fault: 'hanging', times: Number.POSITIVE_INFINITY },
        },
        (outcome) => outcome.answer !== undefined && outcome.leftMs > 0,
      );
      expect(answer).toMatchObject({ Status: 'FAILED' });
      expect(leftMs).toBeGreaterThan(0);
    },
  );

  test.each([0, -1_000])(
    '%d ms end at once, without a throw and before anything begins',
    async (remainingMs) => {
      const { thrown, steps } = await bench.run({ before: unsafe, remainingMs });
      expect(thrown).toBeUndefined();
      expect(steps).toEqual([]);
    },
  );
});

test('each line of the log names the version that has written it', async () => {
  process.env.Version = '9.8.7';
  const { event } = await bench.run({ sample: 'create', before: unsafe });
  const lines = bench.printed.filter((line) => line.includes(String(event.RequestId)));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ version: '9.8.7' });
});
