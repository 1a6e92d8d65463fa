import { expect, test } from '@jest/globals';
import { failedFiles, withAgain } from '../../../tools/again.mjs';
import { sumResults } from '../../../tools/sum-results.mjs';

const file = (name: string, status: string, ...tests: readonly string[]) => ({
  name,
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});
const first = {
  testResults: [
    file('/a', 'passed', 'passed', 'passed', 'pending'),
    file('/b', 'failed', 'passed', 'failed'),
    file('/c', 'failed'),
    file('/d', 'passed', 'todo'),
  ],
};
const summed = (result: unknown) => sumResults(['one'], () => JSON.stringify(result));

test('files with a test that failed, and those that could not run, run again', () => {
  expect(failedFiles(first)).toEqual(['/b', '/c']);
});

test('what passes the second time counts once', () => {
  const last = { testResults: [file('/c', 'passed', 'passed'), file('/b', 'passed', 'passed', 'passed')] };
  expect(summed(withAgain(first, last))).toEqual({ passed: 5, failed: 0, skipped: 2, problems: [] });
});

test('what fails the second time fails, and so does what cannot run', () => {
  const last = { testResults: [file('/c', 'failed'), file('/b', 'failed', 'failed', 'failed')] };
  expect(summed(withAgain(first, last))).toEqual({
    passed: 2,
    failed: 2,
    skipped: 2,
    problems: ['one: 1 test files could not run'],
  });
});

test('a file that is missing the second time keeps its first result', () => {
  expect(summed(withAgain(first, { testResults: [] }))).toMatchObject({ passed: 3, failed: 1 });
});
