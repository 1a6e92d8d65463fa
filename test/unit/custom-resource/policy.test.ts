import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { type Bench, startBench } from './support/bench.ts';
import { type Settings, safe, unsafe } from './support/registry.ts';
import { claimedSteps, unchangedSteps } from './support/steps.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterEach(() => {
  delete process.env.MutableTags;
  delete process.env.Enforcement;
});

afterAll(() => bench.stop());

const excluding = (...exclusions: string[]): Settings => ({
  mutability: 'IMMUTABLE_WITH_EXCLUSION',
  exclusions,
  scanOnPush: true,
});

describe('what the author leaves out becomes the default of the organisation, unless the repository is safer', () => {
  const defaults: readonly [string, string, Settings, Settings][] = [
    ['a mutable one becomes immutable', '', unsafe, safe],
    ['one with exclusions becomes immutable', '', excluding('dev'), safe],
    [
      'tags that the organisation names stay mutable',
      'latest, cache-*',
      unsafe,
      excluding('latest', 'cache-*'),
    ],
    ['an immutable one is never opened', 'latest', safe, safe],
    [
      'one that excludes no more than the default stays',
      'latest,dev',
      excluding('latest'),
      excluding('latest'),
    ],
    [
      'one that excludes more than the default is tightened',
      'latest',
      excluding('dev', 'latest'),
      excluding('latest'),
    ],
    ['one that excludes others stays, since neither is safer', 'latest', excluding('dev'), excluding('dev')],
    ['one that excludes every tag is not immutable', 'latest', excluding('dev', '*'), excluding('latest')],
    ['nor is it without tags that the organisation names', '', excluding('**'), safe],
    [
      'mutable with exclusions becomes immutable',
      '',
      { mutability: 'MUTABLE_WITH_EXCLUSION', exclusions: ['release-*'], scanOnPush: true },
      safe,
    ],
  ];
  test.each(defaults)('%s', async (_title, MutableTags, before, after) => {
    process.env.MutableTags = MutableTags;
    const first = await bench.run({ before });
    expect(first.answer).toMatchObject({ Status: 'SUCCESS' });
    expect(first.after).toEqual(after);
    const { repository } = first;
    expect((await bench.run({ repository })).steps).toEqual(unchangedSteps);
  });

  test('the order of exclusions means nothing', async () => {
    process.env.MutableTags = 'latest,dev';
    expect((await bench.run({ before: excluding('dev', 'latest') })).steps).toEqual(claimedSteps);
  });
});

describe('what the author wrote and is unsafe', () => {
  const everyTag = {
    ImageTagMutabilityExclusionFilters: [{ ImageTagMutabilityExclusionFilterValue: '*' }],
  };
  const wishes: readonly [string, JsonObject, Settings, string][] = [
    [
      'MUTABLE',
      { ImageTagMutability: 'MUTABLE' },
      { ...safe, mutability: 'MUTABLE' },
      'ImageTagMutability MUTABLE',
    ],
    [
      'an exclusion of every tag',
      everyTag,
      excluding('*'),
      'ImageTagMutabilityExclusionFilters that match every tag',
    ],
    [
      'no scanning',
      { ImageScanningConfiguration: { ScanOnPush: 'false' } },
      { ...safe, scanOnPush: false },
      'ImageScanningConfiguration.ScanOnPush false',
    ],
  ];

  test.each(wishes)('%s stands by default', async (_title, properties, asked) => {
    expect((await bench.run({ before: unsafe, properties })).after).toEqual(asked);
  });

  test.each(wishes)('%s is replaced under Override', async (_title, properties) => {
    process.env.Enforcement = 'Override';
    const { answer, after } = await bench.run({ before: unsafe, properties });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(after).toEqual(safe);
  });

  test.each(wishes)(
    '%s fails under Reject, and nothing is written',
    async (_title, properties, _asked, named) => {
      process.env.Enforcement = 'Reject';
      const { answer, after, repository, steps } = await bench.run({ before: unsafe, properties });
      expect(answer).toMatchObject({
        Status: 'FAILED',
        Reason: `${named} for ${repository} is refused, since this application enforces safe settings (Enforcement: Reject).`,
      });
      expect(after).toEqual(unsafe);
      expect(steps).toEqual(['describe', 'read claims']);
    },
  );

  test('what is safe passes under Override and Reject', async () => {
    for (const Enforcement of ['Override', 'Reject']) {
      process.env.Enforcement = Enforcement;
      const filters = [{ ImageTagMutabilityExclusionFilterValue: 'dev' }];
      const properties = { ImageTagMutabilityExclusionFilters: filters };
      expect((await bench.run({ before: unsafe, properties })).after).toEqual(excluding('dev'));
    }
  });
});

describe('an application that is misconfigured', () => {
  test('fails a Create, and says so', async () => {
    process.env.Enforcement = 'Sometimes';
    const { answer, steps } = await bench.run({ before: unsafe });
    expect(answer?.Reason).toMatch(/^The application is misconfigured: .*Enforcement must be one of/);
    expect(steps).toEqual([]);
  });

  test('still lets a stack be deleted', async () => {
    process.env.Enforcement = 'Sometimes';
    expect((await bench.run({ sample: 'delete' })).answer).toMatchObject({ Status: 'SUCCESS' });
  });
});
