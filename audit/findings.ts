/** The findings of a repository's audit, by control. Pure. */
import { type CheckedIssue, controlNames } from '../core/controls/index.ts';
import { isUnknown } from '../core/known.ts';
import type { AuditFact, AuditFinding, Readiness, RepositoryAudit } from './audit.ts';
import { pulledLatelyDays } from './expiry.ts';

// A quota that is reached sooner is an error.
const urgentDays = 90;
const day = 24 * 60 * 60 * 1000;

type Unfound = Omit<RepositoryAudit, 'findings'>;

/** Every finding: what the controls find, what the lifecycle policy does to images in use, and the quota of images. */
export function findingsOf(
  audit: Unfound,
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
  found.push(...expiryFindings(audit), ...quotaFindings(audit, now));
  const order: readonly string[] = controlNames;
  // The quota belongs to no control, and comes last.
  const rank = ({ subject }: AuditFinding) => order.indexOf(subject) + 1 || order.length + 1;
  return found.toSorted((one, other) => rank(one) - rank(other));
}

/** What lifecycle policies do to images in use: its own, and the one that it would get. */
function expiryFindings({ lifecyclePolicy, hardened, keepImages }: Unfound): readonly AuditFinding[] {
  const found: AuditFinding[] = [];
  const add = (level: AuditFinding['level'], fact: AuditFact) =>
    found.push({ subject: 'LifecyclePolicy', level, fact });
  if (!isUnknown(lifecyclePolicy) && !isUnknown(lifecyclePolicy.expires)) {
    const { expires } = lifecyclePolicy;
    // What surely is in use is gone within a day.
    const isUsed = !isUnknown(expires.inUse) && expires.inUse.atLeast > 0;
    if (expires.inUseOrPulled.atMost > 0)
      add(isUsed ? 'error' : 'warning', { code: 'images-in-use-expire', expires, days: pulledLatelyDays });
  }
  if (hardened !== null && !isUnknown(hardened) && !isUnknown(hardened.inUse) && !isUnknown(keepImages))
    if (hardened.inUse.atMost > 0)
      add('note', { code: 'default-expires-in-use', expires: hardened, days: pulledLatelyDays, keepImages });
  return found;
}

function quotaFindings({ images }: Unfound, now: number): readonly AuditFinding[] {
  if (isUnknown(images) || images.quotaReachedOn === undefined) return [];
  const { count, quota, quotaReachedOn: reachedOn } = images;
  const isUrgent = Date.parse(reachedOn) - now <= urgentDays * day;
  const code = count >= quota ? 'image-quota-reached' : 'image-quota-ahead';
  const fact: AuditFact = { code, count, quota, reachedOn };
  return [{ subject: 'ImageQuota', level: isUrgent ? 'error' : 'note', fact }];
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
