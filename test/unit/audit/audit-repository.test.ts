import { describe, expect, test } from '@jest/globals';
import type { RepositoryAudit } from '../../../audit/audit.ts';
import { auditRepository } from '../../../audit/audit-repository.ts';
import type { RepositoryReading } from '../../../audit/reading.ts';
import { auditOf } from '../../../audit/summary.ts';
import { builtInPolicy } from '../../../core/policy/policy.ts';
import type { ImageReference, UsageSource } from '../../../core/usage/evidence.ts';
import { describeAudit, describeRepository } from '../../../wording/audit/describe.ts';
import fc from '../../support/fast-check.ts';
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

describe('images in use', () => {
  const service = 'arn:aws:ecs:us-east-1:123456789012:service/prod/web';
  const at = { registryId: '123456789012', region: 'us-east-1', repository: 'orders' };
  const usedBy = (digest: string, source: UsageSource = 'ecs'): ImageReference => ({
    ...at,
    digest,
    user: { source, arn: service },
  });
  // 30 a day, of which the 100th newest runs; one more was pulled, and that at 30 runs by its tag.
  const images = Array.from({ length: 120 }, (_, index) =>
    image((index + 1) / 30, [`build-${120 - index}`], index === 110 ? { pulledAt: now - 1000 } : {}),
  );
  const used = [usedBy(images[99]?.digest ?? ''), { ...usedBy(''), digest: undefined, tag: 'build-90' }];
  const busy: Partial<RepositoryReading> = { images, references: used };

  test('that the default policy would expire are named, with who uses them, and the KeepImages that keeps them', () => {
    const { hardened, keepImages } = judge(busy);
    expect(hardened).toMatchObject({
      images: { atLeast: 100, atMost: 100 },
      inUse: { atLeast: 2, atMost: 2 },
      inUseOrPulled: { atLeast: 3, atMost: 3 },
      lost: [
        { tags: ['build-90'], users: [{ source: 'ecs', arn: service }], action: 'expire' },
        { tags: ['build-21'], text: `build-21 (${service})` },
        { tags: ['build-10'], users: [], text: 'build-10 (pulled on 2026-11-24)' },
      ],
    });
    // The pulled one is the 111th; 30 days of 30 pushes are more.
    expect(keepImages).toMatchObject({
      smallest: 900,
      forInUse: 111,
      forPushes: 900,
      why: 'At least 900: 30 days of pushes are 900 images (30 a day), and the oldest image in use or pulled lately is number 111.',
    });
    expect(messages(busy, 'LifecyclePolicy')).toContain(
      `note: The lifecycle policy of KeepImages and ProtectedTags would expire 2 images in use, and 1 more pulled within 90 days: build-90 (${service}), build-21 (${service}), build-10 (pulled on 2026-11-24). KeepImages: 900 keeps them.`,
    );
  });

  test('that its own policy expires are an error, and archived ones too', () => {
    const [first, second] = [image(1, ['2']), image(200, ['1'])];
    const running = { images: [first, second], references: [usedBy(second.digest, 'lambda')] };
    expect(messages({ ...running, lifecyclePolicy: keepOne }, 'LifecyclePolicy')).toContain(
      `error: Its lifecycle policy expires 1 image in use: 1 (${service}).`,
    );
    const archives = keepOne.replace('"expire"', '"transition","targetStorageClass":"archive"');
    expect(messages({ ...running, lifecyclePolicy: archives }, 'LifecyclePolicy')).toContain(
      `error: Its lifecycle policy archives 1 image in use: 1 (${service}).`,
    );
  });

  test('count as pulled in the last 90 days as they do where a policy is put: ECR may record a pull a day late', () => {
    const pulled = (daysAgo: number) => [
      image(1, ['2']),
      image(200, ['1'], { pulledAt: now - daysAgo * 24 * 60 * 60 * 1000 }),
    ];
    const inUse = (daysAgo: number) => judge({ ...safe, images: pulled(daysAgo) }).findings.length;
    expect([inUse(90.5), inUse(91.5)]).toEqual([1, 0]);
  });

  test('count for the lifecycle policy that removes them, which is not called missing', () => {
    const images = [image(1, ['2']), image(200, ['1'], { pulledAt: now - 1000 })];
    const { sentences } = described([data({ ...safe, images })], 1).summary;
    expect(sentences).toContain('Issues: 1 with no lifecycle policy, or an unsafe one.');
    expect(sentences).toContain(
      'In 1 the current lifecycle policy expires or archives images that are in use, or were pulled within 90 days.',
    );
  });

  test('are one image where there is one', () => {
    const policy = { ...builtInPolicy, KeepImages: 1 };
    const images = [image(1, ['2']), image(200, ['1'], { pulledAt: now - 1000 })];
    const audit = auditRepository(
      reading({ ...safe, images, references: [usedBy(images[1]?.digest ?? '')] }),
      {
        ...options,
        policy,
      },
    );
    expect(described([audit], 1).summary.sentences).toEqual(
      expect.arrayContaining([
        'The lifecycle policy of KeepImages and ProtectedTags would expire 1 image, 1 of which was pulled within 90 days.',
        'It would expire or archive 1 image in use.',
      ]),
    );
  });

  test('are counted where the policy of the parameters would archive them only', () => {
    const policy = { ...builtInPolicy, ExpireUntaggedAfterDays: 0, ArchiveUnpulledAfterDays: 30 };
    const images = [image(200, ['1'])];
    const audit = auditRepository(
      reading({ ...safe, images, references: [usedBy(images[0]?.digest ?? '')] }),
      { ...options, policy },
    );
    expect(described([audit], 1).summary.sentences).toContain(
      'The lifecycle policy of ArchiveUnpulledAfterDays and ProtectedTags would archive 1 image in use.',
    );
  });

  test('are unknown where no service was asked, and never counted as unused', () => {
    expect(judge({ images }).hardened).toMatchObject({
      inUse: { unknown: 'the services that run images were not asked' },
    });
  });

  test('are known from the services that could be read; the others are reported once for the registry', () => {
    const { unknown: reason } = {
      unknown: { code: 'denied', action: 'batch:DescribeJobDefinitions' } as const,
    };
    const usage = { ecs: 2, lambda: 0, batch: { unknown: reason } };
    const { summary } = describeAudit(
      auditOf({ ...registry, usage }, [data(busy), data({})], { total: 2, at: now }),
    );
    expect(summary.sentences.slice(-3, -1)).toEqual([
      'Images in use are known from pull times, Amazon ECS, AWS Lambda.',
      'Not read: AWS Batch (batch:DescribeJobDefinitions is not allowed). Images that only these use count as unused.',
    ]);
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
