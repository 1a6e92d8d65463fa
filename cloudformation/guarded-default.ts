/** What becomes of a default lifecycle policy in a template, once the repositories that are there were looked at. */
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import type { LifecycleGuard } from '../core/policy/values.ts';
import { lifecyclePolicyKey } from '../core/settings/lifecycle-policy.ts';
import type { GuardOutcome, GuardReport, SettledDecision } from '../core/usage/guard-report.ts';
import type { ControlFinding } from './control-context.ts';
import { dynamicReference, isStack, makeIf, noValue } from './intrinsics.ts';

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
        outcome: isRefused(decision, mode) ? 'violation' : 'kept',
        after: undefined,
      };
    case 'keep-present': {
      const outcome = isRefused(decision, mode) ? 'violation' : 'set';
      return { ...about, code: 'policy-written-back', outcome, after: toWrite(decision, written.after) };
    }
    case 'by-stack': {
      const isViolation = decision.stacks.some((stack) => isRefused(stack.decision, mode));
      const outcome = isViolation ? 'violation' : 'set';
      return { ...about, code: 'policy-by-stack', outcome, after: valueByStack(decision, written.after) };
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

function valueByStack({ stacks, otherwise }: ByStack, written: Json | undefined): Json | undefined {
  return stacks.reduceRight<Json | undefined>(
    (rest, { stackName, decision }) =>
      makeIf(conditionOf(stackName), toWrite(decision, written), rest ?? noValue),
    toWrite(otherwise, written),
  );
}

type ByStack = Extract<GuardOutcome, { readonly kind: 'by-stack' }>;

/** The conditions that values by stack need in the template. */
export function stackConditions(reports: readonly GuardReport[]): JsonObject {
  return Object.fromEntries(
    reports.flatMap(({ outcome }) =>
      outcome.kind === 'by-stack'
        ? outcome.stacks.map(({ stackName }) => [conditionOf(stackName), isStack(stackName)] as const)
        : [],
    ),
  );
}

/** A name of letters and digits, another one for each stack. */
function conditionOf(stackName: string): string {
  return `EcrHardeningStackIs${stackName.replaceAll('0', '00').replaceAll('-', '0d')}`;
}

/** A policy that is there, as the template has the default. */
function inPlaceOf(written: Json | undefined, text: string): Json {
  // CloudFormation would resolve it, and whoever may put a policy may not read a secret with it. In JSON both are the same.
  const inert = text.replaceAll(dynamicReference, `\\u007b${dynamicReference.slice(1)}`);
  return isObject(written) ? { [lifecyclePolicyKey]: inert } : inert;
}
