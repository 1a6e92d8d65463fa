/** The changes of a request so far, and how to revert them after a failure. */
import { type Deadline, mayHaveTakenEffect, readUntil } from '../aws/deadline.ts';
import type { Ecr } from '../aws/ecr/ecr.ts';
import { isRejected, isRepositoryNotFound } from '../aws/faults.ts';
import { mapRepositories } from './map-repositories.ts';
import { readLagMs } from './read-lag.ts';
import type { NotHeld } from './retake-leases.ts';

/** One change that was made, or may have been made without a response. */
interface Change {
  /** A setting's name, as people read it. */
  readonly setting: string;
  readonly undo: (ecr: Ecr) => Promise<void>;
  /** Whether the setting reads as it was before the change. */
  readonly isAsBefore: (ecr: Ecr) => Promise<boolean>;
}

/** How settings are read whose undo failed, with time of its own. */
export interface Rereading {
  readonly ecr: Ecr;
  readonly deadline: Deadline;
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
   * @param rereading for what failed, whose outcome may be unknown: a setting that reads as before is no failure
   * @param notHeld subjects that are left as they are, each a failure if there is an error
   */
  undo(ecr: Ecr, options?: UndoOptions): Promise<Undone>;
}

interface UndoOptions {
  readonly only?: string;
  readonly rereading?: Rereading;
  readonly notHeld?: NotHeld;
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
    async run(subject, { do: make, ...change }) {
      const made = changes.get(subject) ?? [];
      changes.set(subject, made);
      made.push(change);
      try {
        await make();
      } catch (error) {
        if (isRejected(error) && !mayHaveTakenEffect(error)) made.pop();
        throw error;
      }
    },
    async undo(ecr, { only, rereading, notHeld = new Map() } = {}) {
      const subjects = [...changes].filter(
        ([subject, made]) => made.length > 0 && (only === undefined || only === subject),
      );
      for (const [subject] of subjects) changes.delete(subject);
      const failures = await mapRepositories(subjects, async ([subject, made]) => {
        if (!notHeld.has(subject)) return undoInTurn(subject, made.toReversed(), ecr, rereading);
        const error = notHeld.get(subject);
        return error === undefined ? undefined : { subject, settings: settingsOf(made), error };
      });
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
  rereading: Rereading | undefined,
): Promise<UndoFailure | undefined> {
  for (const [index, { undo }] of latestFirst.entries())
    try {
      await undo(ecr);
    } catch (error) {
      // A deleted repository needs no undo.
      if (isRepositoryNotFound(error)) return undefined;
      const left = await stillChanged(latestFirst.slice(index), rereading);
      const settings = settingsOf(left).toReversed();
      return settings.length === 0 ? undefined : { subject, settings, error };
    }
  return undefined;
}

function settingsOf(changes: readonly Change[]): readonly string[] {
  return [...new Set(changes.map(({ setting }) => setting))];
}

/**
 * Those of the changes that are still there, as far as reading shows: a change and its undo may each have had its effect
 * without a response. As long as reads may lag behind, one that shows the value before is not believed.
 */
async function stillChanged(
  changes: readonly Change[],
  rereading: Rereading | undefined,
): Promise<readonly Change[]> {
  if (rereading === undefined) return changes;
  const { ecr, deadline } = rereading;
  const read = () => Promise.all(changes.map(({ isAsBefore }) => isAsBefore(ecr)));
  try {
    const areAsBefore = await readUntil(read, (each) => each.includes(false), deadline, readLagMs);
    return changes.filter((_change, index) => areAsBefore[index] !== true);
  } catch {
    // The undo has failed already, and its error is reported.
    return changes;
  }
}
