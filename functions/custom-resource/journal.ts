/** What a request has changed so far: a failure half-way must not leave it so, nor anybody to guess. */

import { isGone, isRefused } from '../runtime/faults.ts';
import type { Ecr } from './ecr/ecr.ts';
import { explain } from './failure.ts';
import { eachOf } from './pool.ts';

/** One change that was made, or may have been: no answer told. */
interface Change {
  readonly setting: string;
  readonly putBack: (ecr: Ecr) => Promise<void>;
}

/** The changes of one request, by what they changed. */
export interface Journal {
  /**
   * Makes a change, and remembers how to put it back unless the service certainly refused it.
   *
   * @param subject a repository's name, or what else is changed as one
   */
  change(subject: string, change: Change & { readonly make: () => Promise<void> }): Promise<void>;
  /**
   * Puts everything back that was changed, the last change of a subject first.
   *
   * What fails leaves the earlier changes of its subject as they are: a memory must outlive what it remembers.
   *
   * @returns the sentences that a failure ends with; empty when nothing was changed
   */
  putBack(ecr: Ecr): Promise<string>;
}

export function startJournal(): Journal {
  const changes = new Map<string, Change[]>();
  return {
    async change(subject, { setting, make, putBack }) {
      const made = changes.get(subject) ?? [];
      changes.set(subject, made);
      made.push({ setting, putBack });
      try {
        await make();
      } catch (error) {
        if (isRefused(error)) made.pop();
        throw error;
      }
    },
    async putBack(ecr) {
      const subjects = [...changes].filter(([, made]) => made.length > 0);
      changes.clear();
      const failures = await eachOf(subjects, async ([subject, made]) => {
        const failure = await putBackInTurn(made.toReversed(), ecr);
        return failure === undefined ? [] : [{ subject, ...failure }];
      });
      return tell(subjects.length, failures.flat());
    },
  };
}

interface Failure {
  readonly settings: readonly string[];
  readonly error: unknown;
}

async function putBackInTurn(latestFirst: readonly Change[], ecr: Ecr): Promise<Failure | undefined> {
  for (const [index, { putBack }] of latestFirst.entries())
    try {
      await putBack(ecr);
    } catch (error) {
      // A repository that is gone has nothing to be put back.
      if (isGone(error)) return undefined;
      return { settings: latestFirst.slice(index).map(({ setting }) => setting), error };
    }
  return undefined;
}

const mostNamed = 10;

function tell(changed: number, failures: readonly (Failure & { readonly subject: string })[]): string {
  const [first] = failures;
  if (changed === 0) return '';
  if (first === undefined) return ' What had been changed was put back.';
  const named = failures
    .slice(0, mostNamed)
    .map(({ subject, settings }) => `${settings.toReversed().join(', ')} of ${subject}`);
  const rest = failures.length > mostNamed ? `; and of ${failures.length - mostNamed} more` : '';
  return ` NOT PUT BACK: ${named.join('; ')}${rest}. ${explain(first.error)}`;
}
