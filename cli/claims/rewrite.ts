/** Writes records of the claims table anew, each only if no other request has changed it or is at work on it. */
import type { ClaimItem, ClaimsTable } from '../../aws/claims/claims-table.ts';
import { type ClaimModel, repositoryIn, type StoredRecord } from './model.ts';

/** What became of records. */
export interface Rewritten {
  /** Names of repositories. */
  readonly written: readonly string[];
  /** Repositories with a change that still runs, and when it has ended by, in ISO 8601. */
  readonly busy: readonly { readonly name: string; readonly until: string }[];
  /** Repositories whose record others kept changing meanwhile. */
  readonly contended: readonly string[];
}

/** How records are written anew. */
export interface Rewriting {
  readonly model: ClaimModel;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether a record that was read again is still meant. */
  readonly isMeant: (item: ClaimItem) => boolean;
  readonly rewrite: (item: ClaimItem) => ClaimItem;
}

// Each retry means that another client has written the record since it was read.
const maxAttempts = 5;

export async function rewriteRecords(
  table: ClaimsTable,
  stored: readonly StoredRecord[],
  rewriting: Rewriting,
): Promise<Rewritten> {
  const { now, rewrite } = rewriting;
  const written: string[] = [];
  const busy: { readonly name: string; readonly until: string }[] = [];
  let left = stored;
  for (let attempt = 0; attempt < maxAttempts && left.length > 0; attempt += 1) {
    if (attempt > 0) left = await readAgain(table, left, rewriting);
    const running = left.filter(({ record: { inFlight } }) => inFlight !== undefined && inFlight.until > now);
    for (const { record } of running)
      busy.push({
        name: nameOf(record.repositoryArn),
        until: new Date(record.inFlight?.until ?? 0).toISOString(),
      });
    const free = left.filter((each) => !running.includes(each));
    const conflicts = new Set(
      await table.write(free.map(({ item }) => ({ item: rewrite(item), expected: item.version }))),
    );
    left = free.filter(({ item }) => conflicts.has(item.key));
    written.push(...free.filter((each) => !left.includes(each)).map(({ item }) => nameOf(item.key)));
  }
  return { written: written.toSorted(), busy, contended: left.map(({ item }) => nameOf(item.key)) };
}

async function readAgain(
  table: ClaimsTable,
  stored: readonly StoredRecord[],
  { model, isMeant }: Rewriting,
): Promise<readonly StoredRecord[]> {
  const items = await table.read(stored.map(({ item }) => item.key));
  return [...items.values()].flatMap((item) => {
    const record = isMeant(item) ? model.decode(item) : undefined;
    return record === undefined ? [] : [{ item, record }];
  });
}

function nameOf(arn: string): string {
  return repositoryIn(arn) ?? arn;
}
