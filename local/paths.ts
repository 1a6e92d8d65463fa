import { join } from 'node:path';

/** The folder of package.json: the local tools read and write only below it. */
export const projectRoot = join(import.meta.dirname, '..');

/** The output of `sam build`, one folder for each function. */
export const buildFolder = join(projectRoot, '.aws-sam', 'build');

/**
 * The root of one of the project's Python environments; Checkov's is installed only for the long test suites and for benchmarks, which also have one of their own.
 *
 * There are several because MiniStack and the SAM CLI pin different versions of botocore. They are in .aws-sam because SAM
 * copies the whole project for every function that it builds, except .aws-sam, .git and node_modules, and `npm ci` empties
 * node_modules. tools/setup.mjs creates them.
 */
export function pythonEnvironment(name: 'ministack' | 'sam' | 'checkov' | 'bench'): string {
  return join(projectRoot, '.aws-sam', 'python', name);
}
