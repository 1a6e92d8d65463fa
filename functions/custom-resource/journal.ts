/** What a request has changed so far: a failure half-way must not leave it so, nor anybody to guess. */

import { mayHaveTakenEffect } from '../../aws/deadline.ts';
import { isRejected, isRepositoryNotFound } from '../../aws/faults.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import type { Ecr } from './ecr/ecr.ts';
import { explain } from './failure.ts';

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
   * @param only this subject; all of them when left out
   * @returns undefined when nothing was changed
   */
  putBack(ecr: Ecr, only?: string): Promise<PutBack | undefined>;
}

/** What became of it. */
export interface PutBack {
  readonly failures: readonly Failure[];
  /** The sentences that a failure ends with. */
  readonly told: string;
}

/** A subject of which not everything was put back, and what was not. */
export interface Failure {
  readonly subject: string;
  readonly settings: readonly string[];
  readonly error: unknown;
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
        if (isRejected(error) && !mayHaveTakenEffect(error)) made.pop();
        throw error;
      }
    },
    async putBack(ecr, only) {
      const subjects = [...changes].filter(
        ([subject, made]) => made.length > 0 && (only === undefined || only === subject),
      );
      for (const [subject] of subjects) changes.delete(subject);
      if (subjects.length === 0) return undefined;
      const failures = await mapConcurrently(subjects, ([subject, made]) =>
        putBackInTurn(subject, made.toReversed(), ecr),
      );
      const left = failures.filter((failure) => failure !== undefined);
      return { failures: left, told: tell(left) };
    },
  };
}

async function putBackInTurn(
  subject: string,
  latestFirst: readonly Change[],
  ecr: Ecr,
): Promise<Failure | undefined> {
  for (const [index, { putBack }] of latestFirst.entries())
    try {
      await putBack(ecr);
    } catch (error) {
      // A repository that is gone has nothing to be put back.
      if (isRepositoryNotFound(error)) return undefined;
      const settings = latestFirst.slice(index).map(({ setting }) => setting);
      return { subject, settings: [...new Set(settings)].toReversed(), error };
    }
  return undefined;
}

// What fits into CloudFormation's 4,096 bytes beside the reason of the failure itself; the log has every one.
const mostCharacters = 1_500;

function tell(failures: readonly Failure[]): string {
  const [first] = failures;
  if (first === undefined) return ' What had been changed was put back.';
  let length = 0;
  const named = failures
    .map(({ subject, settings }) => `${settings.join(', ')} of ${subject}`)
    .filter((name) => {
      length += name.length + 2;
      return length <= mostCharacters;
    });
  const rest = failures.length - named.length;
  const more = rest > 0 ? `; and of ${rest} more (the log has them)` : '';
  return ` NOT PUT BACK: ${named.join('; ')}${more}. ${explain(first.error).slice(0, 300)}`;
}
