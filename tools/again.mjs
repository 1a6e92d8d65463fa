// What a second run of the files of tests that failed makes of the result of the first one. Results are those of `jest --json`.

/** The paths of the files in which a test failed, or that could not run. */
export const failedFiles = ({ testResults }) =>
  testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);

/** A result in which each file of tests that ran again has its last result; it has the members that sum-results.mjs reads. */
export function withAgain(first, last) {
  const ranAgain = new Map(last.testResults.map((each) => [each.name, each]));
  const testResults = first.testResults.map((each) => ranAgain.get(each.name) ?? each);
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;
  return {
    testResults,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending', 'skipped', 'disabled'),
    numTodoTests: count('todo'),
    numRuntimeErrorTestSuites: testResults.filter(
      ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
    ).length,
    success: testResults.every(({ status }) => status !== 'failed'),
  };
}
