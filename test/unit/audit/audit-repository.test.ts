import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { RepositoryAudit } from '../../../audit/audit.ts';
import { auditRepository } from '../../../audit/audit-repository.ts';
import type { RepositoryReading } from '../../../audit/reading.ts';
import { auditOf } from '../../../audit/summary.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import { describeAudit, describeRepository } from '../../../wording/audit/describe.ts';
import { denied, image, now, reading } from './support/readings.ts';

const registry = { region: 'us-east-1', registryId: '123456789012', scanType: 'BASIC' } as const;
const options = { policy: builtInPolicy, quota: 100_000, lookBackDays: 14, keepDays: 30, now };
const data = (more: Partial<RepositoryReading>) => auditRepository(reading(more), options);
const judge = (more: Partial<RepositoryReading>, changed: Partial<typeof options> = {}) =>
  describeRepository(auditRepository(reading(more), { ...options, ...changed }), registry);
const described = (all: readonly RepositoryAudit[], total: number) =>
  describeAudit(auditOf(registry, all, { total, at: now }));
const messages = (more: Partial<RepositoryReading>, subject: string) =>
  judge(more)
    .findings.filter((finding) => finding.subject === subject)
    .map(({ level, message }) => `${level}: ${message}`);
const policyOf = (...rules: object[]) =>
  JSON.stringify({
    rules: rules.map((selection, index) => ({
      rulePriority: index + 1,
      description: 'a rule of a test, long enough for the schema',
      selection,
      action: { type: 'expire' },
    })),
  });
const keepOne = policyOf({ tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 });
const safe: Partial<RepositoryReading> = {
  tagMutability: { mutability: 'IMMUTABLE', exclusions: [] },
  scan: { frequency: 'SCAN_ON_PUSH', filters: [] },
  lifecyclePolicy: keepOne,
  encryption: 'KMS',
};

