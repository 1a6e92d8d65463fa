import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A fingerprint of the inputs of an installation. */
export function fingerprint(...texts) {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}

/** Whether an installation was completed with this fingerprint. */
export function isStamped(file, print) {
  return existsSync(file) && readFileSync(file, 'utf8') === print;
}

/** Marks an installation as complete; written last, so that an interrupted one is repeated. */
export function stamp(file, print) {
  writeFileSync(file, print);
}
