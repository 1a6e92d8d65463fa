import { expect, test } from '@jest/globals';
import type { Refusal } from '../../../reconcile/outcome.ts';
import { isFinished } from '../../../sweep/accounting.ts';
import { attemptedResult } from '../../../sweep/result-of.ts';
import { resultOf } from './support/world.ts';

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
