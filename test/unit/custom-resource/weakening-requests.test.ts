import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { type Bench, startBench } from './support/bench.ts';
import { asClaimed, claimsIn, holdersIn } from './support/claims-records.ts';
import { propertiesLike } from './support/events.ts';
import { type Settings, safe, unsafe } from './support/registry.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterEach(() => {
  delete process.env.AllowWeakening;
});

afterAll(() => bench.stop());

const filters = (...patterns: string[]) => ({
  ImageTagMutabilityExclusionFilters: patterns.map((pattern) => ({
    ImageTagMutabilityExclusionFilterValue: pattern,
  })),
});
const excluding = (...exclusions: string[]): Settings => ({
  mutability: 'IMMUTABLE_WITH_EXCLUSION',
  exclusions,
  scanOnPush: true,
});

describe('WhenSafer: Keep', () => {
  const keep = { WhenSafer: 'Keep', MutableTags: 'latest' };
  const others = { strict: safe, own: excluding('dev'), open: unsafe };

  test.each([['false'], ['true']])(
    'hardens a mixed fleet and leaves safer repositories as they are, with AllowWeakening: %s',
    async (allowed) => {
      process.env.AllowWeakening = allowed;
      const fleet = { others, properties: (own: string) => ({ RepositoryName: `${own}/*`, ...keep }) };
      const { answer, repository, othersAfter } = await bench.run({ ...fleet });
      expect(answer).toMatchObject({ Status: 'SUCCESS', Data: { Matched: '3', Changed: '1' } });
      expect(othersAfter).toEqual({ ...others, open: excluding('latest') });
      const noted = bench.printed.filter((line) => line.includes('"notes"')).at(-1);
      for (const name of ['strict', 'own'])
        expect(noted).toContain(
          `${repository}/${name} keeps ImageTagMutability, since WhenSafer is Keep: the desired value is less safe`,
        );
      expect(noted).not.toContain(`${repository}/open keeps`);
    },
  );

  test('does not permit what Enforcement refuses, and leaves the fleet alone when the resource is deleted', async () => {
    const properties = { ...keep, OnDelete: 'Restore' };
    const { repository } = await bench.run({ before: safe, properties });
    const { after, claimsAfter } = await bench.run({ repository, sample: 'delete', properties });
    expect([after, claimsAfter === undefined ? [] : holdersIn(claimsAfter)]).toEqual([safe, []]);
  });
});

describe('what would make a repository less safe than it is', () => {
  const weakenings: readonly [string, Settings, JsonObject, string][] = [
    ['MUTABLE', safe, { ImageTagMutability: 'MUTABLE' }, 'ImageTagMutability IMMUTABLE -> MUTABLE'],
    [
      'exclusions',
      safe,
      filters('latest'),
      'ImageTagMutability IMMUTABLE -> IMMUTABLE_WITH_EXCLUSION latest',
    ],
    [
      'more exclusions',
      excluding('latest'),
      filters('latest', 'dev'),
      'ImageTagMutability IMMUTABLE_WITH_EXCLUSION latest -> IMMUTABLE_WITH_EXCLUSION latest dev',
    ],
    [
      'wider exclusions',
      excluding('dev-1'),
      filters('dev-*'),
      'ImageTagMutability IMMUTABLE_WITH_EXCLUSION dev-1 -> IMMUTABLE_WITH_EXCLUSION dev-*',
    ],
    [
      'mutability with what it excludes',
      excluding('latest'),
      { ImageTagMutability: 'MUTABLE_WITH_EXCLUSION', ...filters('release-*') },
      'ImageTagMutability IMMUTABLE_WITH_EXCLUSION latest -> MUTABLE_WITH_EXCLUSION release-*',
    ],
    ['no scanning', safe, { ImageScanningConfiguration: { ScanOnPush: false } }, 'ScanOnPush true -> false'],
  ];

  test.each(weakenings)('is refused: %s', async (_title, before, properties, words) => {
    const { answer, after, claimsAfter, repository } = await bench.run({ before, properties });
    expect(answer?.Reason).toBe(
      `${words} would make ${repository} less safe than it is, which is refused unless the application is deployed with AllowWeakening: true.`,
    );
    expect(after).toEqual(before);
    expect(claimsAfter).toBeUndefined();
  });

  test.each(weakenings)('is done where the application allows it: %s', async (_title, before, properties) => {
    process.env.AllowWeakening = 'true';
    const { answer, after } = await bench.run({ before, properties });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(after).not.toEqual(before);
  });

  test('fails every request where AllowWeakening is neither true nor false, but a Delete', async () => {
    process.env.AllowWeakening = 'perhaps';
    const { answer } = await bench.run({ before: safe });
    expect(answer?.Reason).toBe(
      'The application is misconfigured: AllowWeakening must be true or false, not the string "perhaps".',
    );
    expect((await bench.run({ sample: 'delete', before: safe })).answer).toMatchObject({ Status: 'SUCCESS' });
  });
});

