import { join } from 'node:path';

/** The project's root. */
export const root = join(import.meta.dirname, '..', '..');

/** Where npm puts the packages. */
export const modules = join(root, 'node_modules');

/** The two Python environments; local/paths.ts says why they lie there, and names the same place. */
export const pythonRoot = join(root, '.aws-sam', 'python');
