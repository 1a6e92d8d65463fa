import { describe, expect, test } from '@jest/globals';
import { lifecyclePolicyText } from '../../../../core/lifecycle/build.ts';
import { isDefaultLifecyclePolicy } from '../../../../core/lifecycle/default-form.ts';
import { type EvaluatedImage, evaluateLifecyclePolicy } from '../../../../core/lifecycle/evaluate.ts';
import {
  type ImageReference,
  type UnreadSource,
  type UsageEvidence,
  type UsageSource,
  usageSources,
} from '../../../../core/usage/evidence.ts';
import {
  decideGuard,
  type GuardDecision,
  needsEffect,
  type RepositoryLook,
  unreadSources,
} from '../../../../core/usage/guard.ts';
import { type PolicyEffect, policyEffect } from '../../../../core/usage/policy-effect.ts';
import { pulledSinceOf, usageVerdicts } from '../../../../core/usage/verdicts.ts';
import fc from '../../../support/fast-check.ts';
import { day, now, policies, repositories } from '../arbitrary-repositories.ts';

const parameters = { KeepImages: 20, ExpireUntaggedAfterDays: 14, ProtectedTags: ['release-*'] };
const textOf = (more: Partial<typeof parameters> & { ArchiveUnpulledAfterDays?: number } = {}) =>
  lifecyclePolicyText({ ...parameters, ...more }) ?? '';
const wanted = textOf();
const own = textOf({ KeepImages: 50 });
const byHand = own.replace('The newest 50 images stay', 'We keep fifty');

