/** What becomes of a default lifecycle policy in a template, once the repositories that are there were looked at. */
import { isObject, type Json } from '../core/json.ts';
import type { LifecycleGuard } from '../core/policy/values.ts';
import { lifecyclePolicyKey } from '../core/settings/lifecycle-policy.ts';
import type { GuardReport } from '../core/usage/guard-report.ts';
import type { ControlFinding } from './control-context.ts';
import { dynamicReference } from './intrinsics.ts';

/** The text of a default that is about to be written. */
export function textOfDefault({ after = null }: ControlFinding): string {
  return String(isObject(after) ? after[lifecyclePolicyKey] : after);
}

/** The finding about a default, with what is written instead of it as `after`. */
export function guardedFinding(
  written: ControlFinding,
  guard: GuardReport,
  mode: LifecycleGuard,
): ControlFinding {
  const { outcome: decision } = guard;
  const about = { ...written, guard };
  switch (decision.kind) {
    case 'write':
      return guard.affected === 0 ? written : { ...about, code: 'default-guarded' };
    case 'withhold':
      return {
        ...about,
        code: 'default-withheld',
        outcome: mode === 'Refuse' ? 'violation' : 'kept',
        after: undefined,
      };
    case 'keep-present': {
      // One that the macro never made is no default's business; an earlier default may have to give way, and cannot.
      const isRefused = mode === 'Refuse' && decision.causes.some(({ code }) => code !== 'not-default');
      const after = inPlaceOf(written.after, decision.text);
      return { ...about, code: 'policy-written-back', outcome: isRefused ? 'violation' : 'set', after };
    }
    case 'cannot-know':
    case 'conflict':
    case 'not-found':
      return { ...about, code: 'default-undecided', outcome: 'invalid', after: undefined };
    default:
      return decision satisfies never;
  }
}

/** A policy that is there, as the template has the default. */
function inPlaceOf(written: Json | undefined, text: string): Json {
  // CloudFormation would resolve it, and whoever may put a policy may not read a secret with it. In JSON both are the same.
  const inert = text.replaceAll(dynamicReference, `\\u007b${dynamicReference.slice(1)}`);
  return isObject(written) ? { [lifecyclePolicyKey]: inert } : inert;
}
