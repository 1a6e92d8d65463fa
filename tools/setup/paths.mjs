import { join } from 'node:path';

/** The project's root. */
export const root = join(import.meta.dirname, '..', '..');

/** The folder of npm packages. */
export const modules = join(root, 'node_modules');

/** The folder of the Python environments; local/paths.ts explains the location. */
export const pythonRoot = join(root, '.aws-sam', 'python');
