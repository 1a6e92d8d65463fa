/** Releasing the claims of a holder: the claim goes, and no setting of a repository changes. */
import type { ClaimsTable } from '../../aws/claims/claims-table.ts';
import type { ClaimModel, StoredRecord } from './model.ts';
import { type Rewritten, rewriteRecords } from './rewrite.ts';

/** What became of a release. */
export interface Released extends Pick<Rewritten, 'busy' | 'contended'> {
  /** Names of repositories. */
  readonly released: readonly string[];
}

/** @param stored records that name the holder */
export async function releaseClaims(
  table: ClaimsTable,
  stored: readonly StoredRecord[],
  { model, holder, now }: { readonly model: ClaimModel; readonly holder: string; readonly now: number },
): Promise<Released> {
  const { written, ...left } = await rewriteRecords(table, stored, {
    ...{ model, now },
    isMeant: ({ holders }) => holders.includes(holder),
    rewrite: (item) => model.release(item, holder, now),
  });
  return { released: written, ...left };
}
