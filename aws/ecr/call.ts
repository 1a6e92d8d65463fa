/** How ECR is called, and what several of its operations have in common. */
import type { ECRClient } from '@aws-sdk/client-ecr';
import type { Call } from '../calls.ts';
import { chunks } from '../chunks.ts';
import { isNotFound, type Missing } from '../faults.ts';

/** How a call to ECR is made, and to whose registry. */
export interface EcrCalls {
  readonly call: Call<ECRClient>;
  /** A part of the input of those operations that take a registry; empty for that of the credentials. */
  readonly registry: { readonly registryId?: string };
}

/**
 * The existing ones of many entries, if a missing one fails the whole call: the call is repeated by halves.
 *
 * @param read requests some of them
 */
export async function readExisting<Entry, Result>(
  entries: readonly Entry[],
  missing: Missing,
  read: (some: readonly Entry[]) => Promise<readonly Result[]>,
): Promise<readonly Result[]> {
  try {
    return await read(entries);
  } catch (error) {
    if (!isNotFound(error, missing)) throw error;
    if (entries.length === 1) return [];
    const halves = chunks(entries, Math.ceil(entries.length / 2));
    return (await Promise.all(halves.map((half) => readExisting(half, missing, read)))).flat();
  }
}
