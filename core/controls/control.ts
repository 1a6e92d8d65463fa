import type { DocumentRules } from '../documents.ts';
import type { Policy } from '../policy/policy.ts';
import type { KnownSettings, SettingName, Settings } from '../settings/settings.ts';
import type { ControlIssue } from './control-issue.ts';

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

/** Of a control that no policy turns off. */
export const always = () => true;
