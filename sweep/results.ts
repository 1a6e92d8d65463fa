/** What becomes of each repository of a sweep: one line of a batch's results. */
import type { RepositoryAudit } from '../audit/audit.ts';
import type { Origin } from '../audit/origin.ts';
import type { Read, UnreadReason } from '../audit/unread.ts';
import type { LeftAlone } from '../core/claims/drift-state.ts';
import type { Exemption, ExemptionTagProblem } from '../core/policy/exemption-tag.ts';
import type { WritableSettingName } from '../core/settings/repository-settings.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';
import type { ImageUser } from '../core/usage/evidence.ts';
import type { HarmSummary } from '../reconcile/guard.ts';
import type { Refusal } from '../reconcile/outcome.ts';

/** What a repository comes to in a sweep. */
export const sweepStates = [
  /** Nothing that the keeper sets is unsafe. */
  'safe',
  'hardened',
  /** In the mode Report. */
  'would-harden',
  /** By its tag. */
  'exempt',
  /** A stack owns it, and KeeperStackOwned is Report. */
  'left-to-stack',
  /** Somebody has undone the hardening again and again, until `ecr-hardening claims --resume`. */
  'left-after-drift',
  'refused',
  'failed',
  /** Since it was listed. */
  'deleted',
] as const;

/** What a repository comes to where the keeper gives back what it found. */
export const releaseStates = [
  'released',
  /** The keeper held it when it was listed: an earlier attempt of its batch has released it, or somebody else since. */
  'already-released',
  /** The claim is released, but a setting stays as it is; the notes say why. */
  'kept',
] as const;

export const resultStates = [...sweepStates, ...releaseStates] as const;
export type ResultState = (typeof resultStates)[number];

/** States of repositories that are not safe: somebody has to do something about each. */
export const openStates = [
  'failed',
  'refused',
  'would-harden',
  'left-to-stack',
  'left-after-drift',
] as const satisfies readonly ResultState[];

/** One setting that was changed, or would be. Lifecycle policies are their texts; null for none. */
export type SettingChange =
  | { readonly setting: 'tagMutability'; readonly before: TagMutability; readonly after: TagMutability }
  | { readonly setting: 'scanOnPush'; readonly before: boolean; readonly after: boolean }
  | { readonly setting: 'lifecyclePolicy'; readonly before: string | null; readonly after: string | null };

/** A failure, without anything that an error's message could quote. */
export interface FailureCause {
  /** The name of the error, such as AccessDeniedException. */
  readonly error: string;
  /** Such as PutImageTagMutability. */
  readonly operation?: string;
}

/** Why a repository is refused, or has failed. */
export type ResultReason =
  /** By `reconcile`. */
  | { readonly code: 'refused'; readonly refusal: Refusal }
  /** Which stack owns it is not known, and KeeperStackOwned is Report. */
  | { readonly code: 'stack-unread'; readonly reason: UnreadReason }
  /** Whether ECR itself fills it is not known. */
  | { readonly code: 'origin-unread'; readonly reason: UnreadReason }
  /** Whether its tag exempts it is not known. */
  | { readonly code: 'tags-unread'; readonly reason: UnreadReason }
  /** The default lifecycle policy would expire images in use, or whether it would is not known. */
  | ({ readonly code: 'lifecycle-withheld' } & HarmSummary)
  /** Of `left-after-drift`. */
  | ({ readonly code: 'left-after-drift' } & LeftAlone)
  | ({ readonly code: 'failed' } & FailureCause)
  /** The time of its batch was over before it was its turn, or before it was done. */
  | { readonly code: 'not-reached' }
  /** There is no result: its batch has failed, or the execution has ended before. `error` and `cause` are Step Functions'. */
  | { readonly code: 'no-result'; readonly error?: string };

/** Something to report about a repository, whatever its state. */
export type ResultNote =
  /** It is left mutable: ECR itself moves its tags. */
  | { readonly code: 'stays-mutable'; readonly origin: Exclude<Origin, { readonly kind: 'pushed' }> }
  /** Reasons why a part of it was left as it is, while other parts are safe or were hardened. */
  | Extract<ResultReason, { readonly code: 'origin-unread' | 'lifecycle-withheld' }>
  /** Its own scan on push is set, and by the registry's rules it is not scanned all the same. */
  | { readonly code: 'not-scanned' }
  /** A setting that was safer than the default, or another claim on it. */
  | { readonly code: 'left-safer'; readonly settings: readonly WritableSettingName[] }
  | { readonly code: 'taken-over'; readonly from: string }
  /** Of a release. */
  | { readonly code: 'returns-to'; readonly holder: string }
  | { readonly code: 'changed-by-others'; readonly settings: readonly WritableSettingName[] }
  | ({ readonly code: 'policy-not-put-back' } & HarmSummary)
  /** It was deleted and created again since it was listed. */
  | { readonly code: 'created-again' };

/** What the exemption tag of a repository says, where AllowExemptions; only of one that is not safe without it. */
export type ResultExemption =
  | (Exemption & {
      readonly state: 'in force' | 'ended';
      /** It is in force, and ends within 14 days. */
      readonly endsSoon: boolean;
    })
  | { readonly problem: ExemptionTagProblem };

/** An image in use, or pulled lately, that the present lifecycle policy will expire or archive. */
export interface ImageAtRisk {
  readonly digest: string;
  /** At most three. */
  readonly tags: readonly string[];
  readonly action: 'expire' | 'archive';
  /** 1: ECR may act on it already; else within so many days, if pushes go on as in the last 30. */
  readonly withinDays: number;
  /** At most three; none of an image that was only pulled. */
  readonly users: readonly ImageUser[];
  readonly moreUsers: number;
  /** Milliseconds since 1970; only of an image without users. */
  readonly pulledAt?: number;
}

/** What the watch sees of one repository. */
export interface Watched {
  /** How many images are at risk. */
  readonly images: number;
  /** Those that are gone first, at most 20. */
  readonly first: readonly ImageAtRisk[];
  /** Whether every source of LifecycleGuardSources was read: otherwise more may be at risk. */
  readonly isComplete: boolean;
}

/** One repository, once a sweep. */
export interface RepositoryResult {
  readonly index: number;
  readonly name: string;
  readonly arn: string;
  readonly state: ResultState;
  readonly changes: readonly SettingChange[];
  /** Of `refused`, `failed`, and `would-harden` where a part would be refused. */
  readonly reason?: ResultReason;
  readonly exemption?: ResultExemption;
  readonly stack?: string;
  /** Undefined where there is no present policy that expires anything in use; unknown where it could not be evaluated. */
  readonly atRisk?: Read<Watched>;
  readonly notes: readonly ResultNote[];
  /** As it is after the changes; undefined of one that is gone, or was not read, and of a release. */
  readonly audit?: RepositoryAudit;
}

/** How many repositories have each state; states without any are left out. */
export type StateCounts = Readonly<Partial<Record<ResultState, number>>>;
