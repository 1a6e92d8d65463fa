import { describe, expect, test } from '@jest/globals';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import {
  type EvaluatedImage,
  evaluateLifecyclePolicy,
  type Verdict,
} from '../../../core/lifecycle/evaluate.ts';
import { lifecyclePolicyIssues } from '../../../core/lifecycle/grammar.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';
import { day, now, policies, type Rule, repositories } from './arbitrary-repositories.ts';

/** More runs, for a long search: PROPERTY_RUNS=20000. */
const runs = { numRuns: runsOf({ share: 400, whole: 1_000 }) };

function verdictsOf(text: string, images: readonly EvaluatedImage[]): readonly Verdict[] {
  const result = evaluateLifecyclePolicy(text, images, now);
  if ('issues' in result) throw new Error(JSON.stringify(result.issues));
  return result.verdicts;
}
const textOf = (rules: readonly Rule[]) => JSON.stringify({ rules });
const verdicts = (rules: readonly Rule[], images: readonly EvaluatedImage[]) =>
  verdictsOf(textOf(rules), images);
const byDigest = (list: readonly Verdict[]) => new Map(list.map((verdict) => [verdict.digest, verdict]));

/** The same in the plainest words, without a thought for speed. */
function naive(rules: readonly Rule[], images: readonly EvaluatedImage[]): Map<string, Verdict> {
  const ordered = rules.toSorted((one, other) => one.rulePriority - other.rulePriority);
  const isMatch = (pattern: string, tag: string) =>
    new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(tag);
  const selects = ({ selection }: Rule, image: EvaluatedImage): boolean => {
    if ((selection.storageClass === 'archive') !== (image.isArchived ?? false)) return false;
    if (selection.tagStatus === 'any') return true;
    if (selection.tagStatus === 'untagged') return image.tags.length === 0;
    const patterns = selection.tagPatternList ?? selection.tagPrefixList?.map((prefix) => `${prefix}*`) ?? [];
    return patterns.every((pattern) => image.tags.some((tag) => isMatch(pattern, tag)));
  };
  const isNewer = (one: EvaluatedImage, other: EvaluatedImage) =>
    one.pushedAt > other.pushedAt ||
    (one.pushedAt === other.pushedAt && images.indexOf(one) > images.indexOf(other));
  const isDue = (rule: Rule, image: EvaluatedImage): boolean => {
    const { countType, countNumber } = rule.selection;
    const isOld = (time: number | undefined) => time !== undefined && now - time > countNumber * day;
    if (countType === 'sinceImagePushed') return isOld(image.pushedAt);
    if (countType === 'sinceImagePulled') return isOld(image.pulledAt ?? image.pushedAt);
    if (countType === 'sinceImageTransitioned') return isOld(image.transitionedAt);
    const newer = images.filter((other) => selects(rule, other) && isNewer(other, image));
    return newer.length >= countNumber;
  };
  const own = (image: EvaluatedImage): Verdict | undefined => {
    const rule = ordered.find((each) => selects(each, image));
    if (rule === undefined || !isDue(rule, image)) return undefined;
    return { digest: image.digest, rulePriority: rule.rulePriority, action: rule.action.type };
  };
  const final = (image: EvaluatedImage): Verdict | undefined => {
    const verdict = own(image);
    const lists = images.filter(({ children }) => children?.includes(image.digest));
    const isFree = lists.every((list) => {
      const action = final(list)?.action;
      if (action === 'expire') return true;
      return verdict?.action === 'transition' && (action === 'transition' || list.isArchived);
    });
    return isFree ? verdict : undefined;
  };
  return byDigest(images.flatMap((image) => final(image) ?? []));
}

