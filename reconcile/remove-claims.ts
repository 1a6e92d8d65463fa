/** Removes the claims of a holder, for a Delete. */
import type { RemovalMode } from '../core/claims/operations.ts';
import { type ClaimRecord, claimOf, holdersOf } from '../core/claims/record.ts';
import type { ReconcileContext } from './context.ts';
import { readRecords } from './observe.ts';
import type { Note } from './outcome.ts';
import { recordsOf, release } from './release-deselected.ts';
import { askToStop } from './stop.ts';

/** What to remove. */
export interface RemovalRequest {
  readonly holder: string;
  readonly mode: RemovalMode;
  /** The hash of a request: only claims that it changed last are removed; undefined: all. */
  readonly onlyOf: string | undefined;
  readonly protectPulledWithinDays: number;
  /** Whether an error fails the whole request, which then reverts everything; otherwise each repository is reverted. */
  readonly mayFail: boolean;
}

/** The result. */
export interface Removed {
  /** For the response and the log. */
  readonly notes: readonly Note[];
  /** Why the claims of some repositories, which are unchanged, remain; undefined if all are removed. */
  readonly failure: { readonly error: unknown } | undefined;
}

/** What is to be released, and how. */
export interface ReleaseRequest extends Pick<RemovalRequest, 'holder' | 'mode' | 'protectPulledWithinDays'> {
  /** The repositories. */
  readonly arns: readonly string[];
}

/** What came of a release. */
export interface ReleasedRepositories {
  /** The ARNs of those on which the holder had a claim. */
  readonly held: ReadonlySet<string>;
  readonly notes: readonly Note[];
  /** Why the claims of some repositories, which are unchanged, remain; by name. */
  readonly failures: ReadonlyMap<string, unknown>;
}

/**
 * Removes a holder's claims on some repositories, each on its own: one that fails is reverted.
 *
 * @throws errors of ECR and the table that are about none of them; the caller then reverts the changes
 */
export async function releaseRepositories(
  { holder, mode, protectPulledWithinDays, arns }: ReleaseRequest,
  context: ReconcileContext,
): Promise<ReleasedRepositories> {
  const records = await readRecords(arns, context);
  const held = [...records.values()].filter((record) => holdersOf(record).includes(holder));
  const failures = new Map<string, unknown>();
  const notes = await release(
    held,
    { holder, mode, isDeselected: false, protectPulledWithinDays },
    context,
    async (repository, error) => {
      failures.set(repository, error);
      await undoOne(repository, context);
    },
  );
  await context.leases.commit();
  return { held: new Set(held.map(({ repositoryArn }) => repositoryArn)), notes, failures };
}

/** Reverts one repository, and its claims. */
export async function undoOne(repository: string, context: ReconcileContext): Promise<void> {
  const { failures } = await context.undoLog.undo(context.ecr, { only: repository });
  for (const { settings } of failures)
    context.log({ level: 'WARN', message: 'not undone', repository, settings });
  await context.leases.abandonOne(repository, failures.length === 0);
}

/**
 * Stops a Create or an Update of the same holder that still runs, and removes its claims.
 *
 * @throws errors of ECR and the table; the caller then reverts the changes
 */
export async function removeClaims(
  { holder, mode, onlyOf, protectPulledWithinDays, mayFail }: RemovalRequest,
  context: ReconcileContext,
): Promise<Removed> {
  await askToStop(context.claims, holder, context.now());
  const isMeant = (record: ClaimRecord) => {
    const claim = claimOf(record, holder);
    return onlyOf === undefined || claim === undefined || claim.replacedProperties === onlyOf;
  };
  const records = (await recordsOf(holder, context)).filter(isMeant);
  const errors: unknown[] = [];
  const notes = await release(
    records,
    { holder, mode, isDeselected: false, protectPulledWithinDays },
    context,
    mayFail
      ? undefined
      : async (repository, error) => {
          errors.push(error);
          await undoOne(repository, context);
        },
  );
  await context.leases.commit();
  return { notes, failure: errors.length === 0 ? undefined : { error: errors[0] } };
}
