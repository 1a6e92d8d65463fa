/** The changes of a request so far, and how to revert them after a failure. */
import { mayHaveTakenEffect } from '../aws/deadline.ts';
import type { Ecr } from '../aws/ecr/ecr.ts';
import { isRejected, isRepositoryNotFound } from '../aws/faults.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';

/** One change that was made, or may have been made without a response. */
interface Change {
  /** A setting's name, as people read it. */
  readonly setting: string;
  readonly undo: (ecr: Ecr) => Promise<void>;
}

/** The changes of one request, by what they changed. */
export interface UndoLog {
  /**
   * Makes a change, and records how to undo it unless the service certainly rejected it.
   *
   * @param subject a repository's name, or what else is changed as one
   */
  run(subject: string, change: Change & { readonly do: () => Promise<void> }): Promise<void>;
  /**
   * Undoes every change, the last one of a subject first. One that fails leaves the earlier ones of its subject.
   *
   * @param only this subject; all of them when left out
   */
  undo(ecr: Ecr, only?: string): Promise<Undone>;
}

/** The result. */
export interface Undone {
  /** Whether there were any changes. */
  readonly isChanged: boolean;
  readonly failures: readonly UndoFailure[];
}

/** A subject that could not be reverted completely, and the settings that were not. */
export interface UndoFailure {
  readonly subject: string;
  readonly settings: readonly string[];
  readonly error: unknown;
}

export function startUndoLog(): UndoLog {
  const changes = new Map<string, Change[]>();
  return {
    async run(subject, { setting, do: make, undo }) {
      const made = changes.get(subject) ?? [];
      changes.set(subject, made);
      made.push({ setting, undo });
      try {
        await make();
      } catch (error) {
        if (isRejected(error) && !mayHaveTakenEffect(error)) made.pop();
        throw error;
      }
    },
    async undo(ecr, only) {
      const subjects = [...changes].filter(
        ([subject, made]) => made.length > 0 && (only === undefined || only === subject),
      );
      for (const [subject] of subjects) changes.delete(subject);
      const failures = await mapConcurrently(subjects, ([subject, made]) =>
        undoInTurn(subject, made.toReversed(), ecr),
      );
      return {
        isChanged: subjects.length > 0,
        failures: failures.filter((failure) => failure !== undefined),
      };
    },
  };
}

async function undoInTurn(
  subject: string,
  latestFirst: readonly Change[],
  ecr: Ecr,
): Promise<UndoFailure | undefined> {
  for (const [index, { undo }] of latestFirst.entries())
    try {
      await undo(ecr);
    } catch (error) {
      // A deleted repository needs no undo.
      if (isRepositoryNotFound(error)) return undefined;
      const settings = latestFirst.slice(index).map(({ setting }) => setting);
      return { subject, settings: [...new Set(settings)].toReversed(), error };
    }
  return undefined;
}
