import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { type Bench, startBench } from './support/bench.ts';
import { propertiesLike } from './support/events.ts';
import { safe, unsafe } from './support/registry.ts';
import { unchangedSteps } from './support/steps.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
});

afterAll(() => bench.stop());

const filter = (pattern: unknown, more: object = {}) => ({
  ImageTagMutabilityExclusionFilterType: 'WILDCARD',
  ImageTagMutabilityExclusionFilterValue: pattern,
  ...more,
});
const filters = (...list: unknown[]) =>
  JSON.parse(JSON.stringify({ ImageTagMutabilityExclusionFilters: list })) as JsonObject;

describe('properties that are taken', () => {
  const taken: readonly [string, JsonObject, object][] = [
    ['nothing but a name', {}, safe],
    ['a ServiceTimeout', { ServiceTimeout: '330' }, safe],
    ['true as text', { ImageScanningConfiguration: { ScanOnPush: 'true' } }, safe],
    ['true', { ImageScanningConfiguration: { ScanOnPush: true } }, safe],
    [
      'false as text',
      { ImageScanningConfiguration: { ScanOnPush: 'false' } },
      { ...safe, scanOnPush: false },
    ],
    ['an empty map of scanning', { ImageScanningConfiguration: {} }, safe],
    ['an empty list of filters', filters(), safe],
    ['MUTABLE, where it is asked for', { ImageTagMutability: 'MUTABLE' }, { ...safe, mutability: 'MUTABLE' }],
    [
      'filters alone, which mean immutability',
      filters(filter('dev-*')),
      { ...safe, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['dev-*'] },
    ],
    [
      'a filter without its type, which can be only one',
      filters({ ImageTagMutabilityExclusionFilterValue: 'dev' }),
      { ...safe, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['dev'] },
    ],
    [
      'a filter twice, which counts once',
      filters(filter('dev'), filter('dev')),
      { ...safe, mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: ['dev'] },
    ],
  ];
  test.each(taken)('%s', async (_title, properties, settings) => {
    const { answer, after, repository } = await bench.run({ before: unsafe, properties });
    expect(answer).toMatchObject({ Status: 'SUCCESS' });
    expect(after).toEqual(settings);
    expect((await bench.run({ repository, properties })).steps).toEqual(unchangedSteps);
  });
});

const secret = 'Sup3r-s3cret!';