describe('a repository', () => {
  test('that is safe has no finding', () => {
    expect(judge(safe).findings).toEqual([]);
  });

  test('as ECR makes it has each of its defaults told', () => {
    expect(judge({}).findings.map(({ subject, level }) => `${subject} ${level}`)).toEqual([
      'TagImmutability warning',
      'ScanOnPush warning',
      'LifecyclePolicy warning',
      'Encryption note',
    ]);
  });

  test('is scanned as ECR says and not as it is set itself, and the cause is told', () => {
    expect(judge({ scan: { frequency: 'CONTINUOUS_SCAN', filters: ['prod-*'] } }).scanned).toEqual({
      how: 'continuously',
      why: "by the registry's basic scanning, filter prod-*",
    });
    expect(messages({ scanOnPush: true }, 'ScanOnPush')).toEqual([
      "warning: Images are not scanned: its own ScanOnPush is on, but ECR reports that it is not in effect, and no filter of the registry's basic scanning matches it.",
    ]);
  });

  test('that is open to every account is an error', () => {
    const statement = { Effect: 'Allow', Principal: '*', Action: 'ecr:*' };
    const repositoryPolicy = JSON.stringify({ Statement: [statement] });
    expect(messages({ repositoryPolicy }, 'PublicAccess')).toEqual([
      'error: Its repository policy: Statement[0].Principal allows every AWS account: name the accounts, or add a condition on aws:PrincipalOrgID.',
    ]);
  });

  test('has its lifecycle policy told where a rule of it can never fire', () => {
    const rule = { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 };
    expect(messages({ lifecyclePolicy: policyOf(rule, rule) }, 'LifecyclePolicy')).toEqual([
      'warning: Its lifecycle policy: rules[1] can never fire: rules[0] comes before it and takes every image that it matches.',
    ]);
  });

  test('has its lifecycle policy told where that expires what was pulled lately', () => {
    const images = [image(1, ['2']), image(200, ['1'], { pulledAt: now - 1000 })];
    expect(judge({ lifecyclePolicy: keepOne, images }).lifecyclePolicy).toMatchObject({
      expires: { images: { atLeast: 1, atMost: 1 }, pulledLately: { atLeast: 1, atMost: 1 } },
    });
    expect(messages({ lifecyclePolicy: keepOne, images }, 'LifecyclePolicy')).toEqual([
      'warning: Its lifecycle policy expires images that may be in use: 1 pulled within 90 days.',
    ]);
  });

  test('counts what may be a part of a list in the upper bound alone', () => {
    const images = [image(1, ['2'], { isImageIndex: true }), image(30), image(40, ['old'])];
    expect(judge({ lifecyclePolicy: keepOne, images }).lifecyclePolicy).toMatchObject({
      expires: { images: { atLeast: 1, atMost: 2 } },
    });
  });

  test('costs what its images take, a list nothing beside its parts', () => {
    const images = [image(1, ['2'], { isImageIndex: true }), image(1), image(1)];
    expect(judge({ images }).images).toMatchObject({ count: 3, bytes: 2 * 1024 ** 3, monthlyCost: 0.2 });
  });

  test.each([
    [3, 'error', '2026-12-25'],
    [1, 'error', '2026-12-25'],
  ])('tells when its quota of images is reached (%i pushed lately)', (pushes, level, day) => {
    const images = [
      ...Array.from({ length: pushes }, () => image(3, ['x'])),
      ...Array.from({ length: 5 }, () => image(99)),
    ];
    const found = judge({ images }, { quota: images.length + pushes });
    expect(found.images).toMatchObject({ quotaReachedOn: day });
    expect(found.findings.find(({ subject }) => subject === 'ImageQuota')).toMatchObject({ level });
  });

  test('that is full, that does not grow, and that is tidied', () => {
    const full = judge({ images: [image(400)] }, { quota: 1 });
    expect(full.findings).toContainEqual({
      subject: 'ImageQuota',
      level: 'error',
      code: 'image-quota-reached',
      message: 'It holds 1 image, its quota: every push fails.',
    });
    expect(judge({ images: [image(400)] }).images).toMatchObject({ quotaReachedOn: undefined });
    expect(judge({ images: [image(1)], lifecyclePolicy: keepOne }, { quota: 3 }).images).toMatchObject({
      quotaReachedOn: undefined,
    });
  });

  test('reaches its quota where its lifecycle policy expires other images only', () => {
    const untagged = {
      tagStatus: 'untagged',
      countType: 'sinceImagePushed',
      countUnit: 'days',
      countNumber: 9,
    };
    const reading = { images: [image(1, ['x'])], lifecyclePolicy: policyOf(untagged) };
    expect(judge(reading, { quota: 2 }).images).toMatchObject({ quotaReachedOn: '2026-12-25' });
  });

  test('of which something cannot be read has no finding about that, and is not called safe', () => {
    const unknown = denied('it');
    const dark = data({
      ...safe,
      scan: unknown,
      lifecyclePolicy: unknown,
      repositoryPolicy: unknown,
      images: unknown,
      stack: unknown,
    });
    expect(dark.findings).toEqual([]);
    expect(described([dark], 1).summary).toMatchObject({
      unknown: [{ reason: 'it is not allowed', repositories: 5 }],
      sentences: expect.arrayContaining([
        '0 of 1 repository is safe: immutable, scanned, with a lifecycle policy and not public.',
      ]),
    });
  });
});

describe('an audit', () => {
  const some = fc.record({
    name: fc.stringMatching(/^[a-z]{1,8}$/),
    tagMutability: fc.constantFrom(
      { mutability: 'MUTABLE', exclusions: [] },
      { mutability: 'IMMUTABLE', exclusions: [] },
    ) as fc.Arbitrary<RepositoryReading['tagMutability']>,
    repositoryPolicy: fc.constantFrom(
      undefined,
      JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*' } }),
    ),
    lifecyclePolicy: fc.constantFrom(undefined, keepOne),
  });

  test('names the worst first: an error before any number of warnings, those before notes', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 12 }), (all) => {
        const { repositories } = described(all.map(data), all.length);
        expect(repositories).toHaveLength(all.length);
        const weight = ({ findings }: (typeof repositories)[number]) => [
          findings.filter(({ level }) => level === 'error').length,
          findings.filter(({ level }) => level === 'warning').length,
        ];
        for (const [index, next] of repositories.slice(1).entries()) {
          const [errors = 0, warnings = 0] = weight(repositories[index] ?? next);
          const [nextErrors = 0, nextWarnings = 0] = weight(next);
          expect(errors * 1000 + warnings).toBeGreaterThanOrEqual(nextErrors * 1000 + nextWarnings);
        }
      }),
    );
  });

  test('that was ended early says so', () => {
    const { sentences } = described([data({})], 12).summary;
    expect(sentences[0]).toBe('Incomplete: 1 of 12 repositories were read.');
  });

  test('of an empty registry says so', () => {
    expect(described([], 0).summary.sentences).toEqual(['The registry has no repositories.']);
  });
});