describe('what this resource itself found or set', () => {
  const update = (repository: string, properties: JsonObject) =>
    bench.run({ sample: 'update', repository, properties });

  test('may be returned to, and so may anything that is at least as safe', async () => {
    const { repository } = await bench.run({ before: unsafe });
    expect((await update(repository, filters('latest', 'dev'))).after).toEqual(excluding('latest', 'dev'));
    expect((await update(repository, filters('latest'))).after).toEqual(excluding('latest'));
    expect((await update(repository, {})).after).toEqual(safe);
    const back = { ImageTagMutability: 'MUTABLE', ImageScanningConfiguration: { ScanOnPush: false } };
    expect((await update(repository, back)).after).toEqual(unsafe);
  });

  test('may not be gone below', async () => {
    const { repository } = await bench.run({ before: excluding('latest') });
    expect((await update(repository, filters('latest'))).after).toEqual(excluding('latest'));
    const { answer, after } = await update(repository, { ImageTagMutability: 'MUTABLE' });
    expect(answer).toMatchObject({ Status: 'FAILED' });
    expect(after).toEqual(excluding('latest'));
  });

  const otherStack = {
    StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/other/00000000-da77-11e4-872e-1234567db123',
  };

  test('is not what another stack had found', async () => {
    const { repository } = await bench.run({ before: unsafe });
    const { answer, after } = await bench.run({
      repository,
      properties: { ImageTagMutability: 'MUTABLE' },
      event: otherStack,
    });
    expect(answer?.Reason).toContain('AllowWeakening');
    expect(after).toEqual(safe);
  });

  test('is what another stack had hardened, at a Restore by one that took it over', async () => {
    const { repository } = await bench.run({ before: unsafe });
    const properties = { OnDelete: 'Restore' };
    const taken = await bench.run({ repository, properties, event: otherStack });
    expect(taken.answer?.Reason).toMatch(/ is taken over from ecr-settings-Settings-9ff35c65409f$/);
    const { answer, after, claimsAfter } = await bench.run({
      sample: 'delete',
      repository,
      event: {
        ...otherStack,
        PhysicalResourceId: taken.answer?.PhysicalResourceId,
        ResourceProperties: propertiesLike({ RepositoryName: repository, ...properties }),
      },
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(answer?.Reason).toContain('returns to ecr-settings-Settings-9ff35c65409f');
    expect(after).toEqual(safe);
    expect(holdersIn(claimsAfter)).toEqual(['ecr-settings-Settings-9ff35c65409f']);
  });

  test('is what another stack had hardened, also once that one is deleted', async () => {
    const first = await bench.run({ before: unsafe });
    const { repository } = first;
    const properties = { OnDelete: 'Restore' };
    const taken = await bench.run({ repository, properties, event: otherStack });
    const left = await bench.run({
      sample: 'delete',
      repository,
      event: { PhysicalResourceId: first.answer?.PhysicalResourceId },
    });
    // What was found when it was taken over.
    expect(left.claimsAfter?.original).toEqual(asClaimed(safe));
    expect(holdersIn(left.claimsAfter)).toEqual([taken.answer?.PhysicalResourceId]);
    const { answer, after, claimsAfter } = await bench.run({
      sample: 'delete',
      repository,
      properties,
      event: { ...otherStack, PhysicalResourceId: taken.answer?.PhysicalResourceId },
    });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(after).toEqual(safe);
    expect(claimsIn(claimsAfter)).toBeUndefined();
  });
});
