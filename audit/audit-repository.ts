/** The audit of one repository: issues that the controls find in its settings, and those of its images. Pure. */
import { type CheckedIssue, checkSettings, controlNames } from '../core/controls/index.ts';
import { isUnknown, type Known, whenKnown } from '../core/known.ts';
import { lifecyclePolicyText } from '../core/lifecycle/build.ts';
import type { Policy } from '../core/policy/policy.ts';
import { parseRepositoryPolicy, type RepositoryPolicy } from '../core/settings/repository-policy.ts';
import type { KnownSettings } from '../core/settings/settings.ts';
import type { AuditFact, AuditFinding, Expiry, Readiness, RepositoryAudit } from './audit.ts';
import { expiryOf, pulledLatelyDays } from './expiry.ts';
import { growthOf } from './growth.ts';
import { readinessOf } from './readiness.ts';
import type { RepositoryReading } from './reading.ts';
import type { Read } from './unread.ts';

/** What a repository is checked against. */
export interface AuditOptions {
  /** The organisation's policy, which defines the hardened lifecycle policy. */
  readonly policy: Policy;
  /** Images per repository. */
  readonly quota: number;
  /** Of so many days it must be known which tags moved before they can be made immutable. */
  readonly lookBackDays: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

// A quota that is reached sooner is an error.
const urgentDays = 90;
const day = 24 * 60 * 60 * 1000;

/** Audits one repository. */
export function auditRepository(
  reading: RepositoryReading,
  { policy, quota, lookBackDays, now }: AuditOptions,
): RepositoryAudit {
  const { images, lifecyclePolicy: text } = reading;
  const issues = checkSettings(liveSettings(reading), policy);
  const issuesOf = (control: CheckedIssue['control'], verdict: CheckedIssue['verdict']) =>
    issues.filter((issue) => issue.control === control && issue.verdict === verdict);
  const expiryBy = (lifecyclePolicy: string): Read<Expiry> =>
    whenKnown(images, (known) => expiryOf(lifecyclePolicy, known, now));
  const lifecyclePolicy: RepositoryAudit['lifecyclePolicy'] = whenKnown(text, (known) =>
    known === undefined
      ? { kind: 'none', problems: [], expires: { images: none, pulledLately: none } }
      : { kind: 'present', problems: issuesOf('LifecyclePolicy', 'invalid'), expires: expiryBy(known) },
  );
  const hardened = lifecyclePolicyText(policy);
  const audit = {
    name: reading.name,
    arn: reading.arn,
    stack: whenKnown(reading.stack, (stack) => stack ?? null),
    tagMutability: reading.tagMutability,
    encryption: reading.encryption,
    scanned: whenKnown(reading.scan, (scan) => ({ ...scan, isOwnScanOnPush: reading.scanOnPush })),
    lifecyclePolicy,
    publicBy: whenKnown(reading.repositoryPolicy, () => issuesOf('PublicAccess', 'unsafe')),
    images: whenKnown(images, (known) => growthOf(known, { quota, policy: text, now })),
    readiness: readinessOf({ ...reading, lookBackDays, now }),
    hardened: hardened === undefined ? null : expiryBy(hardened),
  };
  return { ...audit, findings: findingsOf(audit, issues, now) };
}

/** What is known of a live repository's settings, as the controls read them. */
function liveSettings(reading: RepositoryReading): KnownSettings {
  const { tagMutability, scan, lifecyclePolicy, encryption } = reading;
  return {
    tagMutability,
    // In effect, and not as the repository itself is set: a rule of the registry can cover it, or leave it out.
    scanOnPush: known(whenKnown(scan, ({ frequency }) => frequency !== 'MANUAL')),
    lifecyclePolicy: known(lifecyclePolicy),
    repositoryPolicy: known(whenKnown(reading.repositoryPolicy, repositoryPolicyOf)),
    // An ARN does not show whether a KMS key is customer managed.
    encryption: { type: encryption, kmsKey: encryption === 'AES256' ? undefined : { unknown: 'its key' } },
  };
}

/** A value as the controls read it: of one that could not be read, they report nothing. */
function known<Value>(value: Read<Value>): Known<Value> {
  return isUnknown(value) ? { unknown: value.unknown.code } : value;
}

function repositoryPolicyOf(text: string | undefined): RepositoryPolicy | undefined {
  const parsed = text === undefined ? undefined : parseRepositoryPolicy(text);
  return parsed !== undefined && 'value' in parsed ? parsed.value : undefined;
}

const none = { atLeast: 0, atMost: 0 };

/** Every finding: what the controls find, what the lifecycle policy does to images in use, and the quota of images. */
function findingsOf(
  audit: Omit<RepositoryAudit, 'findings'>,
  issues: readonly CheckedIssue[],
  now: number,
): readonly AuditFinding[] {
  const found: AuditFinding[] = [];
  const add = (subject: AuditFinding['subject'], level: AuditFinding['level'], fact: AuditFact) =>
    found.push({ subject, level, fact });
  for (const issue of issues) {
    const level = levelOf(issue, audit.readiness);
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
  // The quota belongs to no control, and comes last.
  const rank = ({ subject }: AuditFinding) => order.indexOf(subject) + 1 || order.length + 1;
  return found.toSorted((one, other) => rank(one) - rank(other));
}

/** How bad an issue is on a live repository; undefined for a value that could not be read, which is no finding. */
function levelOf(
  { code, verdict, isUrgent }: CheckedIssue,
  readiness: Readiness,
): AuditFinding['level'] | undefined {
  // Nothing is wrong with a cache or a replica that is as it must be.
  if (code === 'tags-mutable' && readiness.verdict === 'stays-mutable') return 'note';
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
