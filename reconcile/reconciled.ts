import type { AccountChange } from './account-settings.ts';
import type { Note, Refusal } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Scanning } from './scanning.ts';

/** The result of a request. */
export type Reconciled =
  | {
      readonly plans: readonly Plan[];
      readonly account: readonly AccountChange[];
      readonly scanning: Scanning;
      readonly notes: readonly Note[];
    }
  | { readonly refusal: Refusal };
