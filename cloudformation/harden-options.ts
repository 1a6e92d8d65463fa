import type { Policy } from '../core/policy/policy.ts';
import type { ParameterValues } from './intrinsics.ts';
import type { DescribeFinding } from './report.ts';
import type { SettingsFunction } from './settings-resource.ts';

/** What hardening depends on beside the fragment. */
export interface HardenOptions {
  /** The policy of the application and of the transform's own Parameters. */
  readonly policy: Policy;
  /** The template's parameters with their values for this deployment. */
  readonly parameters: ParameterValues;
  /** The day that exemptions are checked against, as YYYY-MM-DD; asked for only where one ends. */
  readonly today: () => string;
  /** What a `Custom::EcrSettings` is completed with; undefined leaves it as it is. */
  readonly settings?: SettingsFunction | undefined;
  /** How `Report` writes a finding into a resource's Metadata. */
  readonly describe: DescribeFinding;
}
