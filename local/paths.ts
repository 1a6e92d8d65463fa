import { join } from 'node:path';

/** The folder that holds package.json: everything the local tools read or write lies below it. */
export const projectRoot = join(import.meta.dirname, '..');

/** Where SAM leaves what it built (`sam build`), one folder a function. */
export const buildFolder = join(projectRoot, '.aws-sam', 'build');

/**
 * The root of one of the project's Python environments; Checkov's is installed for the long suites only.
 *
 * There are several because MiniStack and the SAM CLI pin different botocore versions. They lie in .aws-sam because
 * SAM copies the whole project for every function it builds, but for .aws-sam, .git and node_modules; and `npm ci`
 * empties node_modules. tools/setup.mjs makes them in the same place.
 */
export function pythonEnvironment(name: 'ministack' | 'sam' | 'checkov'): string {
  return join(projectRoot, '.aws-sam', 'python', name);
}
