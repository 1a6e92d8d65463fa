import { describe, expect, test } from '@jest/globals';
import { sumResults } from '../../../tools/sum-results.mjs';

const run = (counts: Record<string, number | boolean>) =>
  JSON.stringify({
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
    success: true,
    ...counts,
  });
const sum = (files: Record<string, string>) =>
  sumResults(Object.keys(files), (file: string) => {
    const text = files[file];
    if (text === undefined || text === '') throw new Error('no such file');
    return text;
  });

describe('the counts that .ci/run ends with', () => {
  test('are the sums of what the runners counted', () => {
    const files = {
      one: run({ numPassedTests: 3, numPendingTests: 1 }),
      two: run({ numPassedTests: 4, numTodoTests: 2 }),
    };
    expect(sum(files)).toEqual({ passed: 7, failed: 0, skipped: 3, problems: [] });
  });

  test('keep failures', () => {
    expect(sum({ one: run({ numPassedTests: 3, numFailedTests: 1, success: false }) })).toMatchObject({
      passed: 3,
      failed: 1,
      problems: [],
    });
  });

  test('are no success when a run left no report', () => {
    expect(sum({ one: run({ numPassedTests: 3 }), two: '' }).problems).toEqual([
      'two: no result, so its run crashed (no such file)',
    ]);
  });

  test('are no success when a report is something else', () => {
    expect(sum({ one: '{"some": "other"}' }).problems[0]).toBe('one: not a result of jest');
  });

  test('are no success when a test file could not be loaded', () => {
    const files = { one: run({ numPassedTests: 3, numRuntimeErrorTestSuites: 1, success: false }) };
    expect(sum(files).problems).toEqual(['one: 1 test files could not run']);
  });

  test('are no success when the runner itself was not content', () => {
    expect(sum({ one: run({ numPassedTests: 3, success: false }) }).problems).toEqual([
      'one: the run did not succeed',
    ]);
  });

  test('are no success when nothing ran', () => {
    expect(sum({ one: run({ numPendingTests: 2 }) }).problems).toEqual(['no test ran']);
  });
});
