/** The state of one repository that a request finds. Pure. */
import { reviveClaim } from '../core/claims/operations.ts';
import { type Claim, claimOf, newestClaim, type Ownership } from '../core/claims/record.ts';
import { revertsLastChange } from '../core/claims/rolled-back.ts';
import type { Policy } from '../core/policy/policy.ts';
import type { RepositorySettings, WritableSettingName } from '../core/settings/repository-settings.ts';
import type { DesiredSettings, Requester } from './desired.ts';
import type { ObservedRepository } from './observe.ts';

/** The request, and what the organisation's policy allows. */
export interface PlanInput {
  readonly desired: DesiredSettings;
  readonly requester: Requester;
  readonly policy: Policy;
  readonly allowWeakening: boolean;
  /** Whether the request is known to be a rollback, which is not refused. */
  readonly isRollback: boolean;
  /** Repositories whose lifecycle policy is kept, since the one to restore would expire images in use. */
  readonly keptPolicies: ReadonlySet<string>;
  /** By repository, the settings that its tag exempts from the keeper; read where only the keeper's claim would refuse. */
  readonly exempt?: ReadonlyMap<string, readonly WritableSettingName[]>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The claims, and the place of the request's own among them. */
export interface PlanState {
  readonly ownership: Ownership;
  /** The claim of the requester. */
  readonly own: Claim | undefined;
  /** The claim that is in effect. */
  readonly newest: Claim | undefined;
  /** The own claim, if the request reverts its last change. */
  readonly rollback: Claim | undefined;
  /** Whether the request is a rollback, be it of the own claim or by what is known of the request. */
  readonly isRollback: boolean;
  /** Whether this is a duplicate delivery, and another resource has taken over since. */
  readonly isServed: boolean;
}

export function stateOf(
  { requester, isRollback }: Pick<PlanInput, 'requester' | 'isRollback'>,
  observed: ObservedRepository,
): PlanState {
  const { record, settings } = observed;
  const empty: Ownership = { original: settings, claims: [], retained: [] };
  const ownership = knowing(reviveClaim(record ?? empty, requester.holder, requester.properties), settings);
  const own = claimOf(ownership, requester.holder);
  // An Update that rolls another one back has the properties from before it.
  const isOwnReverted =
    own !== undefined && requester.isRollback !== false && revertsLastChange(own, requester);
  const newest = newestClaim(ownership);
  const isServed = own !== undefined && own !== newest && own.request === requester.request;
  const rollback = isOwnReverted && !isServed ? own : undefined;
  return { ownership, own, newest, rollback, isRollback: isRollback || rollback !== undefined, isServed };
}

/**
 * The claims with the original settings completed: there is no claim yet, or the lifecycle policy was not read when
 * the first one was added. A request that fails restores a record without it.
 */
function knowing(ownership: Ownership, settings: RepositorySettings): Ownership {
  const { claims, original } = ownership;
  if (claims.length === 0) return { ...ownership, original: settings };
  const { lifecyclePolicy } = settings;
  return original.lifecyclePolicy !== undefined || lifecyclePolicy === undefined
    ? ownership
    : { ...ownership, original: { ...original, lifecyclePolicy } };
}
