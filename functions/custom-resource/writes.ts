/** What a request has written so far: a failure half-way must not leave anybody to guess. */
import type { Ecr } from './ecr.ts';
import { isRefused } from './failure.ts';

/** The settings that were written, and those that may have been: no answer told. */
export interface Writes {
  readonly done: readonly string[];
  readonly unsure: readonly string[];
}

/** The same calls, whose writes are remembered. */
export function recordWrites(ecr: Ecr): { readonly ecr: Ecr; readonly writes: Writes } {
  const done: string[] = [];
  const unsure: string[] = [];
  const record = async (setting: string, write: Promise<void>) => {
    try {
      await write;
      done.push(setting);
    } catch (error) {
      if (!isRefused(error)) unsure.push(setting);
      throw error;
    }
  };
  return {
    ecr: {
      describe: ecr.describe,
      scanning: ecr.scanning,
      putTagMutability: (name, value) => record('ImageTagMutability', ecr.putTagMutability(name, value)),
      putScanOnPush: (name, value) => record('ImageScanningConfiguration', ecr.putScanOnPush(name, value)),
    },
    writes: { done, unsure },
  };
}

/** The sentences that a failure ends with; empty when nothing was written. */
export function tellWrites({ done, unsure }: Writes): string {
  return [
    ...(done.length === 0 ? [] : [` Already written, and staying: ${done.join(', ')}.`]),
    ...(unsure.length === 0 ? [] : [` Perhaps written, since no answer told: ${unsure.join(', ')}.`]),
  ].join('');
}
