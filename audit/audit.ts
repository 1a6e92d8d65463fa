/** What an audit says of one repository, and of a registry: plain data, which every report is made from. */
import type { ControlName } from '../core/finding.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';
import type { Known, RegistryReading } from './reading.ts';

/** How bad a finding is: `error` is to be mended now, `warning` is unsafe, `note` is good to know. */
export const auditLevels = ['error', 'warning', 'note'] as const;
export type AuditLevel = (typeof auditLevels)[number];

/** What a finding is about: a control, or the quota of images. */
export type AuditSubject = ControlName | 'ImageQuota';

export interface AuditFinding {
  readonly subject: AuditSubject;
  readonly level: AuditLevel;
  readonly message: string;
}

/** How sure something is: it was seen, or signs speak for it, or no more than a name does. */
export type Certainty = 'seen' | 'likely' | 'possible';

/** A tag that moves, or may. */
export interface MovingTag {
  readonly tag: string;
  readonly certainty: Certainty;
  /** A clause such as `pushed 14 times with 9 images, last by role/ci`. */
  readonly evidence: string;
}

/** Whether immutable tags would break a pipeline. */
export interface Readiness {
  /**
   * `done`: they are immutable already; `now`; `with-exclusions`: with those below; `stop-first`: more tags move than
   * exclusions are allowed; `unclear`: something moves, or may, and nobody can say what.
   */
  readonly verdict: 'done' | 'now' | 'with-exclusions' | 'stop-first' | 'unclear';
  readonly certainty: Certainty;
  /** One sentence that says what to do. */
  readonly advice: string;
  /** What to exclude from immutability; at most five, as ECR allows. */
  readonly exclusions: readonly string[];
  readonly moving: readonly MovingTag[];
}

/** A number that is known between two others: where nobody read which images are parts of which list. */
export interface Range {
  readonly atLeast: number;
  readonly atMost: number;
}

/** Which images a lifecycle policy would expire now. */
export interface Expiry {
  readonly images: Range;
  /** Of them, those that were pulled within 90 days. */
  readonly pulledLately: Range;
}

export interface ImageCount {
  readonly count: number;
  /** How many were pushed in the last 30 days and are still there. */
  readonly pushedLately: number;
  readonly quota: number;
  /** The day, such as `2027-03-01`, on which the quota is reached at that rate; undefined when never. */
  readonly quotaReachedOn: string | undefined;
  /** Bytes; layers that images share count with each, so ECR may store less. */
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
  /** Whether images are scanned without anybody asking, and why. */
  readonly scanned: Known<{ readonly how: 'on push' | 'continuously' | 'not'; readonly why: string }>;
  readonly lifecyclePolicy: Known<{
    readonly kind: 'none' | 'present';
    /** What is wrong with it, such as a rule that can never fire. */
    readonly problems: readonly string[];
    readonly expires: Known<Expiry>;
  }>;
  /** What makes it public; empty when nothing does. */
  readonly publicBy: Known<readonly string[]>;
  readonly images: Known<ImageCount>;
  readonly readiness: Readiness;
  /** What the lifecycle policy of KeepImages and ProtectedTags would expire; null where they ask for none. */
  readonly hardened: Known<Expiry> | null;
  readonly findings: readonly AuditFinding[];
}

/** A whole audit. */
export interface Audit {
  readonly registry: RegistryReading;
  /** ISO 8601. */
  readonly at: string;
  /** The worst first. */
  readonly repositories: readonly RepositoryAudit[];
  /** How many repositories the registry has; more than were read when somebody ended it early. */
  readonly total: number;
  readonly summary: Summary;
}

/** What a manager reads. */
export interface Summary {
  /** The head line, and a few sentences. */
  readonly sentences: readonly string[];
  /** How many repositories each subject is amiss in (warning or error), the most first. */
  readonly bySubject: readonly { readonly subject: AuditSubject; readonly repositories: number }[];
  readonly byReadiness: Readonly<Record<Readiness['verdict'], number>>;
  readonly bytes: number;
  readonly monthlyCost: number;
  readonly images: number;
  /** What could not be read, with the number of repositories: a column says unknown there. */
  readonly unknown: readonly { readonly reason: string; readonly repositories: number }[];
}