describe('evaluating any policy on any repository', () => {
  test('answers what the plainest reading of the rules does', () => {
    let told = 0;
    fc.assert(
      fc.property(policies, repositories, (rules, images) => {
        const result = byDigest(verdicts(rules, images));
        expect(result).toEqual(naive(rules, images));
        told += result.size;
      }),
      runs,
    );
    expect(told).toBeGreaterThan(runs.numRuns);
  });

  test('gives no verdict by a rule that, by the grammar, can never fire', () => {
    let told = 0;
    fc.assert(
      fc.property(policies, repositories, (rules, images) => {
        const dead = lifecyclePolicyIssues(textOf(rules)).map(
          ({ path }) => rules[Number(path[1])]?.rulePriority,
        );
        told += dead.length;
        const fired = verdicts(rules, images).map(({ rulePriority }) => rulePriority);
        expect(fired.filter((priority) => dead.includes(priority))).toEqual([]);
      }),
      runs,
    );
    expect(told).toBeGreaterThan(runs.numRuns / 20);
  });

  test('gives an image at most one verdict, and none to an image that is not there', () => {
    fc.assert(
      fc.property(policies, repositories, (rules, images) => {
        const digests = verdicts(rules, images).map(({ digest }) => digest);
        expect(new Set(digests).size).toBe(digests.length);
        expect(images.map(({ digest }) => digest)).toEqual(expect.arrayContaining(digests));
      }),
      runs,
    );
  });

  test('never expires a part before each list that it is in', () => {
    fc.assert(
      fc.property(policies, repositories, (rules, images) => {
        const told = byDigest(verdicts(rules, images));
        for (const { digest, children = [] } of images)
          for (const part of children)
            if (told.get(part)?.action === 'expire') expect(told.get(digest)?.action).toBe('expire');
      }),
      runs,
    );
  });

  test('does not depend on the order of images pushed at different times, nor on that of the rules', () => {
    fc.assert(
      fc.property(policies, repositories, (rules, images) => {
        const apart = images.map((image, index) => ({ ...image, pushedAt: image.pushedAt - index }));
        const told = verdicts(rules, apart);
        expect(verdicts(rules, apart.toReversed())).toEqual(told);
        expect(verdicts(rules.toReversed(), apart)).toEqual(told);
      }),
      runs,
    );
  });

  test('leaves alone what a first rule selects that keeps more images than there are', () => {
    fc.assert(
      fc.property(policies, repositories, fc.constantFrom('a', 'ab', 'v1'), (rules, images, tag) => {
        const keeping: Rule = {
          rulePriority: 1,
          description: '',
          selection: {
            tagStatus: 'tagged',
            tagPatternList: [`${tag}*`],
            countType: 'imageCountMoreThan',
            countNumber: 1_000_000,
          },
          action: { type: 'expire' },
        };
        const later = rules.map((rule) => ({ ...rule, rulePriority: rule.rulePriority + 1 }));
        const told = byDigest(verdicts([keeping, ...later], images));
        for (const { digest, tags, isArchived } of images)
          if (isArchived !== true && tags.some((each) => each.startsWith(tag)))
            expect(told.has(digest)).toBe(false);
      }),
      runs,
    );
  });

  test('an older image never makes a newer one go', () => {
    fc.assert(
      fc.property(policies, repositories, fc.constantFrom([], ['a'], ['v1', 'ab']), (rules, images, tags) => {
        const older = { digest: 'sha256:older', tags, pushedAt: now - 90 * day };
        const told = verdicts(rules, images);
        const withOlder = verdicts(rules, [...images, older]).filter(({ digest }) => digest !== older.digest);
        expect(withOlder).toEqual(told);
      }),
      runs,
    );
  });

  const parameters = fc.record({
    KeepImages: fc.integer({ min: 0, max: 6 }),
    ExpireUntaggedAfterDays: fc.integer({ min: 0, max: 5 }),
    ArchiveUnpulledAfterDays: fc.constantFrom(0, 1, 3),
    ProtectedTags: fc.uniqueArray(fc.constantFrom('a', 'a*', 'v1*', 'v*', '*-a', '*', 'v1.2'), {
      maxLength: 4,
    }),
  });

  test('the default policy is one that ECR takes, whatever the parameters', () => {
    fc.assert(
      fc.property(parameters, (policy) => {
        const text = lifecyclePolicyText(policy);
        const { KeepImages, ExpireUntaggedAfterDays, ArchiveUnpulledAfterDays } = policy;
        expect(text === undefined).toBe(
          KeepImages + ExpireUntaggedAfterDays + ArchiveUnpulledAfterDays === 0,
        );
        if (text !== undefined) expect(lifecyclePolicyIssues(text)).toEqual([]);
      }),
      runs,
    );
  });

  test('a default policy that archives expires untagged images only, and archives what was not pulled', () => {
    fc.assert(
      fc.property(parameters, repositories, (policy, images) => {
        const { ArchiveUnpulledAfterDays: days, ExpireUntaggedAfterDays } = policy;
        fc.pre(days > 0);
        const told = byDigest(verdictsOf(lifecyclePolicyText(policy) ?? '', images));
        for (const { digest, tags, pushedAt, pulledAt = pushedAt } of images) {
          const action = told.get(digest)?.action;
          if (action === 'expire') expect([tags, ExpireUntaggedAfterDays > 0]).toEqual([[], true]);
          if (action === 'transition') expect(now - pulledAt).toBeGreaterThan(days * day);
        }
      }),
      runs,
    );
  });

  test('by the default policy the newest images stay, and so does what is protected', () => {
    const counts = fc.record({
      KeepImages: fc.integer({ min: 1, max: 6 }),
      ExpireUntaggedAfterDays: fc.integer({ min: 0, max: 5 }),
      ProtectedTags: fc.uniqueArray(fc.constantFrom('a', 'v1*', '*-a'), { maxLength: 2 }),
    });
    fc.assert(
      fc.property(counts, repositories, (policy, images) => {
        const told = byDigest(verdictsOf(lifecyclePolicyText(policy) ?? '', images));
        const standard = images
          .filter(({ isArchived }) => isArchived !== true)
          .toReversed()
          .sort((one, other) => other.pushedAt - one.pushedAt);
        const isProtected = (tag: string) =>
          (policy.ProtectedTags.includes('a') && tag === 'a') ||
          (policy.ProtectedTags.includes('v1*') && tag.startsWith('v1')) ||
          (policy.ProtectedTags.includes('*-a') && tag.endsWith('-a'));
        standard.forEach(({ digest, tags, pushedAt, children }, index) => {
          if (tags.some(isProtected)) expect(told.has(digest)).toBe(false);
          else if (tags.length > 0 || policy.ExpireUntaggedAfterDays === 0) {
            if (index < policy.KeepImages) expect(told.has(digest)).toBe(false);
          } else if (now - pushedAt <= policy.ExpireUntaggedAfterDays * day)
            expect(told.has(digest)).toBe(false);
          else if (children === undefined && !images.some((list) => list.children?.includes(digest)))
            expect(told.get(digest)?.action).toBe('expire');
        });
      }),
      runs,
    );
  });
});
