import type { DocumentRules } from '../documents.ts';
import type { Issue, IssueCode } from '../issue.ts';
import type { Unknown } from '../known.ts';
import type { Policy } from '../policy/policy.ts';
import type { KnownSettings, SettingName, Settings } from '../settings/settings.ts';

/**
 * The verdict of a control on a setting.
 *
 * - `missing`: it is not set, and what ECR does by default is unsafe
 * - `unsafe`: what is set is unsafe
 * - `invalid`: ECR would refuse what is set
 * - `unknown`: it is not known
 * - `note`: information
 */
export type Verdict = 'missing' | 'unsafe' | 'invalid' | 'unknown' | 'note';

/** One thing that a control finds. Its path begins at the setting's value. */
export interface ControlIssue<Code extends string = string> extends Issue<Code | IssueCode> {
  readonly verdict: Verdict;
}

/** What documentation and explanations are made of. */
export interface ControlMetadata {
  readonly title: string;
  /** Why it matters, in one or two sentences. */
  readonly why: string;
  /** What to write into a template by hand. */
  readonly remediation: string;
  /** AWS's own page on it. */
  readonly source: string;
  /** The third-party checks that it satisfies, by their ids. */
  readonly relatedChecks: readonly string[];
}

/**
 * One control: one thing that makes a repository safe, whatever its settings were read from: a template, a request, a
 * live repository.
 */
export interface Control<Name extends string = string, Code extends string = string> {
  /** The name by which exemptions and reports call it. */
  readonly name: Name;
  /** The setting that it checks. The control is skipped if the setting was not read. */
  readonly setting: SettingName;
  /** Whether the policy turns it on; opt-in controls are off by default. */
  readonly isOn: (policy: Policy) => boolean;
  /** Whether its findings open a live repository to others, and so should be fixed first. */
  readonly isUrgent?: boolean;
  /** Whether a value of its setting can be unsafe, so that an unknown one may be. */
  readonly canBeUnsafe?: boolean;
  /** Everything that it finds in the setting. `documents` answers what reads policies that are written as documents. */
  readonly check: (
    settings: KnownSettings,
    policy: Policy,
    documents: DocumentRules,
  ) => readonly ControlIssue<Code>[];
  /** What the policy sets if no safe value is set; empty if there is nothing to set. */
  readonly safeDefault: (policy: Policy) => Partial<Settings>;
}

/** The issue of a setting that is not known. */
export function unknownIssue({ unknown }: Unknown): readonly ControlIssue<never>[] {
  return [{ code: 'unknown', verdict: 'unknown', path: [], actual: unknown }];
}
