/** The audit of one repository, and of a registry: plain data, which every report is made from. */
import type { ControlCode, ControlName } from '../core/controls/index.ts';
import type { IssueCode } from '../core/issue.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';
import type { Known, RegistryReading } from './reading.ts';

/** How severe a finding is: fix an `error` now; a `warning` is unsafe; a `note` is information. */
export const auditSeverities = ['error', 'warning', 'note'] as const;
export type AuditSeverity = (typeof auditSeverities)[number];

/** The subject of a finding: a control, or the image quota. */
export type AuditSubject = ControlName | 'ImageQuota';

/** What a finding says, by code: what a control finds, and what only a live repository shows. */
export type AuditCode =
  | ControlCode
  | IssueCode
  | 'images-in-use-expire'
  | 'image-quota-reached'
  | 'image-quota-ahead';

export interface AuditFinding {
  readonly subject: AuditSubject;
  readonly level: AuditSeverity;
  readonly code: AuditCode;
  readonly message: string;
}

/** A confidence level: it was `seen`, there is evidence that makes it `likely`, or only a name makes it `possible`. */
export type Confidence = 'seen' | 'likely' | 'possible';

/** A tag that moves, or may move. */
export interface MovingTag {
  readonly tag: string;
  readonly confidence: Confidence;
  /** A clause such as `pushed 14 times with 9 images, last by role/ci`. */
  readonly evidence: string;
}

/** Whether immutable tags would break a pipeline. */
export interface Readiness {
  /**
   * `done`: tags are already immutable; `now`; `with-exclusions`: with those below; `stabilise-first`: more tags move than
   * ECR allows exclusions; `unclear`: a tag moves or may move, and it is not known which.
   */
  readonly verdict: 'done' | 'now' | 'with-exclusions' | 'stabilise-first' | 'unclear';
  readonly confidence: Confidence;
  /** One sentence: what to do. */
  readonly advice: string;
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
  /** Of them, those that were pulled within 90 days. */
  readonly pulledLately: Range;
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
  readonly stack: Known<string | null>;
  readonly tagMutability: TagMutability;
  readonly encryption: string;
  /** Whether images are scanned automatically, and why. */
  readonly scanned: Known<{ readonly how: 'on push' | 'continuously' | 'not'; readonly why: string }>;
  readonly lifecyclePolicy: Known<{
    readonly kind: 'none' | 'present';
    /** Problems of the policy, such as a rule that can never take effect. */
    readonly problems: readonly string[];
    readonly expires: Known<Expiry>;
  }>;
  /** What makes it public; empty if it is not. */
  readonly publicBy: Known<readonly string[]>;
  readonly images: Known<ImageCount>;
  readonly readiness: Readiness;
  /** What the lifecycle policy of KeepImages and ProtectedTags would expire; null if they define none. */
  readonly hardened: Known<Expiry> | null;
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

/** The audit for a manager. */
export interface Summary {
  /** The headline, and a few sentences. */
  readonly sentences: readonly string[];
  /** How many repositories have an issue (warning or error) by subject, the most frequent first. */
  readonly bySubject: readonly { readonly subject: AuditSubject; readonly repositories: number }[];
  readonly byReadiness: Readonly<Record<Readiness['verdict'], number>>;
  readonly bytes: number;
  readonly monthlyCost: number;
  readonly images: number;
  /** Why values are unknown, with the number of repositories affected. */
  readonly unknown: readonly { readonly reason: string; readonly repositories: number }[];
}
