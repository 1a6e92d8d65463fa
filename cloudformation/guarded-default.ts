/** What becomes of a default lifecycle policy in a template, once the repositories that are there were looked at. */
import { isObject, type Json } from '../core/json.ts';
import type { LifecycleGuard } from '../core/policy/values.ts';
import { lifecyclePolicyKey } from '../core/settings/lifecycle-policy.ts';
import type { GuardReport, SettledDecision } from '../core/usage/guard-report.ts';
import { type ByStack, stackGroups } from '../core/usage/stack-groups.ts';
import type { ControlFinding } from './control-context.ts';
import { dynamicReference, makeIf } from './intrinsics.ts';
import { type StackConditions, stackConditions } from './stack-conditions.ts';

/** The text of a default that is about to be written. */
export function textOfDefault({ after = null }: ControlFinding): string {
  return String(isObject(after) ? after[lifecyclePolicyKey] : after);
}

/**
 * The finding about a default, with what is written instead of it as `after`.
 *
 * @param conditions those of the template, in which the report has its own
 */
export function guardedFinding(
  written: ControlFinding,
  guard: GuardReport,
  mode: LifecycleGuard,
  conditions: StackConditions = stackConditions([guard]),
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
        outcome: isRefused(decision, mode) ? 'violation' : 'kept',
        after: undefined,
      };
    case 'keep-present': {
      const outcome = isRefused(decision, mode) ? 'violation' : 'set';
      return { ...about, code: 'policy-written-back', outcome, after: toWrite(decision, written.after) };
    }
    case 'by-stack': {
      const decisions = [...decision.stacks.map((stack) => stack.decision), decision.otherwise];
      const outcome = decisions.some((each) => isRefused(each, mode)) ? 'violation' : 'set';
      const after = valueByStack(decision, written.after, conditions);
      return { ...about, code: 'policy-by-stack', outcome, after };
    }
    case 'cannot-know':
    case 'conflict':
    case 'not-found':
      return { ...about, code: 'default-undecided', outcome: 'invalid', after: undefined };
    default:
      return decision satisfies never;
  }
}

/** Whether Refuse fails the change set: for images in use, not for a policy that the macro never made. */
function isRefused(decision: SettledDecision, mode: LifecycleGuard): boolean {
  return (
    mode === 'Refuse' &&
    decision.kind !== 'write' &&
    decision.causes.some(({ code }) => code !== 'not-default')
  );
}

/** What a decision writes in place of the default; undefined for nothing. */
function toWrite(decision: SettledDecision, written: Json | undefined): Json | undefined {
  switch (decision.kind) {
    case 'write':
      return written;
    case 'withhold':
      return undefined;
    case 'keep-present':
      return inPlaceOf(written, decision.text);
    default:
      return decision satisfies never;
  }
}

function valueByStack(
  decision: ByStack,
  written: Json | undefined,
  { nameOf }: StackConditions,
): Json | undefined {
  return stackGroups(decision).reduceRight<Json | undefined>(
    (rest, group) => makeIf(nameOf(group.stackNames), toWrite(group.decision, written), rest),
    toWrite(decision.otherwise, written),
  );
}

/** A policy that is there, as the template has the default. */
function inPlaceOf(written: Json | undefined, text: string): Json {
  // CloudFormation would resolve it, and whoever may put a policy may not read a secret with it. In JSON both are the same.
  const inert = text.replaceAll(dynamicReference, `\\u007b${dynamicReference.slice(1)}`);
  return isObject(written) ? { [lifecyclePolicyKey]: inert } : inert;
}
