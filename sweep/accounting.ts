/** Holds what batches have written against the list of a sweep: every repository is accounted for, exactly once. */
import type { ObjectStore } from '../aws/objects/object-store.ts';
import type { ListedRepository } from './items.ts';
import { sweepKeys } from './keys.ts';
import { parsedJson } from './parsed-json.ts';
import type { RepositoryResult } from './results.ts';

/** Why there is no result of a repository, by its index; undefined where nothing is known. */
export type ErrorOf = (index: number) => string | undefined;

/**
 * Whether nothing is left to do: `--again` passes over such a repository. A refusal stays one until somebody changes
 * something, so it is finished.
 */
export function isFinished({ state }: Pick<RepositoryResult, 'state'>): boolean {
  return state !== 'failed';
}

/**
 * One result for each line of the list, in its order.
 *
 * @param sweeps whose results count, the newest first: of each repository the first that is finished, else the first
 */
export async function* accountFor(
  list: AsyncIterable<ListedRepository>,
  sweeps: readonly string[],
  store: Pick<ObjectStore, 'list' | 'lines'>,
  errorOf: ErrorOf,
): AsyncGenerator<RepositoryResult> {
  const written = sweeps.map((sweep) => writtenBy(sweep, store));
  for await (const listed of list) yield await accountOf(listed, written, errorOf);
}

async function accountOf(
  listed: ListedRepository,
  written: readonly Written[],
  errorOf: ErrorOf,
): Promise<RepositoryResult> {
  let unfinished: RepositoryResult | undefined;
  for (const each of written) {
    const result = await each.take(listed);
    if (result === undefined) continue;
    if (isFinished(result)) return result;
    unfinished ??= result;
  }
  return unfinished ?? withoutResult(listed, errorOf(listed.index));
}

function withoutResult({ index, name, arn }: ListedRepository, error: string | undefined): RepositoryResult {
  const reason = { code: 'no-result', ...(error === undefined ? {} : { error }) } as const;
  return { index, name, arn, state: 'failed', changes: [], reason, notes: [] };
}

/** The results of one sweep, taken in the order of the list. */
interface Written {
  take(listed: ListedRepository): Promise<RepositoryResult | undefined>;
}

/**
 * A file is named by the index of its first repository, so those with a larger one need not be read yet: of a sweep of any
 * size only a few are held, also where batches were not cut in the order of the list.
 */
function writtenBy(sweep: string, store: Pick<ObjectStore, 'list' | 'lines'>): Written {
  const keys = store.list(sweepKeys(sweep).results)[Symbol.asyncIterator]();
  const held = new Map<number, RepositoryResult>();
  let next: { readonly key: string; readonly first: number } | 'ended' | undefined;
  const readUpTo = async (index: number) => {
    for (;;) {
      next ??= await nextOf(keys);
      if (next === 'ended' || next.first > index) return;
      for await (const line of store.lines(next.key)) hold(held, parseResult(line));
      next = undefined;
    }
  };
  return {
    async take({ index, arn }) {
      await readUpTo(index);
      const result = held.get(index);
      held.delete(index);
      // The bucket is the application's own: another repository at this index could only be of another list.
      return result?.arn === arn ? result : undefined;
    },
  };
}

async function nextOf(keys: AsyncIterator<string>) {
  for (;;) {
    const { value, done } = await keys.next();
    if (done === true) return 'ended';
    const [, digits] = /\/(\d+)\.jsonl$/.exec(value) ?? [];
    if (digits !== undefined) return { key: value, first: Number(digits) };
  }
}

/** Where a batch was cut anew, a repository may stand in two files: a finished result is never given up for another. */
function hold(held: Map<number, RepositoryResult>, result: RepositoryResult | undefined): void {
  if (result === undefined) return;
  const other = held.get(result.index);
  if (other === undefined || !isFinished(other)) held.set(result.index, result);
}

/** A line as `batch.ts` writes it; undefined for any other. */
function parseResult(line: string): RepositoryResult | undefined {
  const value = parsedJson(line);
  return isResult(value) ? value : undefined;
}

/** Only the keeper's functions can write to the bucket, so the rest of a line is as they wrote it. */
function isResult(value: unknown): value is RepositoryResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    'index' in value &&
    typeof value.index === 'number' &&
    'arn' in value &&
    'state' in value
  );
}
