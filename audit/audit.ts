/** The audit of one repository, and of a registry: data without sentences, which `wording/audit/` adds. */
import type { CheckedIssue, ControlName } from '../core/controls/index.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';
import type { ImageUser } from '../core/usage/evidence.ts';
import type { SmallestKeepImages } from '../core/usage/keep-images.ts';
import type { ObservedSpan } from './observed-span.ts';
import type { Origin } from './origin.ts';
import type { RegistryReading, ScanReading, TagPushes } from './reading.ts';
import type { Read, UnreadReason } from './unread.ts';

/** How severe a finding is: fix an `error` now; a `warning` is unsafe; a `note` is information. */
export const auditSeverities = ['error', 'warning', 'note'] as const;
export type AuditSeverity = (typeof auditSeverities)[number];

/** The subject of a finding: a control, or the image quota. */
export type AuditSubject = ControlName | 'ImageQuota';

/** What is found: by a control, or by what only a live repository shows. */
export type AuditFact =
  | CheckedIssue
  | { readonly code: 'images-in-use-expire'; readonly expires: Expiry; readonly days: number }
  | {
      readonly code: 'default-expires-in-use';
      readonly expires: Expiry;
      readonly days: number;
      readonly keepImages: SmallestKeepImages;
    }
  | {
      readonly code: 'image-quota-reached' | 'image-quota-ahead';
      readonly count: number;
      readonly quota: number;
      /** A day, such as `2027-03-01`. */
      readonly reachedOn: string;
    };

export type AuditCode = AuditFact['code'];

export interface AuditFinding {
  readonly subject: AuditSubject;
  readonly level: AuditSeverity;
  readonly fact: AuditFact;
}

/** A confidence level: it was `seen`, there is evidence that makes it `likely`, or only a name makes it `possible`. */
export type Confidence = 'seen' | 'likely' | 'possible';

/** Why a tag counts as moving. Times are milliseconds since 1970. */
export type MovingEvidence =
  | ({ readonly code: 'pushed-again'; readonly since: number } & TagPushes)
  // By the tags file: the earlier audit had detected it, or it has moved since.
  | { readonly code: 'had-moved' | 'has-moved'; readonly auditedAt: number }
  | { readonly code: 'moving-name' | 'newest-version' };

/** A tag that moves, or may move. */
export interface MovingTag {
  readonly tag: string;
  readonly confidence: Confidence;
  readonly evidence: readonly MovingEvidence[];
}

/** What a verdict about immutable tags rests on. Times are milliseconds since 1970, and undefined where nothing is known. */
export type ReadinessBasis =
  | { readonly code: 'already-immutable' }
  | { readonly code: 'images-unread'; readonly reason: UnreadReason }
  | { readonly code: 'too-many-moving-tags' | 'moving-tags' }
  | { readonly code: 'untagged-images'; readonly images: number }
  | {
      readonly code: 'no-moving-tags';
      readonly pushesSince: number | undefined;
      readonly auditedAt: number | undefined;
    }
  /** So far; the time that is known is too short. */
  | { readonly code: 'too-short' }
  /** Whether ECR itself moves its tags is not known. */
  | { readonly code: 'origin-unread'; readonly reason: UnreadReason }
  /** ECR itself moves its tags. */
  | { readonly code: 'filled-by-ecr'; readonly origin: Exclude<Origin, { readonly kind: 'pushed' }> }
  /** Images arrived of which CloudTrail has no push, as they do in a replica. */
  | { readonly code: 'images-without-push' };

/** Whether immutable tags would break a pipeline. */
export interface Readiness {
  /**
   * `done`: tags are already immutable; `now`; `with-exclusions`: with those below; `stabilise-first`: more tags move than
   * ECR allows exclusions; `not-known-yet`: no tag that moves was found, in a time that is too short for a verdict;
   * `unclear`: a tag moves or may move, and it is not known which; `stays-mutable`: ECR itself moves its tags.
   */
  readonly verdict:
    | 'done'
    | 'now'
    | 'with-exclusions'
    | 'stabilise-first'
    | 'not-known-yet'
    | 'unclear'
    | 'stays-mutable';
  /** The time that was looked at. */
  readonly observed: ObservedSpan;
  readonly confidence: Confidence;
  readonly basis: ReadinessBasis;
  /** Tags to exclude from immutability; at most five, which is ECR's limit. */
  readonly exclusions: readonly string[];
  readonly moving: readonly MovingTag[];
}

