/** Releasing the claims of a holder: the claim goes, and no setting of a repository changes. */
import type { ClaimsTable } from '../../aws/claims/claims-table.ts';
import { type ClaimModel, repositoryIn, type StoredRecord } from './model.ts';

/** What became of a release. */
export interface Released {
  /** Names of repositories. */
  readonly released: readonly string[];
  /** Repositories with a change that still runs, and when it has ended by, in ISO 8601. */
  readonly busy: readonly { readonly name: string; readonly until: string }[];
  /** Repositories whose record others kept changing meanwhile. */
  readonly contended: readonly string[];
}

// Each retry means that another client has written the record since it was read.
const maxAttempts = 5;

/** @param stored records that name the holder */
export async function releaseClaims(
  table: ClaimsTable,
  stored: readonly StoredRecord[],
  { model, holder, now }: { readonly model: ClaimModel; readonly holder: string; readonly now: number },
): Promise<Released> {
  const released: string[] = [];
  const busy: { readonly name: string; readonly until: string }[] = [];
  let left = stored;
  for (let attempt = 0; attempt < maxAttempts && left.length > 0; attempt += 1) {
    if (attempt > 0) left = await readAgain(table, left, { model, holder });
    const running = left.filter(({ record: { inFlight } }) => inFlight !== undefined && inFlight.until > now);
    for (const { record } of running)
      busy.push({
        name: nameOf(record.repositoryArn),
        until: new Date(record.inFlight?.until ?? 0).toISOString(),
      });
    const free = left.filter((each) => !running.includes(each));
    const conflicts = new Set(
      await table.write(
        free.map(({ item }) => ({ item: model.release(item, holder, now), expected: item.version })),
      ),
    );
    left = free.filter(({ item }) => conflicts.has(item.key));
    released.push(...free.filter((each) => !left.includes(each)).map(({ item }) => nameOf(item.key)));
  }
  return { released: released.toSorted(), busy, contended: left.map(({ item }) => nameOf(item.key)) };
}

async function readAgain(
  table: ClaimsTable,
  stored: readonly StoredRecord[],
  { model, holder }: { readonly model: ClaimModel; readonly holder: string },
): Promise<readonly StoredRecord[]> {
  const items = await table.read(stored.map(({ item }) => item.key));
  return [...items.values()].flatMap((item) => {
    const record = item.holders.includes(holder) ? model.decode(item) : undefined;
    return record === undefined ? [] : [{ item, record }];
  });
}

function nameOf(arn: string): string {
  return repositoryIn(arn) ?? arn;
}
