import type { Issue, IssueCode } from '../issue.ts';
import type { Unknown } from '../known.ts';
import type { Policy } from '../policy/policy.ts';
import type { KnownSettings, SettingName, Settings } from '../settings/settings.ts';

/**
 * What a control makes of a setting.
 *
 * - `missing`: it is not set, and what ECR does by default is unsafe
 * - `unsafe`: what is set is unsafe
 * - `invalid`: ECR would not take what is set
 * - `unknown`: nobody can know it
 * - `note`: something to know
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
  /** The setting that it checks. It is not asked where that was not looked at. */
  readonly setting: SettingName;
  /** Whether the policy asks for it; the opt-in ones are off by default. */
  readonly isOn: (policy: Policy) => boolean;
  /** Whether what it finds unsafe opens a live repository to others, and so is to be fixed first. */
  readonly isUrgent?: boolean;
  /** Everything that it finds in the setting. */
  readonly check: (settings: KnownSettings, policy: Policy) => readonly ControlIssue<Code>[];
  /** What the policy sets where nothing safe is set; empty where there is nothing to set. */
  readonly safeDefault: (policy: Policy) => Partial<Settings>;
}

/** What a control finds where nobody knows the setting. */
export function unknownIssue({ unknown }: Unknown): readonly ControlIssue<never>[] {
  return [{ code: 'unknown', verdict: 'unknown', path: [], actual: unknown }];
}
