import { join } from 'node:path';

/** The folder that holds package.json: everything the local tools read or write lies below it. */
export const projectRoot = join(import.meta.dirname, '..');

/** Where SAM leaves what it built (`sam build`), one folder a function. */
export const buildFolder = join(projectRoot, '.aws-sam', 'build');

/**
 * The root of one of the project's two Python environments.
 *
 * There are two because MiniStack and the SAM CLI pin different botocore versions. They lie under
 * node_modules because SAM copies the whole project, node_modules excepted, for every function it builds.
 */
export function pythonEnvironment(name: 'ministack' | 'sam'): string {
  return join(projectRoot, 'node_modules', '.python', name);
}
