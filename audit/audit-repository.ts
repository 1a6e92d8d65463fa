/** The audit of one repository. Pure. */
import type { ControlContext } from '../core/controls/control.ts';
import { repositoryType } from '../core/controls/control.ts';
import { publicAccess } from '../core/controls/public-access.ts';
import { lifecyclePolicyText } from '../core/lifecycle/build.ts';
import { lifecyclePolicyProblems } from '../core/lifecycle/grammar.ts';
import { builtInPolicy, type Policy } from '../core/policy/policy.ts';
import { matchesEveryTag } from '../core/settings/tag-mutability.ts';
import type { AuditFinding, Expiry, RepositoryAudit } from './audit.ts';
import { expiryOf, pulledLatelyDays } from './expiry.ts';
import { formatRange, pluralise } from './format.ts';
import { growthOf } from './growth.ts';
import { readinessOf } from './readiness.ts';
import { isUnknown, type Known, type RegistryReading, type RepositoryReading, whenKnown } from './reading.ts';

/** What a repository is checked against. */
export interface AuditOptions {
  /** The organisation's policy, which defines the hardened lifecycle policy. */
  readonly policy: Policy;
  /** Images per repository. */
  readonly quota: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

// A quota that is reached sooner is an error.
const urgentDays = 90;
const day = 24 * 60 * 60 * 1000;

export function auditRepository(
  reading: RepositoryReading,
  registry: Pick<RegistryReading, 'scanType'>,
  options: AuditOptions,
): RepositoryAudit {
  const { images, lifecyclePolicy: text } = reading;
  const { now } = options;
  const expiryBy = (policy: string): Known<Expiry> =>
    whenKnown(images, (known) => expiryOf(policy, known, now));
  const lifecyclePolicy: RepositoryAudit['lifecyclePolicy'] = whenKnown(text, (policy) =>
    policy === undefined
      ? { kind: 'none', problems: [], expires: { images: none, pulledLately: none } }
      : {
          kind: 'present',
          problems: lifecyclePolicyProblems(policy).map(({ path, reason }) => `${path} ${reason}`.trim()),
          expires: expiryBy(policy),
        },
  );
  // A policy that could not be read may expire images, so no date is projected.
  const isExpiring = isUnknown(text) || /"expire"/.test(text ?? '');
  const hardened = lifecyclePolicyText(options.policy);
  const audit: Omit<RepositoryAudit, 'findings'> = {
    name: reading.name,
    arn: reading.arn,
    stack: whenKnown(reading.stack, (stack) => stack ?? null),
    tagMutability: reading.tagMutability,
    encryption: reading.encryption,
    scanned: scannedBy(reading, registry),
    lifecyclePolicy,
    publicBy: whenKnown(reading.repositoryPolicy, publicBy),
    images: whenKnown(images, (known) => growthOf(known, { quota: options.quota, isExpiring, now })),
    readiness: readinessOf({ ...reading, now }),
    hardened: hardened === undefined ? null : expiryBy(hardened),
  };
  return { ...audit, findings: findingsOf(audit, now) };
}

const none = { atLeast: 0, atMost: 0 };

function scannedBy(
  { scan, scanOnPush }: RepositoryReading,
  { scanType }: Pick<RegistryReading, 'scanType'>,
): RepositoryAudit['scanned'] {
  return whenKnown(scan, ({ frequency, filters }) => {
    const kind = isUnknown(scanType) ? 'scanning' : `${scanType.toLowerCase()} scanning`;
    if (frequency !== 'MANUAL') {
      const rule = filters.length > 0 ? `by the registry's ${kind}, filter ${filters.join(', ')}` : undefined;
      const own = scanOnPush ? 'by its own ScanOnPush' : `by the registry's ${kind}`;
      return { how: frequency === 'CONTINUOUS_SCAN' ? 'continuously' : 'on push', why: rule ?? own };
    }
    const own = scanOnPush
      ? 'its own ScanOnPush is on, but ECR reports that it is not in effect'
      : 'its own ScanOnPush is off';
    return { how: 'not', why: `${own}, and no filter of the registry's ${kind} matches it` };
  });
}

/** What makes a repository public, by the control that templates are checked with. */
function publicBy(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const found: string[] = [];
  const context: ControlContext = {
    policy: builtInPolicy,
    parameters: {},
    addFinding: ({ path, reason }) =>
      found.push(`${path.replace('Properties.RepositoryPolicyText.', '')} ${reason}`),
  };
  publicAccess.harden({ RepositoryPolicyText: text }, repositoryType, context);
  return found;
}

function findingsOf(audit: Omit<RepositoryAudit, 'findings'>, now: number): AuditFinding[] {
  const found: AuditFinding[] = [];
  const report = (subject: AuditFinding['subject'], level: AuditFinding['level'], message: string) =>
    found.push({ subject, level, message });
  const {
    tagMutability,
    scanned,
    lifecyclePolicy,
    publicBy: openings,
    images,
    readiness,
    encryption,
  } = audit;
  const { mutability, exclusions } = tagMutability;
  if (mutability === 'MUTABLE' || mutability === 'MUTABLE_WITH_EXCLUSION')
    report('TagImmutability', 'warning', `Tags can be overwritten. ${readiness.advice}`);
  else if (exclusions.some(matchesEveryTag))
    report(
      'TagImmutability',
      'warning',
      'Its exclusion * makes every tag mutable: exclude only the tags that move.',
    );
  if (!isUnknown(scanned) && scanned.how === 'not')
    report('ScanOnPush', 'warning', `Images are not scanned: ${scanned.why}.`);
  if (!isUnknown(lifecyclePolicy)) {
    const { kind, problems, expires } = lifecyclePolicy;
    if (kind === 'none')
      report('LifecyclePolicy', 'warning', 'No lifecycle policy: old images never expire.');
    for (const problem of problems) report('LifecyclePolicy', 'warning', `Its lifecycle policy: ${problem}.`);
    if (!isUnknown(expires) && expires.pulledLately.atMost > 0)
      report(
        'LifecyclePolicy',
        'warning',
        `Its lifecycle policy expires images that may be in use: ${formatRange(expires.pulledLately)} pulled within ${pulledLatelyDays} days.`,
      );
  }
  if (!isUnknown(openings))
    for (const opening of openings) report('PublicAccess', 'error', `Its repository policy: ${opening}.`);
  if (!isUnknown(images) && images.quotaReachedOn !== undefined) {
    const { count, quota, quotaReachedOn } = images;
    const isUrgent = Date.parse(quotaReachedOn) - now <= urgentDays * day;
    report(
      'ImageQuota',
      isUrgent ? 'error' : 'note',
      count >= quota
        ? `It holds ${pluralise(count, 'image', 'images')}, its quota: every push fails.`
        : `At the rate of the last 30 days it reaches its quota of ${quota} images on ${quotaReachedOn}; from then on every push fails.`,
    );
  }
  if (encryption === 'AES256')
    report('Encryption', 'note', 'It is encrypted with AES256, not with a customer managed key (KMS).');
  return found;
}
