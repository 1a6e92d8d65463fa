// Sums the result files of jest runs and prints one line: `N passed, N failed, N skipped`.
//
//   node tools/sum-results.mjs REPORT.json [...]
//
// Exits with 1 if a test failed, a suite could not run, a report is missing, or no test ran.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** The total counts of several runs, and the problems that make them a failure. */
export function sumResults(files, read = (file) => readFileSync(file, 'utf8')) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const problems = [];
  for (const file of files) {
    const result = parse(file, read, problems);
    if (result === undefined) continue;
    sum.passed += result.numPassedTests;
    sum.failed += result.numFailedTests;
    sum.skipped += result.numPendingTests + result.numTodoTests;
    // A suite that cannot be loaded has no tests to count, and must count as a failure.
    if (result.numRuntimeErrorTestSuites > 0)
      problems.push(`${file}: ${result.numRuntimeErrorTestSuites} test files could not run`);
    if (!result.success && result.numFailedTests === 0 && result.numRuntimeErrorTestSuites === 0)
      problems.push(`${file}: the run did not succeed`);
  }
  if (sum.passed + sum.failed === 0) problems.push('no test ran');
  return { ...sum, problems };
}

function parse(file, read, problems) {
  try {
    const result = JSON.parse(read(file));
    if (typeof result.numPassedTests === 'number') return result;
    problems.push(`${file}: not a result of jest`);
  } catch (error) {
    problems.push(`${file}: no result, so its run crashed (${error.message})`);
  }
  return undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { passed, failed, skipped, problems } = sumResults(process.argv.slice(2));
  for (const problem of problems) console.log(problem);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0 || problems.length > 0) process.exitCode = 1;
}