describe('properties that are refused, before ECR is asked', () => {
  const nameRule =
    'RepositoryName must be the name of an ECR repository (2 to 256 lower-case letters and digits, with single . _ - or / between them), or such a name with *';
  const mutabilityRule =
    'ImageTagMutability must be one of IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION, MUTABLE, not';
  const at = 'ImageTagMutabilityExclusionFilters[0]';
  const refused: readonly [string, JsonObject, string][] = [
    [
      'a mistyped name',
      { ImageTagMutabilty: 'IMMUTABLE' },
      'unknown property; did you mean ImageTagMutability?',
    ],
    [
      'an unknown name',
      { Colour: secret },
      'unknown property; allowed are RepositoryName, RepositoryNames, RepositoryTags, Exclude, AllowNoMatch, ' +
        'ImageTagMutability, ImageTagMutabilityExclusionFilters, MutableTags, ImageScanningConfiguration, LifecyclePolicy, ' +
        'KeepImages, ExpireUntaggedAfterDays, ArchiveUnpulledAfterDays, ProtectedTags, ' +
        'AccountSettings, RequireScanning, ProtectPulledWithinDays, WhenSafer, OnDelete, DryRun.',
    ],
    ['a name that is none', { RepositoryName: secret }, `${nameRule}.`],
    ['an empty name', { RepositoryName: '' }, `${nameRule}.`],
    [
      'a list of names',
      { RepositoryName: [secret] },
      'RepositoryName must be the name of an ECR repository, not a list.',
    ],
    [
      'more patterns than can be compared with a registry in time',
      { RepositoryNames: Array.from({ length: 1_001 }, (_, index) => `team-${index}/*`) },
      'RepositoryNames has 1001 patterns, and at most 1000 are possible.',
    ],
    ['another mutability', { ImageTagMutability: secret }, `${mutabilityRule} another string.`],
    ['a map for mutability', { ImageTagMutability: { a: secret } }, `${mutabilityRule} a map.`],
    [
      'lower case',
      { ImageTagMutability: 'immutable' },
      'ImageTagMutability has the unknown value "immutable"; did you mean IMMUTABLE?',
    ],
    [
      'exclusion without filters',
      { ImageTagMutability: 'IMMUTABLE_WITH_EXCLUSION' },
      'ImageTagMutability IMMUTABLE_WITH_EXCLUSION needs ImageTagMutabilityExclusionFilters.',
    ],
    [
      'filters without exclusion',
      { ImageTagMutability: 'IMMUTABLE', ...filters(filter('dev')) },
      'ImageTagMutabilityExclusionFilters does not go with ImageTagMutability IMMUTABLE: use IMMUTABLE_WITH_EXCLUSION.',
    ],
    [
      'six filters',
      filters(...['a', 'b', 'c', 'd', 'e', 'f'].map((pattern) => filter(pattern))),
      'ImageTagMutabilityExclusionFilters must have 1 to 5 filters, not 6.',
    ],
    [
      'text for filters',
      { ImageTagMutabilityExclusionFilters: secret },
      'ImageTagMutabilityExclusionFilters must be a list of filters.',
    ],
    ['a text filter', filters(secret), `${at} must be a map, not another string.`],
    [
      "the API's names for a filter",
      filters({ filterType: 'WILDCARD', filter: secret }),
      `${at} has an unknown key; allowed are ImageTagMutabilityExclusionFilterType, ImageTagMutabilityExclusionFilterValue; ` +
        `${at} has an unknown key; allowed are ImageTagMutabilityExclusionFilterType, ImageTagMutabilityExclusionFilterValue; ` +
        `${at}.ImageTagMutabilityExclusionFilterValue is missing.`,
    ],
    [
      'another type of filter',
      filters(filter('dev', { ImageTagMutabilityExclusionFilterType: secret })),
      `${at}.ImageTagMutabilityExclusionFilterType must be WILDCARD, not another string.`,
    ],
    [
      'a pattern with other characters',
      filters(filter(secret)),
      `${at}.ImageTagMutabilityExclusionFilterValue must be 1 to 128 letters, digits and . _ * -.`,
    ],
    [
      'three wildcards',
      filters(filter('*a*b*')),
      `${at}.ImageTagMutabilityExclusionFilterValue has 3 wildcards, and ECR allows at most 2.`,
    ],
    [
      'text for scanning',
      { ImageScanningConfiguration: secret },
      'ImageScanningConfiguration must be a map with ScanOnPush, not another string.',
    ],
    [
      'a mistyped key of scanning',
      { ImageScanningConfiguration: { scanOnPush: 'true' } },
      'ImageScanningConfiguration has an unknown key; did you mean ScanOnPush?',
    ],
    [
      'another text for true',
      { ImageScanningConfiguration: { ScanOnPush: secret } },
      'ImageScanningConfiguration.ScanOnPush must be true or false, not another string.',
    ],
    [
      'a number for true',
      { ImageScanningConfiguration: { ScanOnPush: 1 } },
      'ImageScanningConfiguration.ScanOnPush must be true or false, not another number.',
    ],
  ];

  test.each(refused)('%s', async (_title, properties, reason) => {
    const { answer, steps, after } = await bench.run({ before: unsafe, properties });
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: `Settings: ${reason}` });
    expect(steps).toEqual([]);
    expect(after).toEqual(unsafe);
  });

  test('no name', async () => {
    const event = { ResourceProperties: propertiesLike({}) };
    const { answer } = await bench.run({ event });
    expect(answer?.Reason).toBe(
      'Settings: RepositoryName, RepositoryNames or RepositoryTags is missing: one of them selects repositories.',
    );
  });

  test('a value that was put into the wrong place is quoted neither in an answer nor in a log', async () => {
    const printed = bench.printed.length;
    for (const [, properties] of refused) {
      const { answer } = await bench.run({ before: unsafe, properties });
      expect(answer?.Reason).not.toContain(secret);
    }
    expect(bench.printed.length).toBeGreaterThan(printed);
    expect(bench.printed.filter((line) => line.includes(secret))).toEqual([]);
  });

  test('a key that the author has chosen is quoted neither in an answer nor in a log, not even a mistyped one', async () => {
    const rule = (more: JsonObject, selection: JsonObject = {}, action: JsonObject = {}) =>
      JSON.stringify({
        rules: [
          {
            rulePriority: 1,
            selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 9, ...selection },
            action: { type: 'expire', ...action },
            ...more,
          },
        ],
      });
    const policy = (LifecyclePolicyText: string, more: JsonObject = {}) => ({
      LifecyclePolicy: { LifecyclePolicyText, ...more },
    });
    const places: readonly ((key: string) => JsonObject)[] = [
      (key) => ({ [key]: 'x' }),
      (key) => ({ RepositoryTags: { [key]: ['x'] } }),
      (key) => ({ RepositoryTags: { [key]: null } }),
      (key) => ({ AccountSettings: { [key]: 'x' } }),
      (key) => ({ ImageScanningConfiguration: { [key]: true } }),
      (key) => filters(filter('dev', { [key]: 'x' })),
      (key) => policy(rule({}), { [key]: 'x' }),
      (key) => policy(rule({ [key]: 'x' })),
      (key) => policy(rule({}, { [key]: { [key]: 1 } })),
      (key) => policy(rule({}, {}, { [key]: 'x' })),
      (key) => ({ OnDelete: { [key]: 'x' }, DryRun: { [key]: 'x' }, RepositoryName: { [key]: 'x' } }),
    ];
    for (const key of [secret, 'DryRum', 'ScanOnPusch', 'countNumbr', 'BLOB_MOUNTNG'])
      for (const place of places) {
        const { answer } = await bench.run({ before: unsafe, properties: place(key) });
        expect(answer?.Status).toBe('FAILED');
        expect(answer?.Reason).not.toContain(key);
        expect(bench.printed.filter((line) => line.includes(key))).toEqual([]);
      }
  });

  test('a map that has a member toString is refused like any other', async () => {
    const odd = { toString: 'x', valueOf: 'x' };
    const refused = async (properties: JsonObject) =>
      (await bench.run({ before: unsafe, properties })).answer?.Reason;
    expect(await refused({ RepositoryTags: { team: odd } })).toBe(
      'Settings: RepositoryTags must be a map of key to value, and one value is a map.',
    );
    expect(await refused({ KeepImages: [odd], ServiceTimeout: odd })).toBe(
      'Settings: KeepImages must be a whole number from 0 to 100000, not a list.',
    );
  });

  test('a secret that happens to be a repository name is not logged, whatever ECR says of it', async () => {
    const RepositoryName = 'correct-horse-battery';
    const properties = { RepositoryName };
    await bench.run({ properties, repository: RepositoryName, remainingMs: 4_000 });
    for (const fault of ['access denied', 'invalid parameter', 'server exception'] as const)
      await bench.run({
        properties,
        repository: RepositoryName,
        remainingMs: 4_000,
        fault: { step: 'describe', fault, times: 99 },
      });
    expect(bench.printed.filter((line) => line.includes(RepositoryName))).toEqual([]);
    expect(bench.printed.filter((line) => line.includes('User is not authorized'))).toEqual([]);
  });
});