describe('a default lifecycle policy', () => {
  const anyParameters = fc.record({
    KeepImages: fc.nat(2_000),
    ExpireUntaggedAfterDays: fc.nat(400),
    ProtectedTags: fc.uniqueArray(fc.constantFrom('release-*', 'v*', 'prod', '*-lts'), { maxLength: 3 }),
    ArchiveUnpulledAfterDays: fc.constantFrom(0, 0, 1, 90),
  });

  test('is recognised whatever its numbers, in the form in which ECR may return it', () => {
    fc.assert(
      fc.property(anyParameters, fc.boolean(), (given, isIndented) => {
        const text = lifecyclePolicyText(given);
        if (text === undefined) return;
        expect(isDefaultLifecyclePolicy(text)).toBe(true);
        const policy: { rules: { selection: object }[] } = JSON.parse(text);
        const reprinted = policy.rules
          .map(({ selection, ...rule }) => ({
            selection: { storageClass: 'standard', tagPrefixList: [], ...selection },
            ...rule,
          }))
          .reverse();
        const again = JSON.stringify({ rules: reprinted }, null, isIndented ? 2 : 0);
        expect(isDefaultLifecyclePolicy(again)).toBe(true);
      }),
    );
  });

  test.each([
    ['another description', byHand],
    ['no description', own.replaceAll(/"description":"[^"]*",/g, '')],
    ['a number that was changed by hand', own.replace('"countNumber":50', '"countNumber":500')],
    ['a pattern that was changed by hand', own.replace('["release-*"]', '["release-*","x"]')],
    ['another member', own.replace('{"rules"', '{"version":1,"rules"')],
    ['another rule', own.replace('"tagStatus":"untagged"', '"tagStatus":"tagged"')],
    ['protected tags alone', JSON.stringify({ rules: JSON.parse(own).rules.slice(0, 1) })],
    ['no rules', '{"rules":[]}'],
    ['no JSON', 'rules'],
  ])('is not one with %s', (_, text) => {
    expect(isDefaultLifecyclePolicy(text)).toBe(false);
  });

  test('is none of any policy that somebody else writes', () => {
    fc.assert(
      fc.property(policies, (rules) => {
        expect(isDefaultLifecyclePolicy(JSON.stringify({ rules }))).toBe(false);
      }),
    );
  });
});

const denied: UnreadSource = { code: 'denied', action: 'ecs:ListTasks' };
const none: PolicyEffect = { expiring: 0, archiving: 0, inUse: [] };
const unused: PolicyEffect = { expiring: 5, archiving: 0, inUse: [] };
const harm: PolicyEffect = {
  expiring: 5,
  archiving: 0,
  inUse: [
    {
      digest: 'sha256:1',
      tags: [],
      action: 'expire',
      position: 30,
      mayBeReferenced: false,
      verdict: { kind: 'pulled', pulledAt: 1 },
    },
  ],
};
const look = (
  present: RepositoryLook['present'],
  effect?: RepositoryLook['effect'],
  repository = 'r',
): RepositoryLook => ({ repository, wanted, exists: true, present, effect });
const absent: RepositoryLook = { ...look(undefined), exists: false };
const required = ['pulls', 'ecs', 'lambda'] as const;
const read: UsageEvidence['sources'] = { ecs: 3, lambda: 0, inspector: { unknown: denied } };
const decide = (looks: readonly RepositoryLook[], sources: UsageEvidence['sources'] | undefined = read) =>
  decideGuard(looks, { sources, required });

describe('the decision on a default lifecycle policy', () => {
  const cause = (code: 'harms' | 'not-default' | 'unread', repository = 'r') =>
    expect.objectContaining({ code, repository });
  const write = { kind: 'write' };
  const withhold = (code: 'harms' | 'unread') => ({ kind: 'withhold', causes: [cause(code)] });
  const keep = (text: string, code: 'harms' | 'not-default' | 'unread') => ({
    kind: 'keep-present',
    text,
    causes: [cause(code)],
  });

  test.each<[string, RepositoryLook, object]>([
    ['no repository', absent, write],
    ['no policy, nothing expires', look(undefined, none), write],
    ['no policy, nothing in use expires', look(undefined, unused), write],
    ['no policy, an image in use expires', look(undefined, harm), withhold('harms')],
    ['no policy, images denied', look(undefined, { unknown: denied }), withhold('unread')],
    ['no policy, images not looked at', look(undefined), withhold('unread')],
    ['the same policy', look(JSON.stringify(JSON.parse(wanted), null, 1)), write],
    ['another default one, nothing expires', look(own, none), write],
    ['another default one, nothing in use expires', look(own, unused), write],
    ['another default one, an image in use expires', look(own, harm), keep(own, 'harms')],
    ['another default one, images denied', look(own, { unknown: denied }), keep(own, 'unread')],
    ['a policy by hand', look(byHand), keep(byHand, 'not-default')],
    ['a policy by hand, whatever would expire', look(byHand, none), keep(byHand, 'not-default')],
    [
      'a policy that is not known',
      look({ unknown: denied }),
      { kind: 'cannot-know', unread: [{ repository: 'r', what: 'lifecycle-policy', reason: denied }] },
    ],
  ])('%s', (_, one, expected) => {
    expect(decide([one])).toEqual(expected);
  });

  test.each<[string, UsageEvidence['sources'] | undefined, readonly string[]]>([
    ['denied', { ecs: { unknown: denied }, lambda: 0 }, ['ecs']],
    ['left out', { ecs: 1 }, ['lambda']],
    ['not read at all', {}, ['ecs', 'lambda']],
  ])('withholds where a required source was %s, and something expires', (_, sources, missing) => {
    const expected = missing.map((what) => expect.objectContaining({ what }));
    expect(decide([look(undefined, unused)], sources)).toEqual({
      kind: 'withhold',
      causes: [{ repository: 'r', code: 'unread', unread: expected }],
    });
    expect(decide([look(own, unused)], sources)).toMatchObject({ kind: 'keep-present', text: own });
    expect(decide([look(undefined, none)], sources)).toEqual(write);
  });

  test('names every source that was not read, the others too', () => {
    expect(unreadSources({ sources: { ecs: 1, inspector: { unknown: denied } }, required })).toEqual([
      { what: 'lambda', reason: { code: 'not-requested' } },
      { what: 'inspector', reason: denied },
    ]);
  });

  test.each<[string, readonly RepositoryLook[], object]>([
    ['harms none', [look(undefined, unused, 'a'), look(own, none, 'b'), absent], write],
    [
      'harms one of two without a policy',
      [look(undefined, none, 'a'), look(undefined, harm, 'b')],
      { kind: 'withhold', causes: [cause('harms', 'b')] },
    ],
    [
      'harms one of two with the same policy',
      [look(own, unused, 'a'), look(own, harm, 'b'), absent],
      { kind: 'keep-present', text: own, causes: [cause('harms', 'b')] },
    ],
    [
      'harms one without a policy, where another has one',
      [look(wanted, undefined, 'a'), look(undefined, harm, 'b')],
      { kind: 'conflict', repositories: ['a', 'b'], causes: [cause('harms', 'b')] },
    ],
    [
      'meets two policies by hand',
      [look(byHand, undefined, 'a'), look(`${byHand} `, undefined, 'b'), look(own, none, 'c')],
      {
        kind: 'conflict',
        repositories: ['a', 'b', 'c'],
        causes: [cause('not-default', 'a'), cause('not-default', 'b')],
      },
    ],
    [
      'meets one that is not known',
      [look(undefined, none, 'a'), look({ unknown: denied }, undefined, 'b')],
      { kind: 'cannot-know', unread: [expect.objectContaining({ repository: 'b' })] },
    ],
  ])('of several candidates it %s', (_, looks, expected) => {
    expect(decide(looks)).toEqual(expected);
  });
});

describe('whatever a registry holds, and whichever sources fail', () => {
  const sourceNames = usageSources.filter((source) => source !== 'pulls');
  const references = fc.array(
    fc.record({
      by: fc.oneof(
        fc.nat(13).map((index) => ({ digest: `sha256:${index}` })),
        fc.constantFrom('a', 'b', 'ab', 'v1').map((tag) => ({ tag })),
      ),
      source: fc.constantFrom(...sourceNames),
    }),
    { maxLength: 4 },
  );
  const scenario = fc.record({
    // A look never knows the children of an index; whoever does may pass them.
    images: fc.oneof(
      repositories,
      repositories.map((images) => images.map(({ children: _, ...image }) => image)),
    ),
    references,
    failing: fc.subarray([...sourceNames]),
    // Of a source that fails, what it had found before may be among the evidence.
    isPartial: fc.boolean(),
    required: fc.subarray([...sourceNames]),
    withinDays: fc.constantFrom(0, 1, 90),
    present: fc.constantFrom(undefined, own, byHand),
    parameters: fc.record({
      KeepImages: fc.integer({ min: 1, max: 6 }),
      ExpireUntaggedAfterDays: fc.constantFrom(0, 1, 3),
      ProtectedTags: fc.constantFrom([], ['a*']),
      ArchiveUnpulledAfterDays: fc.constantFrom(0, 0, 2),
    }),
  });
  const registry = { registryId: '123456789012', region: 'eu-west-1', repository: 'r' };
  const reason: UnreadSource = { code: 'out-of-time' };

  /** The images that are in use or were pulled, with every index that has them and every image of it, in plain words. */
  const relatives = (
    images: readonly EvaluatedImage[],
    seen: readonly ImageReference[],
    withinDays: number,
  ): ReadonlySet<string> => {
    const named = seen.flatMap(({ digest, tag = '' }) =>
      // A tag is on one image; the generator may put it on several, of which the last counts.
      digest === undefined ? (images.findLast(({ tags }) => tags.includes(tag))?.digest ?? []) : [digest],
    );
    const pulled = images.filter(
      ({ pulledAt = 0 }) => withinDays > 0 && pulledAt >= now - (withinDays + 1) * day,
    );
    const held = new Set(images.map(({ digest }) => digest));
    const found = new Set([
      ...named.filter((digest) => held.has(digest)),
      ...pulled.map(({ digest }) => digest),
    ]);
    for (let size = -1; size < found.size; ) {
      size = found.size;
      for (const { digest, children = [] } of images) {
        if (!found.has(digest) && !children.some((child) => found.has(child))) continue;
        for (const each of [digest, ...children]) found.add(each);
      }
    }
    return found;
  };

  test('no combination of sources that fail is taken for one in which nothing was found', () => {
    for (let mask = 1; mask < 2 ** sourceNames.length; mask += 1) {
      const isFailing = (index: number) => Math.floor(mask / 2 ** index) % 2 === 1;
      const sources = Object.fromEntries(
        sourceNames.map((source, index) => [source, isFailing(index) ? { unknown: reason } : 0]),
      );
      const unread = unreadSources({ sources, required }).map(({ what }) => what);
      expect(unread).toEqual(sourceNames.filter((_, index) => isFailing(index)));
      const isRequired = required.some((source) => unread.includes(source));
      expect(decide([look(undefined, unused)], sources).kind).toBe(isRequired ? 'withhold' : 'write');
      expect(decide([look(own, unused)], sources).kind).toBe(isRequired ? 'keep-present' : 'write');
      expect(decide([look(undefined, harm)], sources).kind).toBe('withhold');
    }
  });

  test('what is written expires no image in use, and a source that fails is never taken for one that found nothing', () => {
    const kinds = new Map<GuardDecision['kind'], number>();
    fc.assert(
      fc.property(scenario, ({ images, failing, isPartial, withinDays, present, ...more }) => {
        const text = lifecyclePolicyText(more.parameters) ?? '';
        const isFailing = (source: UsageSource) => failing.some((each) => each === source);
        const all = more.references.map(
          ({ by, source }): ImageReference => ({ ...registry, ...by, user: { source, arn: source } }),
        );
        const found = all.filter(({ user }) => isPartial || !isFailing(user.source));
        const pulledSince = pulledSinceOf(now, withinDays);
        const result = policyEffect(text, images, usageVerdicts(images, found, { pulledSince }), now);
        if ('issues' in result) throw new Error(JSON.stringify(result.issues));
        const effect = needsEffect(present, text) ? result : undefined;
        const sources = Object.fromEntries(
          sourceNames.map((source) => [source, isFailing(source) ? { unknown: reason } : 1]),
        );
        const decision = decideGuard([{ repository: 'r', wanted: text, exists: true, present, effect }], {
          sources,
          required: more.required,
        });
        kinds.set(decision.kind, (kinds.get(decision.kind) ?? 0) + 1);
        if (present === byHand) expect(decision).toMatchObject({ kind: 'keep-present', text: byHand });
        if (decision.kind !== 'write') return;
        const evaluated = evaluateLifecyclePolicy(text, images, now);
        const gone = new Set('issues' in evaluated ? [] : evaluated.verdicts.map(({ digest }) => digest));
        if (gone.size > 0) expect(more.required.filter(isFailing)).toEqual([]);
        // One that is not required may hide what it would have found: it is reported instead.
        const seen = all.filter(({ user }) => isPartial || !isFailing(user.source));
        for (const digest of relatives(images, seen, withinDays)) expect(gone.has(digest)).toBe(false);
        for (const source of failing)
          expect(unreadSources({ sources, required: more.required })).toContainEqual({
            what: source,
            reason,
          });
      }),
      { numRuns: 1_000 },
    );
    expect([...kinds.keys()].sort()).toEqual(['keep-present', 'withhold', 'write']);
  });
});
