/** Why a file could not be written, in the words of a person: the system's own name a file that nobody has asked for. */

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder',
  EACCES: 'you are not allowed to write there',
  EPERM: 'you are not allowed to write there',
  EROFS: 'its file system is read-only',
  ENOSPC: 'no space is left',
};

/** @returns a clause for the parentheses of a sentence */
export function whyUnwritten(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  return reasons[code] ?? error.message;
}
