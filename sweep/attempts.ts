/** Several repositories in one request, so that one that fails or is refused does not stop the others. */
import type { HarmSummary } from '../reconcile/guard.ts';
import type { Note, Refusal } from '../reconcile/outcome.ts';
import type { Plan } from '../reconcile/plan.ts';

/** What a request comes to. */
export type Attempt =
  | { readonly kind: 'done'; readonly plans: readonly Plan[]; readonly notes: readonly Note[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Its time is over. */
  | { readonly kind: 'not-reached' };

/** What one repository comes to. */
export type Attempted =
  | {
      readonly kind: 'done';
      readonly plan: Plan;
      /** Why it has no lifecycle policy all the same. */
      readonly withheld?: HarmSummary;
    }
  | { readonly kind: 'deleted' }
  | Exclude<Attempt, { readonly kind: 'done' }>;

/**
 * The outcome of each repository, by name: all together first; without those that a refusal names the next time; and after
 * an error, or a refusal that names none of them, each by itself.
 */
export async function attemptEach(
  names: readonly string[],
  attempt: (names: readonly string[]) => Promise<Attempt>,
): Promise<ReadonlyMap<string, Attempted>> {
  const outcomes = new Map<string, Attempted>();
  for (let left = names; left.length > 0; ) {
    const made = await attempt(left);
    const refused = made.kind === 'refused' ? refusedIn(made.refusal, left) : new Map<string, Refusal>();
    for (const [name, refusal] of refused) outcomes.set(name, { kind: 'refused', refusal });
    if (refused.size > 0) {
      left = left.filter((name) => !refused.has(name));
      continue;
    }
    const isShared = made.kind === 'done' || made.kind === 'not-reached' || left.length === 1;
    for (const name of left)
      outcomes.set(name, isShared ? outcomeOf(name, made) : await attemptOne(name, attempt));
    return outcomes;
  }
  return outcomes;
}

async function attemptOne(
  name: string,
  attempt: (names: readonly string[]) => Promise<Attempt>,
): Promise<Attempted> {
  return outcomeOf(name, await attempt([name]));
}

function outcomeOf(name: string, made: Attempt): Attempted {
  if (made.kind === 'refused' && made.refusal.code === 'deleted') return { kind: 'deleted' };
  if (made.kind !== 'done') return made;
  const plan = made.plans.find(({ observed }) => observed.repository.name === name);
  return plan === undefined ? { kind: 'deleted' } : { kind: 'done', plan };
}

/** The refusal as it is about each of these repositories that it names. */
function refusedIn(refusal: Refusal, names: readonly string[]): ReadonlyMap<string, Refusal> {
  const found = names.flatMap((name) => {
    const own = refusalOf(refusal, name);
    return own === undefined ? [] : [[name, own] as const];
  });
  return new Map(found);
}

/** What a refusal says of one repository; undefined if it does not name it. */
function refusalOf(refusal: Refusal, name: string): Refusal | undefined {
  switch (refusal.code) {
    case 'repositories-refused': {
      const refusals = refusal.refusals.filter(({ repository }) => repository === name);
      return refusals.length === 0 ? undefined : { ...refusal, refusals };
    }
    case 'images-in-use': {
      const images = refusal.images.filter(({ repository }) => repository === name);
      return images.length === 0 ? undefined : { ...refusal, images };
    }
    case 'usage-unread':
    case 'expiry-not-allowed':
      return refusal.repositories.includes(name) ? { ...refusal, repositories: [name] } : undefined;
    case 'in-flight':
    case 'not-in-effect':
      return refusal.repository === name ? refusal : undefined;
    default:
      return undefined;
  }
}
