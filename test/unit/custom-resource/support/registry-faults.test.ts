import { DescribeRepositoriesCommand, ListTagsForResourceCommand } from '@aws-sdk/client-ecr';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { connectBeforeEach } from './ecr-client.ts';
import { arnOf, unsafe } from './registry.ts';

const ecr = connectBeforeEach();

describe('failing', () => {
  const read = () => ecr.client.send(new ListTagsForResourceCommand({ resourceArn: arnOf('a') }));
  const describeIt = () => ecr.client.send(new DescribeRepositoriesCommand({ repositoryNames: ['a'] }));
  const outcomes = async (...calls: (() => Promise<unknown>)[]) => {
    const heard: string[] = [];
    for (const call of calls)
      heard.push(
        await call().then(
          () => 'ok',
          (error: unknown) => (error instanceof Error ? error.name : 'no error'),
        ),
      );
    return heard;
  };

  beforeEach(() => ecr.add('a', unsafe));

  test('strikes a step from an occurrence on', async () => {
    ecr.server.plans.set('a', [{ step: 'read tags', fault: 'access denied', from: 2, times: 1 }]);
    expect(await outcomes(read, describeIt, read, read)).toEqual(['ok', 'ok', 'AccessDeniedException', 'ok']);
  });

  test('strikes the n-th call, and several plans go side by side', async () => {
    ecr.server.plans.set('a', [
      { callNumber: 2, fault: 'throttled', times: 2 },
      { step: 'read tags', fault: 'access denied', from: 3, times: 1 },
    ]);
    expect(await outcomes(read, describeIt, read, read, read)).toEqual([
      'ok',
      'ThrottlingException',
      'ThrottlingException',
      'AccessDeniedException',
      'ok',
    ]);
  });

  test('strikes calls that name no repository', async () => {
    ecr.server.plans.set('*', [{ step: 'list', fault: 'access denied', times: 1 }]);
    const list = () => ecr.client.send(new DescribeRepositoriesCommand({}));
    expect(await outcomes(list, list)).toEqual(['AccessDeniedException', 'ok']);
  });

  test('a limit lets one second of calls through, then as many as it says', async () => {
    ecr.server.limits.set('ListTagsForResource', 20);
    const begun = performance.now();
    const heard = await Promise.all(Array.from({ length: 60 }, () => outcomes(read)));
    const passed = heard.flat().filter((outcome) => outcome === 'ok').length;
    const seconds = (performance.now() - begun) / 1000;
    expect(passed).toBeGreaterThanOrEqual(20);
    expect(passed).toBeLessThanOrEqual(20 + Math.ceil(20 * seconds));
    expect(ecr.server.throttled).toBe(60 - passed);
    expect(await outcomes(describeIt)).toEqual(['ok']);
    await new Promise((resolve) => setTimeout(resolve, 110));
    expect(await outcomes(read, read)).toEqual(['ok', 'ok']);
  });

  test('every answer waits for the latency', async () => {
    ecr.server.latencyMs = 60;
    const begun = performance.now();
    await read();
    // A timer may ring within its last millisecond.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(59);
  });
});
