import { dirname } from 'node:path';

/** A problem that the user can fix: the message is a sentence with the fix, and the details below it. */
export class SetupProblem extends Error {}

/**
 * What to do about a folder that cannot be written or a disk that is full, in a sentence; undefined for other errors.
 *
 * @param {unknown} error
 */
export function fileProblem(error) {
  if (!(error instanceof Error) || !('code' in error) || !('path' in error)) return undefined;
  const { code, path } = error;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `${path} cannot be written (${code}): allow it, or use a copy of the project in a folder of your own.`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `There is no space left for ${path} (${code}): remove something, and retry.`;
    case 'ENOENT':
      return 'syscall' in error && error.syscall === 'mkdtemp'
        ? `${dirname(String(path))}, the folder for temporary files, does not exist: create it, or set the variable TMPDIR to another one.`
        : undefined;
    default:
      return undefined;
  }
}
