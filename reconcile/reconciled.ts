/** The result of a request, over all the rounds that it took. Pure. */
import type { AccountChange } from './account-settings.ts';
import type { Note, Refusal } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Scanning } from './scanning.ts';
import { isWriting } from './writes.ts';

/** What a request has done. */
export interface Done {
  readonly plans: readonly Plan[];
  readonly account: readonly AccountChange[];
  readonly scanning: Scanning;
  readonly notes: readonly Note[];
  /** Of a dry run to which an Update returns: what became of the repositories that the Update before had changed. */
  readonly takenBack?: readonly Note[];
}

/** The result of a request. */
export type Reconciled = Done | { readonly refusal: Refusal };

/** What a request has done that had to start again: the repositories of the later round, with what either has written. */
export function bothRounds(earlier: Done, later: Done): Done {
  const before = new Map(earlier.plans.map((plan) => [plan.observed.repository.arn, plan]));
  return {
    ...later,
    plans: later.plans.map((plan) => bothPlans(before.get(plan.observed.repository.arn), plan)),
    account: [...earlier.account, ...later.account],
    notes: eachOnce([...earlier.notes, ...later.notes]),
  };
}

function bothPlans(earlier: Plan | undefined, later: Plan): Plan {
  if (earlier === undefined) return later;
  const notes = eachOnce([...earlier.notes, ...later.notes]);
  if (!isWriting(earlier)) return { ...later, notes };
  return {
    ...later,
    // As it was before the request changed it.
    observed: earlier.observed,
    tagMutability: later.tagMutability ?? earlier.tagMutability,
    scanOnPush: later.scanOnPush ?? earlier.scanOnPush,
    lifecyclePolicy: later.lifecyclePolicy === undefined ? earlier.lifecyclePolicy : later.lifecyclePolicy,
    notes,
  };
}

function eachOnce(notes: readonly Note[]): readonly Note[] {
  return [...new Map(notes.map((note) => [JSON.stringify(note), note])).values()];
}
