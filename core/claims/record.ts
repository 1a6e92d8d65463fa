/**
 * Claims: the settings that each resource wants for a repository, and the original ones. Pure.
 *
 * One record for each repository, in the application's own table: only its functions need to write it, so stack authors
 * cannot tamper with the original settings. The newest claim is in effect.
 */
import type { PolicyHash, RepositorySettings } from '../settings/repository-settings.ts';
import type { DriftState } from './drift-state.ts';

/** The settings that one resource wants for a repository. */
export interface Claim {
  /** The physical ID of the resource. */
  readonly holder: string;
  /** The ARN of its stack. */
  readonly stack: string;
  /** Milliseconds since 1970 of its last change. */
  readonly since: number;
  /** The hash of the request that changed it last. */
  readonly request: string;
  /** The hash of the properties by which it was set. */
  readonly properties: string;
  /** The settings that it has set. The lifecycle policy is undefined if the resource never managed it. */
  readonly set: RepositorySettings;
  /** The repository's settings before the last change of this claim. */
  readonly beforeLastChange: RepositorySettings;
  /** The hash of the properties that the last change replaced; after a Create, of its request. */
  readonly replacedProperties: string;
  /** The repository's settings when this claim was put on top of those below it. */
  readonly atTakeover: RepositorySettings;
  /** The repository's settings when the stack of this claim made its first claim. */
  readonly foundByStack: RepositorySettings;
  /** Whether the last change added this claim; otherwise the holder had one before. */
  readonly isNew?: boolean;
  /** Its position and state before the last change moved it to the top. */
  readonly movedFrom?: MovedFrom;
}

/** The state before an Update moved a claim to the top. */
export interface MovedFrom {
  /** The holders, the newest last. */
  readonly order: readonly string[];
  readonly claim: Claim;
  /** The settings at takeover of the claim above it. */
  readonly aboveAtTakeover: RepositorySettings;
}

/** A claim that an Update released by `Retain`: a rollback restores it, with the original settings. */
export interface RetainedClaim {
  readonly claim: Claim;
  readonly original: RepositorySettings;
}

/** The part of a record that a request changes and its undo restores. */
export interface Ownership {
  /** The repository's settings before the first claim. */
  readonly original: RepositorySettings;
  /** The newest last. */
  readonly claims: readonly Claim[];
  readonly retained: readonly RetainedClaim[];
}

/** A change that has begun and not ended: the first request after `until` reverts it. */
export interface InFlight {
  readonly holder: string;
  /** The hash of the request. */
  readonly request: string;
  readonly before: RepositorySettings;
  readonly after: RepositorySettings;
  /** The state that an undo restores. */
  readonly previous: Ownership;
  /** Milliseconds since 1970: the deadline of the invocation that makes the change. */
  readonly until: number;
}

/** The record of one repository. */
export interface ClaimRecord extends Ownership {
  readonly repositoryArn: string;
  /** Milliseconds since 1970: a repository that was created again is a different one. */
  readonly createdAt: number;
  /** Counts the writes of this record, from 1. */
  readonly version: number;
  /** Milliseconds since 1970 of the last write. */
  readonly changedAt: number;
  /** The texts of the lifecycle policies that the record names by their hashes. */
  readonly policies: Readonly<Record<PolicyHash, string>>;
  readonly inFlight: InFlight | undefined;
  /** What others have undone of the keeper's hardening; left out where nothing was. */
  readonly drift?: DriftState;
}

/** The most claims on one repository: an item of the table ends at 400 KB. */
export const maxClaims = 50;

/** The claim of a holder, or undefined. */
export function claimOf(record: Pick<Ownership, 'claims'> | undefined, holder: string): Claim | undefined {
  return record?.claims.find((claim) => claim.holder === holder);
}

/** The claim that is in effect, or undefined. */
export function newestClaim(record: Pick<Ownership, 'claims'> | undefined): Claim | undefined {
  return record?.claims.at(-1);
}

/**
 * The settings that a stack has found, set or replaced since other stacks have claimed the repository: of its claims above
 * theirs. What it had found before is known to it again once their claims are gone.
 */
export function knownTo({ claims }: Pick<Ownership, 'claims'>, stack: string): readonly RepositorySettings[] {
  const own = claims.slice(claims.findLastIndex((claim) => claim.stack !== stack) + 1);
  const [lowest] = own;
  const isAlone = own.length === claims.length;
  return [
    ...own.flatMap(({ set, beforeLastChange }) => [set, beforeLastChange]),
    ...(isAlone ? own.map(({ foundByStack }) => foundByStack) : []),
    ...(lowest === undefined ? [] : [lowest.atTakeover]),
  ];
}

/** Every holder that a record names, also those whose claims were retained. */
export function holdersOf({ claims, retained, inFlight }: ClaimRecord): readonly string[] {
  const names = [
    ...claims.map(({ holder }) => holder),
    ...retained.map(({ claim }) => claim.holder),
    ...(inFlight === undefined ? [] : [inFlight.holder]),
  ];
  return [...new Set(names)].toSorted();
}

/** Whether a record refers to a lifecycle policy, so that it has to be read. */
export function managesLifecyclePolicy(record: Ownership | undefined): boolean {
  return (record?.claims ?? []).some(
    ({ set, beforeLastChange }) =>
      set.lifecyclePolicy !== undefined || beforeLastChange.lifecyclePolicy !== undefined,
  );
}
