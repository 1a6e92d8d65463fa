import type { Expansion } from '../cloudformation/expand.ts';

/** The warning about an expansion that can be deployed, or undefined. */
export function expansionWarning(expansion: Expansion): string | undefined {
  if (!('fragment' in expansion) || expansion.oversize === undefined) return undefined;
  const { bytes, quota } = expansion.oversize;
  return `the hardened template has ${bytes} bytes; over ${quota} it has to be deployed through S3`;
}
