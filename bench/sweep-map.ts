/** The state machine of a sweep, as far as the order, the size and the number of its calls matter. */
import { Buffer } from 'node:buffer';
import type { ObjectStore } from '../aws/objects/object-store.ts';
import { readLines } from '../sweep/files.ts';
import type { SweepItem } from '../sweep/items.ts';
import type { BatchInput, BatchOutput, EvidenceOutput } from '../sweep/steps.ts';

/** How the map runs. */
export interface MapOptions {
  readonly batchSize: number;
  /** MaxConcurrency. */
  readonly atOnce: number;
  /** How often a batch is tried in all. */
  readonly attempts: number;
  readonly objects: Pick<ObjectStore, 'lines'>;
  /** @param worker which of those that run at once, from 0: a function's instance serves one after the other */
  readonly batch: (input: BatchInput, worker: number) => Promise<BatchOutput>;
}

/** What the map came to. */
export interface MapResult {
  readonly batches: number;
  /** The first indexes of batches that failed at every attempt. */
  readonly failed: readonly number[];
  /** The largest input and output of a state, in bytes. */
  readonly largestBytes: number;
}

/** Runs the batches, so many at once, in the order of the items. */
export async function runMap(
  { sweep, action, itemsKey }: EvidenceOutput,
  options: MapOptions,
): Promise<MapResult> {
  const failed: number[] = [];
  let largestBytes = 0;
  let batches = 0;
  const measure = (value: object) => {
    largestBytes = Math.max(largestBytes, Buffer.byteLength(JSON.stringify(value)));
  };
  const waiting = batchesOf(readLines<SweepItem>(itemsKey, options.objects), options.batchSize);
  const work = async (worker: number) => {
    for await (const Items of { [Symbol.asyncIterator]: () => ({ next: () => waiting.next() }) }) {
      const input: BatchInput = { BatchInput: { sweep, action }, Items };
      batches += 1;
      measure(input);
      const output = await attempts(input, worker, options);
      if (output === undefined) failed.push(Items[0]?.index ?? -1);
      else measure(output);
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, (_, worker) => work(worker)));
  return { batches, failed: failed.toSorted((one, other) => one - other), largestBytes };
}

async function attempts(
  input: BatchInput,
  worker: number,
  { batch, attempts: max }: MapOptions,
): Promise<BatchOutput | undefined> {
  for (let attempt = 1; attempt <= max; attempt += 1)
    try {
      return await batch(input, worker);
    } catch {
      // As Retry does; the last failure is the child's.
    }
  return undefined;
}

async function* batchesOf(
  items: AsyncIterable<SweepItem>,
  size: number,
): AsyncGenerator<readonly SweepItem[], void, void> {
  let batch: SweepItem[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
