/** Resuming the keeper's work on a repository that it leaves alone: what was undone is no longer counted. */
import type { ClaimsTable } from '../../aws/claims/claims-table.ts';
import type { ClaimModel, StoredRecord } from './model.ts';
import { type Rewritten, rewriteRecords } from './rewrite.ts';

/** What became of it. */
export interface Resumed extends Pick<Rewritten, 'busy' | 'contended'> {
  /** The name of the repository. */
  readonly resumed: readonly string[];
}

/** @param stored the record of the repository */
export async function resumeRepository(
  table: ClaimsTable,
  stored: readonly StoredRecord[],
  { model, now }: { readonly model: ClaimModel; readonly now: number },
): Promise<Resumed> {
  const { written, ...left } = await rewriteRecords(table, stored, {
    ...{ model, now },
    isMeant: () => true,
    rewrite: model.resume,
  });
  return { resumed: written, ...left };
}
