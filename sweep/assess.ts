/** What the keeper would change of a repository, by what was read of it. Pure. */
import type { RepositoryReading } from '../audit/reading.ts';
import { safeDefaults, unsafeSettings } from '../core/controls/index.ts';
import { isUnknown } from '../core/known.ts';
import { lifecyclePolicyText } from '../core/lifecycle/build.ts';
import type { Policy } from '../core/policy/policy.ts';
import { isAtLeastAsSafe, saferMutability } from '../core/settings/mutability-order.ts';
import type { UsageEvidence } from '../core/usage/evidence.ts';
import type { ResultNote, ResultReason, SettingChange } from './results.ts';
import { withheldFor } from './withheld.ts';

/** What a repository is assessed by. */
export interface AssessOptions {
  readonly policy: Policy;
  readonly isLifecycleManaged: boolean;
  /** What each source of use said. */
  readonly sources: UsageEvidence['sources'];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A reason to leave a part as it is, which may be the only part that is not safe. */
export type PartReason = Extract<ResultReason, { readonly code: 'origin-unread' | 'lifecycle-withheld' }>;

export interface Assessment {
  /** Whatever is unsafe and can be changed. */
  readonly changes: readonly SettingChange[];
  /** Why parts that are not safe stay as they are. */
  readonly withheld: readonly PartReason[];
  readonly notes: readonly ResultNote[];
}

export function assess(reading: RepositoryReading, options: AssessOptions): Assessment {
  return assessmentOf([...settingsOf(reading, options.policy), lifecycleOf(reading, options)]);
}

/** What is read of a repository's settings, without a call for its lifecycle policy and its images. */
export type SettingsReading = Pick<RepositoryReading, 'tagMutability' | 'origin' | 'scan' | 'scanOnPush'>;

/** The same without the lifecycle policy. */
export function assessSettings(reading: SettingsReading, policy: Policy): Assessment {
  return assessmentOf(settingsOf(reading, policy));
}

function settingsOf(reading: SettingsReading, policy: Policy): readonly Part[] {
  return [mutabilityOf(reading, policy), scanningOf(reading)];
}

function assessmentOf(parts: readonly Part[]): Assessment {
  return {
    changes: parts.flatMap(({ change }) => change ?? []),
    withheld: parts.flatMap(({ withheld }) => withheld ?? []),
    notes: parts.flatMap(({ note }) => note ?? []),
  };
}

/** What becomes of one setting; empty where it is safe. */
interface Part {
  readonly change?: SettingChange;
  readonly withheld?: PartReason;
  readonly note?: ResultNote;
}

function mutabilityOf({ tagMutability: before, origin }: SettingsReading, policy: Policy): Part {
  const { tagMutability: standard } = safeDefaults(policy);
  if (standard === undefined || unsafeSettings({ tagMutability: before }, policy).length === 0) return {};
  if (isUnknown(origin)) return { withheld: { code: 'origin-unread', reason: origin.unknown } };
  if (origin.kind !== 'pushed') return { note: { code: 'stays-mutable', origin } };
  const after = isAtLeastAsSafe(standard, before) ? standard : saferMutability(standard, before);
  return { change: { setting: 'tagMutability', before, after } };
}

/** In effect, as the audit says: a rule of the registry can cover a repository, or leave it out. */
function scanningOf({ scan, scanOnPush: before }: SettingsReading): Part {
  if (!isUnknown(scan) && scan.frequency !== 'MANUAL') return {};
  if (before) return isUnknown(scan) ? {} : { note: { code: 'not-scanned' } };
  return { change: { setting: 'scanOnPush', before, after: true } };
}

function lifecycleOf(reading: RepositoryReading, options: AssessOptions): Part {
  const { lifecyclePolicy: before } = reading;
  const after = lifecyclePolicyText(options.policy);
  if (!options.isLifecycleManaged || after === undefined) return {};
  if (!isUnknown(before) && before !== undefined) return {};
  const withheld = withheldFor(after, reading, options);
  return withheld === undefined
    ? { change: { setting: 'lifecyclePolicy', before: null, after } }
    : { withheld: { code: 'lifecycle-withheld', ...withheld } };
}
