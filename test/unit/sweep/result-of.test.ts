import { expect, test } from '@jest/globals';
import type { Refusal } from '../../../reconcile/outcome.ts';
import { isFinished } from '../../../sweep/accounting.ts';
import { attemptedResult } from '../../../sweep/result-of.ts';
import { resultNote } from '../../../wording/sweep/reasons.ts';
import { resultOf } from './support/world.ts';

test.each([
  [
    'cache',
    'It is a pull through cache of public.ecr.aws, and its tags follow their upstream: it stays mutable.',
  ],
  [
    'ROOT',
    'It may be a pull through cache of public.ecr.aws, since a rule with the prefix ROOT is for every',
  ],
])('what a rule with the prefix %s is for is said as far as it is known', (prefix, words) => {
  const origin = { kind: 'pull-through', prefix, upstream: 'public.ecr.aws' } as const;
  expect(resultNote({ code: 'stays-mutable', origin })).toContain(words);
});

const repository = 'team/00000';
test.each<[Refusal, boolean]>([
  [{ code: 'out-of-time', repositories: 1, writes: 2, neededMs: 9, leftMs: 1 }, false],
  [{ code: 'in-flight', repository, holder: 'another request' }, false],
  [{ code: 'not-in-effect', repository, mismatch: { code: 'missing' } }, false],
  [{ code: 'expiry-not-allowed', repositories: [repository] }, true],
])('a refusal that passes is not the last word on a repository: %j', (refusal, isLast) => {
  const result = attemptedResult(resultOf(0, 'would-harden'), {}, { kind: 'refused', refusal });
  expect(isFinished(result)).toBe(isLast);
  expect(result.changes).toEqual([]);
});
