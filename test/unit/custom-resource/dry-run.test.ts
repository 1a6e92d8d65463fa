import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bench, startBench } from './support/bench.ts';
import { safe, unsafe } from './support/registry.ts';
import { dryRunSteps } from './support/steps.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterAll(() => bench.stop());

describe('DryRun', () => {
  test('changes nothing, and answers what it would change beside what is', async () => {
    const properties = { DryRun: 'true', MutableTags: 'latest' };
    const { answer, after, steps, claimsAfter } = await bench.run({ before: unsafe, properties });
    expect(answer).toMatchObject({
      Status: 'SUCCESS',
      Data: {
        ImageTagMutability: 'MUTABLE',
        ScanFrequency: 'MANUAL',
        WouldChange:
          'ImageTagMutability MUTABLE -> IMMUTABLE_WITH_EXCLUSION latest; ScanOnPush false -> true',
      },
    });
    expect(after).toEqual(unsafe);
    expect(steps).toEqual(dryRunSteps);
    expect(claimsAfter).toBeUndefined();
  });

  test('says so when it would change nothing', async () => {
    const { answer } = await bench.run({ before: safe, properties: { DryRun: true } });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { WouldChange: 'nothing' } });
  });

  test('refuses what a real run would refuse', async () => {
    const properties = { DryRun: true, ImageTagMutability: 'immutable' };
    expect((await bench.run({ before: unsafe, properties })).answer).toMatchObject({ Status: 'FAILED' });
  });

  test('is followed by a real run when it is taken away', async () => {
    const { repository } = await bench.run({ before: unsafe, properties: { DryRun: true } });
    const { answer, after } = await bench.run({ repository, sample: 'update' });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(after).toEqual(safe);
  });

  test('must be true or false', async () => {
    const { answer, after } = await bench.run({ before: unsafe, properties: { DryRun: 'yes' } });
    expect(answer?.Reason).toContain('DryRun must be true or false');
    expect(after).toEqual(unsafe);
  });
});
