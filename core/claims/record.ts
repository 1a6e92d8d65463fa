/**
 * Claims: who wants what of a repository, and what it was set to before. Pure.
 *
 * One record a repository, in the application's own table: only its functions can write it, so nobody can forge what
 * was found. What is in effect belongs to the newest claim.
 */
import type { PolicyHash, RepositorySettings } from '../settings/repository-settings.ts';

/** What one resource wants of a repository. */
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
  /** What it has set. The lifecycle policy is undefined where the resource was never about it. */
  readonly set: RepositorySettings;
  /** What the repository was set to before the last change of this claim. */
  readonly beforeLastChange: RepositorySettings;
  /** The hash of the properties that the last change replaced; after a Create, of its request. */
  readonly replacedProperties: string;
  /** What the repository was set to when this claim was put on top of those below it. */
  readonly atTakeover: RepositorySettings;
  /** What the stack of this claim found when its first claim was put. */
  readonly foundByStack: RepositorySettings;
  /** Whether the last change put this claim; else the holder had one before. */
  readonly isNew?: boolean;
  /** Where it stood, and what it was, before the last change moved it to the top. */
  readonly movedFrom?: MovedFrom;
}

/** What brings a claim back that an Update has moved to the top. */
export interface MovedFrom {
  /** The holders, the newest last. */
  readonly order: readonly string[];
  readonly claim: Claim;
  /** What the one above it had found. */
  readonly aboveAtTakeover: RepositorySettings;
}

/** A claim that an Update released by `Retain`: a rollback of that Update brings it back, with what was original. */
export interface RetainedClaim {
  readonly claim: Claim;
  readonly original: RepositorySettings;
}

/** The part of a record that a request changes and its undo brings back. */
export interface Ownership {
  /** What the repository was set to before any claim. */
  readonly original: RepositorySettings;
  /** The newest last. */
  readonly claims: readonly Claim[];
  readonly retained: readonly RetainedClaim[];
}

/** A change that has begun and not ended: whoever comes after `until` undoes it first. */
export interface InFlight {
  readonly holder: string;
  /** The hash of the request. */
  readonly request: string;
  readonly before: RepositorySettings;
  readonly after: RepositorySettings;
  /** What an undo brings back. */
  readonly previous: Ownership;
  /** Milliseconds since 1970: the deadline of the invocation that makes the change. */
  readonly until: number;
}

/** All that is known of one repository. */
export interface ClaimRecord extends Ownership {
  readonly repositoryArn: string;
  /** Milliseconds since 1970: a repository that was made anew is another one. */
  readonly createdAt: number;
  /** Counts the writes of this record, from 1. */
  readonly version: number;
  /** Milliseconds since 1970 of the last write. */
  readonly changedAt: number;
  /** The texts of the lifecycle policies that the record names by their hashes. */
  readonly policies: Readonly<Record<PolicyHash, string>>;
  readonly inFlight: InFlight | undefined;
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

/** Every holder that a record names, also those whose claims were retained. */
export function holdersOf({ claims, retained, inFlight }: ClaimRecord): readonly string[] {
  const names = [
    ...claims.map(({ holder }) => holder),
    ...retained.map(({ claim }) => claim.holder),
    ...(inFlight === undefined ? [] : [inFlight.holder]),
  ];
  return [...new Set(names)].toSorted();
}

/** Whether a record speaks of the lifecycle policy, so that it has to be read. */
export function managesLifecyclePolicy(record: Ownership | undefined): boolean {
  return (record?.claims ?? []).some(
    ({ set, beforeLastChange }) =>
      set.lifecyclePolicy !== undefined || beforeLastChange.lifecyclePolicy !== undefined,
  );
}
