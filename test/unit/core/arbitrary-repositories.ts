import type { EvaluatedImage } from '../../../core/lifecycle/evaluate.ts';
import fc from '../../support/fast-check.ts';

/** Any repository and any lifecycle policy that ECR takes, out of few words and times, so that they often meet. */

export const now = Date.parse('2026-11-24T12:00:00Z');
export const day = 86_400_000;

export interface Rule {
  readonly rulePriority: number;
  readonly description: string;
  readonly selection: Selection;
  readonly action: { readonly type: 'expire' | 'transition'; readonly targetStorageClass?: 'archive' };
}

interface Selection {
  readonly tagStatus: 'tagged' | 'untagged' | 'any';
  readonly tagPatternList?: readonly string[];
  readonly tagPrefixList?: readonly string[];
  readonly storageClass?: 'standard' | 'archive';
  readonly countType:
    | 'imageCountMoreThan'
    | 'sinceImagePushed'
    | 'sinceImagePulled'
    | 'sinceImageTransitioned';
  readonly countUnit?: 'days';
  readonly countNumber: number;
}

const time = fc.integer({ min: 0, max: 12 }).map((halfDays) => now - (halfDays * day) / 2);
/** Around the 90 days before which no rule deletes an archived image. */
const longAgo = fc.integer({ min: 170, max: 195 }).map((halfDays) => now - (halfDays * day) / 2);
const tags = fc.uniqueArray(fc.constantFrom('a', 'b', 'ab', 'aab', 'b-a', 'v1', 'v1-a'), { maxLength: 3 });

/** Images of which lists refer to earlier ones only, as digests force them to. */
export const repositories: fc.Arbitrary<readonly EvaluatedImage[]> = fc
  .array(
    fc.record({
      tags,
      pushedAt: time,
      pulledAt: fc.option(time, { nil: undefined }),
      isArchived: fc.constantFrom(false, false, true),
      transitionedAt: fc.option(fc.oneof(time, longAgo), { nil: undefined }),
      parts: fc.option(fc.array(fc.nat({ max: 20 }), { maxLength: 3 }), { nil: undefined, freq: 1 }),
    }),
    { maxLength: 14 },
  )
  .map((images) =>
    images.map(({ parts, ...image }, index) => ({
      ...image,
      digest: `sha256:${index}`,
      // One beyond the images is of one that is not there.
      children: parts?.filter((part) => part < index || part > 14).map((part) => `sha256:${part}`),
    })),
  )
  .chain((images) => fc.shuffledSubarray(images, { minLength: images.length }));

const pattern = fc.oneof(
  fc.constantFrom('*', 'a*', 'v1', '*-a'),
  fc.string({ unit: fc.constantFrom('a', 'b', 'v1', '*', '-'), minLength: 1, maxLength: 4 }),
);
const list = fc.uniqueArray(pattern, { minLength: 1, maxLength: 2 });
const number = fc.integer({ min: 1, max: 4 });
const tagging = fc.oneof(
  list.map((tagPatternList) => ({ tagStatus: 'tagged' as const, tagPatternList })),
  list.map((tagPrefixList) => ({ tagStatus: 'tagged' as const, tagPrefixList })),
  fc.constant({ tagStatus: 'untagged' as const }),
);
const expire = { type: 'expire' as const };
const transition = { type: 'transition' as const, targetStorageClass: 'archive' as const };
const counting = fc.oneof(
  fc.record({
    selection: fc.record({ countType: fc.constant('imageCountMoreThan' as const), countNumber: number }),
    action: fc.constantFrom(expire, transition),
  }),
  fc.record({
    selection: fc.record({
      countType: fc.constant('sinceImagePushed' as const),
      countUnit: fc.constant('days' as const),
      countNumber: number,
    }),
    action: fc.constantFrom(expire, transition),
  }),
  fc.record({
    selection: fc.record({
      countType: fc.constant('sinceImagePulled' as const),
      countUnit: fc.constant('days' as const),
      countNumber: number,
    }),
    action: fc.constant(transition),
  }),
  fc.record({
    selection: fc.record({
      storageClass: fc.constant('archive' as const),
      countType: fc.constant('sinceImageTransitioned' as const),
      countUnit: fc.constant('days' as const),
      countNumber: fc.integer({ min: 90, max: 94 }),
    }),
    action: fc.constant(expire),
  }),
);
const description = 'long enough for a text of at least a hundred characters';

type Part = readonly [
  Pick<Selection, 'tagStatus' | 'tagPrefixList'>,
  { readonly selection: Pick<Selection, 'storageClass' | 'countType'> },
];

/** Whether ECR refuses two rules beside each other: for untagged images, or with a prefix in common. */
function clash([one, { selection: first }]: Part, [other, { selection: second }]: Part): boolean {
  if (first.storageClass !== second.storageClass) return false;
  if (one.tagStatus === 'untagged' && other.tagStatus === 'untagged') return true;
  return one.tagPrefixList?.some((prefix) => other.tagPrefixList?.includes(prefix)) ?? false;
}

/** Rules with any priorities in any order; the last by priority may be for any image. */
export const policies: fc.Arbitrary<readonly Rule[]> = fc
  .record({
    rules: fc.array(fc.tuple(tagging, counting), { minLength: 1, maxLength: 5 }),
    last: fc.option(counting, { nil: undefined }),
    gaps: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 6, maxLength: 6 }),
  })
  .map(({ rules, last, gaps }) => {
    const any = { tagStatus: 'any' as const };
    const sound = rules.filter((rule, index) => !rules.slice(0, index).some((other) => clash(other, rule)));
    const parts = last === undefined ? sound : [...sound, [any, last] as const];
    return parts.map(([tagged, { selection, action }], index) => ({
      rulePriority: gaps.slice(0, index + 1).reduce((sum, gap) => sum + gap, 0),
      description,
      selection: { ...tagged, ...selection },
      action,
    }));
  })
  .chain((rules) => fc.shuffledSubarray(rules, { minLength: rules.length }));
