/** The audit of one repository: issues that the controls find in its settings, and those of its images. Pure. */
import { type CheckedIssue, checkSettings } from '../core/controls/index.ts';
import { isUnknown, type Known, whenKnown } from '../core/known.ts';
import { lifecyclePolicyText } from '../core/lifecycle/build.ts';
import type { Policy } from '../core/policy/policy.ts';
import { parseRepositoryPolicy, type RepositoryPolicy } from '../core/settings/repository-policy.ts';
import type { KnownSettings } from '../core/settings/settings.ts';
import { smallestKeepImages } from '../core/usage/keep-images.ts';
import { pulledSinceOf, usageVerdicts } from '../core/usage/verdicts.ts';
import type { Expiry, RepositoryAudit } from './audit.ts';
import { expiryOf, type ImageUse, pulledLatelyDays } from './expiry.ts';
import { findingsOf } from './findings.ts';
import { growthOf } from './growth.ts';
import { readinessOf } from './readiness.ts';
import type { RepositoryReading } from './reading.ts';
import type { Read } from './unread.ts';

const day = 24 * 60 * 60 * 1000;

/** What a repository is checked against. */
export interface AuditOptions {
  /** The organisation's policy, which defines the hardened lifecycle policy. */
  readonly policy: Policy;
  /** Images per repository. */
  readonly quota: number;
  /** Of so many days it must be known which tags moved before they can be made immutable. */
  readonly lookBackDays: number;
  /** The smallest KeepImages keeps the pushes of so many days. */
  readonly keepDays: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Audits one repository. */
export function auditRepository(
  reading: RepositoryReading,
  { policy, quota, lookBackDays, keepDays, now }: AuditOptions,
): RepositoryAudit {
  const { images, lifecyclePolicy: text } = reading;
  const issues = checkSettings(liveSettings(reading), policy);
  const issuesOf = (control: CheckedIssue['control'], verdict: CheckedIssue['verdict']) =>
    issues.filter((issue) => issue.control === control && issue.verdict === verdict);
  const use = useOf(reading, now);
  const expiryBy = (lifecyclePolicy: string): Read<Expiry> =>
    whenKnown(images, (known) => expiryOf(lifecyclePolicy, known, use, now));
  const lifecyclePolicy: RepositoryAudit['lifecyclePolicy'] = whenKnown(text, (known) =>
    known === undefined
      ? { kind: 'none', problems: [], expires: nothing }
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
    keepImages: whenKnown(images, (known) =>
      smallestKeepImages(known, {
        policy,
        verdicts: use.verdicts,
        days: keepDays,
        recorded: recordedPushes(reading, now),
        now,
      }),
    ),
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
/** What no policy does. */
const nothing: Expiry = {
  images: none,
  archived: none,
  pulledLately: none,
  inUse: none,
  inUseOrPulled: none,
  lost: [],
};

/** What is known of the use of its images: by the services, and by pulls. */
function useOf({ images, references }: RepositoryReading, now: number): ImageUse {
  const verdicts = usageVerdicts(isUnknown(images) ? [] : images, isUnknown(references) ? [] : references, {
    pulledSince: pulledSinceOf(now, pulledLatelyDays),
  });
  return { verdicts, references };
}

function recordedPushes(
  { pushes }: RepositoryReading,
  now: number,
): { readonly images: number; readonly days: number } | undefined {
  if (isUnknown(pushes) || pushes.images === undefined) return undefined;
  return { images: pushes.images, days: (now - pushes.since) / day };
}