/** A number between two bounds: it is not read which images belong to which image index. */
export interface Range {
  readonly atLeast: number;
  readonly atMost: number;
}

/** How many images a lifecycle policy would expire now. */
export interface Expiry {
  readonly images: Range;
  /** How many it would archive: they cannot be pulled until they are restored. */
  readonly archived: Range;
  /** Of those that expire, how many were pulled within 90 days. */
  readonly pulledLately: Range;
  /** Of those that expire or are archived, how many something runs or will run. */
  readonly inUse: Read<Range>;
  /** How many of them are in use, or were pulled within 90 days. */
  readonly inUseOrPulled: Range;
  /** Those images, the worst first; at most 200. */
  readonly lost: readonly ImageLost[];
}

/** An image in use that a lifecycle policy would expire or archive. */
export interface ImageLost {
  readonly digest: string;
  /** At most three. */
  readonly tags: readonly string[];
  readonly action: 'expire' | 'archive';
  /** At most three; none for an image that was pulled. */
  readonly users: readonly ImageUser[];
  readonly moreUsers: number;
  /** Milliseconds since 1970; only of an image without users. */
  readonly pulledAt?: number;
}

export interface ImageCount {
  readonly count: number;
  /** Images pushed in the last 30 days that still exist. */
  readonly pushedLately: number;
  readonly quota: number;
  /** The day, such as `2027-03-01`, on which the quota is reached at that rate; undefined if it is not projected. */
  readonly quotaReachedOn: string | undefined;
  /** Bytes; a layer that several images share is counted for each, so ECR may store less. */
  readonly bytes: number;
  /** US dollars a month, at most. */
  readonly monthlyCost: number;
}

export interface RepositoryAudit {
  readonly name: string;
  readonly arn: string;
  /** The stack that owns it; null for none. */
  readonly stack: Read<string | null>;
  readonly tagMutability: TagMutability;
  readonly encryption: string;
  /** Whether images are scanned automatically. */
  readonly scanned: Read<ScanReading & { readonly isOwnScanOnPush: boolean }>;
  readonly lifecyclePolicy: Read<{
    readonly kind: 'none' | 'present';
    /** Problems of the policy, such as a rule that can never take effect. */
    readonly problems: readonly CheckedIssue[];
    readonly expires: Read<Expiry>;
  }>;
  /** What makes it public; empty if it is not. */
  readonly publicBy: Read<readonly CheckedIssue[]>;
  readonly images: Read<ImageCount>;
  readonly readiness: Readiness;
  /** What the lifecycle policy of KeepImages and ProtectedTags would expire; null if they define none. */
  readonly hardened: Read<Expiry> | null;
  /** The smallest KeepImages that keeps everything in use, and the pushes of some days. */
  readonly keepImages: Read<SmallestKeepImages>;
  readonly findings: readonly AuditFinding[];
}

/** A whole audit. */
export interface Audit {
  readonly registry: RegistryReading;
  /** ISO 8601. */
  readonly at: string;
  /** Most severe first. */
  readonly repositories: readonly RepositoryAudit[];
  /** How many repositories the registry has; more than were read if the audit was ended early. */
  readonly total: number;
  readonly summary: Summary;
}

/** The numbers of an audit. */
export interface Summary {
  /** How many repositories have an issue (warning or error) by subject, the most frequent first. */
  readonly bySubject: readonly { readonly subject: AuditSubject; readonly repositories: number }[];
  readonly byReadiness: Readonly<Record<Readiness['verdict'], number>>;
  readonly bytes: number;
  readonly monthlyCost: number;
  readonly images: number;
  /** Why values are unknown, with the number of repositories affected. */
  readonly unknown: readonly { readonly reason: UnreadReason; readonly repositories: number }[];
}
