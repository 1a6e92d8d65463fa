/** Claims as they are listed. Pure. */

import type { StackState } from '../../aws/cloudformation/stacks.ts';
import { isDrifted } from '../../core/claims/drift.ts';
import type { DriftState } from '../../core/claims/drift-state.ts';
import { keeperHolder } from '../../core/claims/keeper.ts';
import { repositoryIn, type StoredRecord } from './model.ts';
import type { StackStates } from './stack-states.ts';

/** One claim of a repository. */
export interface ListedClaim {
  /** The physical ID of the resource. */
  readonly holder: string;
  /** The ARN of its stack. */
  readonly stack: string;
  readonly stackState: StackState;
  /** ISO 8601. */
  readonly since: string;
  /** Whether the repository's settings are those of this claim. */
  readonly inEffect: boolean;
}

/** One repository with its claims, the one in effect first. */
export interface ListedRepository {
  readonly name: string;
  readonly arn: string;
  readonly claims: readonly ListedClaim[];
  /** A change that has begun; undefined where none has. */
  readonly change: ListedChange | undefined;
  /** What others have undone of the keeper's hardening; undefined where nothing was. */
  readonly drift: ListedDrift | undefined;
}

/** What was undone, and whether the keeper leaves the repository alone for it. */
export interface ListedDrift {
  /** The oldest first; `at` is ISO 8601. */
  readonly drifts: readonly {
    readonly at: string;
    readonly by: string;
    readonly settings: readonly string[];
  }[];
  /** ISO 8601; undefined where the keeper works on. */
  readonly leftAloneSince: string | undefined;
}

/** A change that has begun and not ended. */
export interface ListedChange {
  readonly holder: string;
  /** ISO 8601; the request has ended by then. */
  readonly until: string;
  /** False after `until`: the request was interrupted, and the next one undoes its change. */
  readonly isRunning: boolean;
}

/** All that is listed. */
export interface Listing {
  readonly table: string;
  /** By name. */
  readonly repositories: readonly ListedRepository[];
  /** Why no stack was checked, as a sentence; undefined where they were. */
  readonly stacksNotChecked: string | undefined;
}

/** What a listing depends on beside the records. */
export interface ListingOptions extends StackStates {
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * Whether a stack of the application is known to use the table. The keeper's claims are then that one's, also those that
   * name the stack of an earlier installation.
   */
  readonly isInstalled: boolean;
}

export function listingOf(
  table: string,
  records: readonly StoredRecord[],
  { states, notChecked, now, isInstalled }: ListingOptions,
): Listing {
  const isOfInstalled = (holder: string) => isInstalled && holder === keeperHolder;
  const repositories = records.map(({ record: { repositoryArn, claims, inFlight, drift } }) => ({
    name: repositoryIn(repositoryArn) ?? repositoryArn,
    arn: repositoryArn,
    claims: claims
      .map(({ holder, stack, since }, index) => ({
        holder,
        stack,
        stackState: isOfInstalled(holder) ? 'exists' : (states.get(stack) ?? 'unknown'),
        since: new Date(since).toISOString(),
        inEffect: index === claims.length - 1,
      }))
      .toReversed(),
    change:
      inFlight === undefined
        ? undefined
        : {
            holder: inFlight.holder,
            until: new Date(inFlight.until).toISOString(),
            isRunning: inFlight.until > now,
          },
    drift: drift !== undefined && isDrifted({ drift }) ? driftIn(drift) : undefined,
  }));
  return {
    table,
    repositories: repositories
      .filter(({ claims, change }) => claims.length > 0 || change !== undefined)
      .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    stacksNotChecked: notChecked,
  };
}

function driftIn({ drifts, left }: DriftState): ListedDrift {
  return {
    drifts: drifts.map(({ at, by, settings }) => ({ at: new Date(at).toISOString(), by, settings })),
    leftAloneSince: left && new Date(left.at).toISOString(),
  };
}

/**
 * The stacks of which CloudFormation can be asked: of the repository's own account and Region. In another one every
 * stack would be one that does not exist.
 */
export function stacksToCheck(records: readonly StoredRecord[]): readonly string[] {
  const accountAndRegionOf = (arn: string) => arn.split(':').slice(3, 5).join(':');
  return [
    ...new Set(
      records.flatMap(({ record: { repositoryArn, claims } }) =>
        claims
          .map(({ stack }) => stack)
          .filter((stack) => accountAndRegionOf(stack) === accountAndRegionOf(repositoryArn)),
      ),
    ),
  ];
}
