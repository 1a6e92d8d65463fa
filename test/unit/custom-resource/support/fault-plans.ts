/** When the calls that are about one repository fail, and how. */
import type { Fault } from './faults.ts';
import type { Step } from './operations.ts';

/** A step that fails so many times (Infinity: always). */
export interface StepPlan {
  readonly step: Step;
  readonly fault: Fault;
  readonly times: number;
  /** The occurrence of the step that fails first; 1 when left out. */
  readonly from?: number;
}

/** The n-th call, whatever it is, and those after it fail, so many in all. */
export interface CallPlan {
  readonly callNumber: number;
  readonly fault: Fault;
  readonly times: number;
}

export type FaultPlan = StepPlan | CallPlan;

/** By the name that a call is about first, or `*`; answers have it in their path. The counting goes by the object. */
export type FaultPlans = Map<string, readonly FaultPlan[]>;

/** The fault that strikes a call now, if any. */
export function faultFinder(plans: FaultPlans): (key: string, step: Step) => Fault | undefined {
  const counts = new WeakMap<FaultPlan, number>();
  const strikes = (plan: FaultPlan, step: Step): boolean => {
    const isMeant = 'step' in plan ? plan.step === step : step !== 'answer';
    if (!isMeant) return false;
    const count = (counts.get(plan) ?? 0) + 1;
    counts.set(plan, count);
    const first = 'step' in plan ? (plan.from ?? 1) : plan.callNumber;
    return count >= first && count < first + plan.times;
  };
  return (key, step) => {
    const striking = (plans.get(key) ?? []).filter((plan) => strikes(plan, step));
    return striking[0]?.fault;
  };
}
