/** The audit of one repository: issues that the controls find in its settings, and those of its images. Pure. */
import { type CheckedIssue, type ControlCode, checkSettings, controlNames } from '../core/controls/index.ts';
import type { Issue, IssueCode } from '../core/issue.ts';
import { isUnknown, type Known, whenKnown } from '../core/known.ts';
import { lifecyclePolicyText } from '../core/lifecycle/build.ts';
import type { Policy } from '../core/policy/policy.ts';
import { parseRepositoryPolicy, type RepositoryPolicy } from '../core/settings/repository-policy.ts';
import type { KnownSettings } from '../core/settings/settings.ts';
import type { AuditFinding, Expiry, Range, RepositoryAudit } from './audit.ts';
import { expiryOf, pulledLatelyDays } from './expiry.ts';
import { growthOf } from './growth.ts';
import { readinessOf } from './readiness.ts';
import type { RegistryReading, RepositoryReading, ScanReading } from './reading.ts';

/** What a repository is checked against. */
export interface AuditOptions {
  /** The organisation's policy, which defines the hardened lifecycle policy. */
  readonly policy: Policy;
  /** Images per repository. */
  readonly quota: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly words: AuditWords;
}

/** A finding as data, before it has a message. */
export type AuditFact =
  | CheckedIssue
  | { readonly code: 'images-in-use-expire'; readonly pulledLately: Range; readonly days: number }
  | {
      readonly code: 'image-quota-reached' | 'image-quota-ahead';
      readonly count: number;
      readonly quota: number;
      /** A day, such as `2027-03-01`. */
      readonly reachedOn: string;
    };

/** An audit before its findings have messages. */
export type AuditedRepository = Omit<RepositoryAudit, 'findings'>;

/** The sentences of an audit's findings; `wording/` has them. */
export interface AuditWords {
  /** A clause for what is found in a policy's document, with the place in it. */
  readonly clause: (issue: Issue<ControlCode | IssueCode>) => string;
  /** Why a repository is scanned, or is not: a clause. */
  readonly scanning: (
    scan: ScanReading,
    isOwnScanOnPush: boolean,
    scanType: RegistryReading['scanType'],
  ) => string;
  /** The message of a finding about a repository. */
  readonly message: (fact: AuditFact, audit: AuditedRepository) => string;
}

// A quota that is reached sooner is an error.
const urgentDays = 90;
const day = 24 * 60 * 60 * 1000;

/** Audits one repository. */
export function auditRepository(
  reading: RepositoryReading,
  registry: Pick<RegistryReading, 'scanType'>,
  options: AuditOptions,
): RepositoryAudit {
  const { images, lifecyclePolicy: text } = reading;
  const { now, words } = options;
  const issues = checkSettings(liveSettings(reading), options.policy);
  const clauses = (control: CheckedIssue['control'], verdict: CheckedIssue['verdict']) =>
    issues.filter((issue) => issue.control === control && issue.verdict === verdict).map(words.clause);
  const expiryBy = (policy: string): Known<Expiry> =>
    whenKnown(images, (known) => expiryOf(policy, known, now, words.clause));
  const lifecyclePolicy: RepositoryAudit['lifecyclePolicy'] = whenKnown(text, (policy) =>
    policy === undefined
      ? { kind: 'none', problems: [], expires: { images: none, pulledLately: none } }
      : { kind: 'present', problems: clauses('LifecyclePolicy', 'invalid'), expires: expiryBy(policy) },
  );
  // A policy that could not be read may expire images, so no date is projected.
  const isExpiring = isUnknown(text) || /"expire"/.test(text ?? '');
  const hardened = lifecyclePolicyText(options.policy);
  const audit: AuditedRepository = {
    name: reading.name,
    arn: reading.arn,
    stack: whenKnown(reading.stack, (stack) => stack ?? null),
    tagMutability: reading.tagMutability,
    encryption: reading.encryption,
    scanned: whenKnown(reading.scan, (scan) => ({
      how: scannedHow[scan.frequency],
      why: words.scanning(scan, reading.scanOnPush, registry.scanType),
    })),
    lifecyclePolicy,
    publicBy: whenKnown(reading.repositoryPolicy, () => clauses('PublicAccess', 'unsafe')),
    images: whenKnown(images, (known) => growthOf(known, { quota: options.quota, isExpiring, now })),
    readiness: readinessOf({ ...reading, now }),
    hardened: hardened === undefined ? null : expiryBy(hardened),
  };
  return { ...audit, findings: findingsOf(audit, issues, { now, words }) };
}

