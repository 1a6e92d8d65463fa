/** Guards a lifecycle policy that an update of a stack puts in place of another one. */
import { type UsageSource, usageSources } from '../core/usage/evidence.ts';
import { changesPolicy, judgePolicyChange, type PolicyChange } from '../core/usage/policy-change.ts';
import { type LookOptions, type LookTarget, lookAt } from './look.ts';

/** What a guard of one policy reads, and what it protects. */
export interface GuardChangeOptions
  extends Pick<
    LookOptions,
    'ecr' | 'readIndexes' | 'usage' | 'registry' | 'protectPulledWithinDays' | 'now'
  > {
  /** The sources without which it is not known whether images that expire are in use. */
  readonly required: readonly UsageSource[];
}

/** What the policy would do. Never throws for a failed call: what is not read is part of what is answered. */
export async function guardChange(target: LookTarget, options: GuardChangeOptions): Promise<PolicyChange> {
  const { repositories, evidence } = await lookAt({
    ...options,
    targets: [target],
    sources: usageSources,
    isEffectNeeded: changesPolicy,
  });
  const [look] = repositories;
  if (look === undefined) throw new Error('the repository was not looked at');
  return judgePolicyChange(look, { sources: evidence?.sources, required: options.required });
}
