/** What a resource's own Metadata may say. */
import type { ControlName } from '../core/controls/index.ts';
import type { Exemption } from '../core/policy/exemption-tag.ts';
import type { Policy } from '../core/policy/policy.ts';

/** The key of a resource's Metadata that is ours. */
export const metadataKey = 'EcrHardening';
/** Where `Report` writes under that key. */
export const reportKey = 'Findings';

/** The settings of a resource's own Metadata: its policy, and the controls that it is exempt from. */
export interface ResourceRules {
  readonly policy: Policy;
  /** Whether the policy holds a parameter's value, which must not be shown. */
  readonly isRedacted: boolean;
  /** The controls that it is, or was, exempt from. */
  readonly exempt: readonly ControlName[];
  /** The day on which the exemption ended, if it has. */
  readonly endedOn: string | undefined;
  /** The exemption that is in force. */
  readonly exemption: Exemption | undefined;
}

/** The rules of a resource that has none of its own. */
export function withoutRules(policy: Policy): ResourceRules {
  return { policy, isRedacted: false, exempt: [], endedOn: undefined, exemption: undefined };
}