/** What is known of a live repository's settings, as the controls read them. */
function liveSettings(reading: RepositoryReading): KnownSettings {
  const { tagMutability, scan, lifecyclePolicy, encryption } = reading;
  return {
    tagMutability,
    // In effect, and not as the repository itself is set: a rule of the registry can cover it, or leave it out.
    scanOnPush: whenKnown(scan, ({ frequency }) => frequency !== 'MANUAL'),
    lifecyclePolicy,
    repositoryPolicy: whenKnown(reading.repositoryPolicy, repositoryPolicyOf),
    // Whether a KMS key is the author's own or one of AWS cannot be told by its ARN.
    encryption: { type: encryption, kmsKey: encryption === 'AES256' ? undefined : { unknown: 'its key' } },
  };
}

function repositoryPolicyOf(text: string | undefined): RepositoryPolicy | undefined {
  const parsed = text === undefined ? undefined : parseRepositoryPolicy(text);
  return parsed !== undefined && 'value' in parsed ? parsed.value : undefined;
}

const none = { atLeast: 0, atMost: 0 };

const scannedHow = { CONTINUOUS_SCAN: 'continuously', SCAN_ON_PUSH: 'on push', MANUAL: 'not' } as const;

/** Every finding: what the controls find, what the lifecycle policy does to images in use, and the quota of images. */
function findingsOf(
  audit: AuditedRepository,
  issues: readonly CheckedIssue[],
  { now, words }: Pick<AuditOptions, 'now' | 'words'>,
): readonly AuditFinding[] {
  const found: AuditFinding[] = [];
  const add = (subject: AuditFinding['subject'], level: AuditFinding['level'], fact: AuditFact) =>
    found.push({ subject, level, code: fact.code, message: words.message(fact, audit) });
  for (const issue of issues) {
    const level = levelOf(issue);
    if (level !== undefined) add(issue.control, level, issue);
  }
  const { lifecyclePolicy, images } = audit;
  if (!isUnknown(lifecyclePolicy) && !isUnknown(lifecyclePolicy.expires)) {
    const { pulledLately } = lifecyclePolicy.expires;
    if (pulledLately.atMost > 0)
      add('LifecyclePolicy', 'warning', {
        code: 'images-in-use-expire',
        pulledLately,
        days: pulledLatelyDays,
      });
  }
  if (!isUnknown(images) && images.quotaReachedOn !== undefined) {
    const { count, quota, quotaReachedOn: reachedOn } = images;
    const isUrgent = Date.parse(reachedOn) - now <= urgentDays * day;
    const code = count >= quota ? 'image-quota-reached' : 'image-quota-ahead';
    add('ImageQuota', isUrgent ? 'error' : 'note', { code, count, quota, reachedOn });
  }
  const order: readonly string[] = controlNames;
  // The quota is no control's, and comes last.
  const rank = ({ subject }: AuditFinding) => order.indexOf(subject) + 1 || order.length + 1;
  return found.toSorted((one, other) => rank(one) - rank(other));
}

/** How bad an issue is on a live repository; undefined for what nobody could read, which is no finding. */
function levelOf({ verdict, isUrgent }: CheckedIssue): AuditFinding['level'] | undefined {
  switch (verdict) {
    case 'missing':
    case 'unsafe':
    case 'invalid':
      return isUrgent ? 'error' : 'warning';
    case 'note':
      return 'note';
    case 'unknown':
      return undefined;
    default:
      return verdict satisfies never;
  }
}
