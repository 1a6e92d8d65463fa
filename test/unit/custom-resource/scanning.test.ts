import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bench, startBench } from './support/bench.ts';
import { type RegistryScanning, safe, unsafe } from './support/registry.ts';

let bench: Bench;
const basic: RegistryScanning = { type: 'BASIC', isEverythingCovered: false };

beforeAll(async () => {
  bench = await startBench();
});

afterEach(() => {
  bench.server.scanning = basic;
});

afterAll(() => bench.stop());

describe('the scanning in effect', () => {
  test.each<[string, RegistryScanning, object]>([
    ['basic scanning', basic, { ScanFrequency: 'SCAN_ON_PUSH', ScanType: 'BASIC' }],
    [
      'a registry where scanning was never configured',
      { type: 'DISABLED', isEverythingCovered: false },
      { ScanFrequency: 'SCAN_ON_PUSH', ScanType: 'BASIC' },
    ],
    [
      'enhanced scanning that leaves the repository out',
      { type: 'ENHANCED', isEverythingCovered: false },
      { ScanFrequency: 'MANUAL', ScanType: 'ENHANCED' },
    ],
    [
      'enhanced scanning that covers it',
      { type: 'ENHANCED', isEverythingCovered: true },
      { ScanFrequency: 'SCAN_ON_PUSH', ScanType: 'ENHANCED' },
    ],
  ])('is an attribute, not what the repository is set to: %s', async (_what, scanning, attributes) => {
    bench.server.scanning = scanning;
    const { answer } = await bench.run({ before: unsafe });
    expect(answer).toMatchObject({ Status: 'SUCCESS', Data: attributes });
  });
});

describe('RequireScanning', () => {
  const properties = { RequireScanning: 'true' };

  test('is content with a repository that is scanned', async () => {
    expect((await bench.run({ before: unsafe, properties })).answer).toMatchObject({ Status: 'SUCCESS' });
  });

  test('fails where enhanced scanning leaves the repository out, with the cause and what fixes it', async () => {
    bench.server.scanning = { type: 'ENHANCED', isEverythingCovered: false };
    const run = { before: unsafe, properties, remainingMs: 6_000 };
    const { answer, repository, after } = await bench.run(run);
    expect(answer).toMatchObject({ Status: 'FAILED' });
    expect(answer?.Reason).toBe(
      `Repository ${repository} is not scanned in effect, and RequireScanning is true: no rule of the registry's enhanced scanning has a filter that matches it. Add such a rule to the registry's scanning configuration (AWS::ECR::RegistryScanningConfiguration). What had been changed was put back.`,
    );
    expect(after).toEqual(unsafe);
  });

  test('does not speak of writing where nothing was written', async () => {
    bench.server.scanning = { type: 'ENHANCED', isEverythingCovered: false };
    const { answer } = await bench.run({ before: safe, properties, remainingMs: 6_000 });
    expect(answer?.Reason).toMatch(/\(AWS::ECR::RegistryScanningConfiguration\)\.$/);
  });

  test('must be true or false', async () => {
    const { answer } = await bench.run({ before: unsafe, properties: { RequireScanning: 'perhaps' } });
    expect(answer?.Reason).toContain('RequireScanning must be true or false');
  });
});

describe('MutableTags', () => {
  test.each([
    ['text with commas', 'latest, cache-*, '],
    ['a list', ['latest', 'cache-*']],
  ])('are exclusions by another name: %s', async (_what, MutableTags) => {
    const { answer, after } = await bench.run({ before: unsafe, properties: { MutableTags } });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(after).toEqual({
      mutability: 'IMMUTABLE_WITH_EXCLUSION',
      exclusions: ['latest', 'cache-*'],
      scanOnPush: true,
    });
  });

  test('that are empty leave everything immutable', async () => {
    expect((await bench.run({ before: unsafe, properties: { MutableTags: '' } })).after).toEqual(safe);
  });

  const filters = [
    { ImageTagMutabilityExclusionFilterType: 'WILDCARD', ImageTagMutabilityExclusionFilterValue: 'dev' },
  ];
  test.each([
    [{ MutableTags: 'dev', ImageTagMutabilityExclusionFilters: filters }, /mean the same: set one of them/],
    [
      { MutableTags: 'dev', ImageTagMutability: 'IMMUTABLE' },
      /MutableTags does not go with ImageTagMutability IMMUTABLE/,
    ],
    [
      { MutableTags: '', ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' },
      /IMMUTABLE_WITH_EXCLUSION needs MutableTags/,
    ],
    [{ MutableTags: 'a,b,c,d,e,f' }, /MutableTags has 6 patterns, and at most 5 are possible/],
    [{ MutableTags: 'a*b*c*' }, /MutableTags\[0\] has 3 wildcards/],
    [{ MutableTags: 'dev,*' }, /MutableTags\[1\] matches every tag, so that none would be immutable/],
    [{ MutableTags: { a: 'b' } }, /MutableTags must be a list, or text with commas/],
  ])('%j are refused', async (properties, reason) => {
    const { answer, after } = await bench.run({ before: unsafe, properties });
    expect(answer?.Reason).toMatch(reason);
    expect(after).toEqual(unsafe);
  });
});
