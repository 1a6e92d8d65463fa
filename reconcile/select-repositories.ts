/** Finds the repositories of a selection. */

import { readUntil } from '../aws/deadline.ts';
import type { Repository } from '../aws/ecr/ecr.ts';
import type { ReconcileContext } from './context.ts';
import { readTags } from './observe.ts';
import type { Refusal } from './outcome.ts';
import { readLagMs } from './read-lag.ts';
import { exactName, nameSelector, type Selection, selectsTags, unmatchedPatterns } from './selection.ts';

/** The most repositories that one resource manages. */
const maxRepositories = 5000;

/** The selected repositories, and those that it names but whose tags do not match. */
export interface SelectedRepositories {
  readonly selected: readonly Repository[];
  readonly deselected: readonly Repository[];
  /** When the reading began, in milliseconds since 1970. */
  readonly readAt: number;
}

type SelectContext = Pick<ReconcileContext, 'ecr' | 'deadline' | 'progress' | 'now' | 'log'>;

/**
 * The selected repositories, or why the selection is refused.
 *
 * A repository that was just created may not be listed at once, nor its tags: selectors that match nothing are retried
 * for a while.
 *
 * @param held for a rollback: if the selection is too large, only repositories with these ARNs count
 */
export async function selectRepositories(
  selection: Selection,
  context: SelectContext,
  held?: ReadonlySet<string>,
): Promise<SelectedRepositories | { readonly refusal: Refusal }> {
  const name = exactName(selection);
  const unmatched = (found: readonly Repository[]) =>
    selection.allowNoMatch
      ? []
      : unmatchedPatterns(
          selection,
          found.map((each) => each.name),
        );
  const read = async () => {
    const readAt = context.now();
    const all = await readByName(selection, context);
    const patterns = unmatched(all);
    if (patterns.length > 0)
      return {
        // Beside a name there may be others, which are patterns like any.
        refusal:
          name === undefined || all.some((each) => each.name === name)
            ? ({ code: 'no-match', patterns } as const)
            : ({ code: 'not-found', repository: name } as const),
      };
    const isHeld = ({ arn }: Repository) => held?.has(arn) ?? true;
    const limited = all.length > maxRepositories ? all.filter(isHeld) : all;
    return narrow(selection, limited, { ...context, readAt });
  };
  return readUntil(
    read,
    (found) => !('refusal' in found) || found.refusal.code === 'too-many',
    context.deadline,
    readLagMs,
  );
}

// By 100, so that a few calls take the place of listing a registry of any size.
const maxNamed = 1000;

async function readByName(
  selection: Selection,
  { ecr }: Pick<ReconcileContext, 'ecr'>,
): Promise<readonly Repository[]> {
  const name = exactName(selection);
  const isAlone = selection.name === undefined || selection.names === undefined;
  if (name === undefined || !isAlone) {
    const names = literalNames(selection);
    return names === undefined ? ecr.repositories() : ecr.repositoriesNamed(names);
  }
  const only = await ecr.repository(name);
  return only === undefined ? [] : [only];
}

/** The names, each once, where they are all that is selected by. */
function literalNames({ name, names }: Selection): readonly string[] | undefined {
  const distinct = [...new Set(names)];
  const areFew = distinct.length > 0 && distinct.length <= maxNamed;
  return name === undefined && areFew && !distinct.some((each) => each.includes('*')) ? distinct : undefined;
}

async function narrow(
  selection: Selection,
  repositories: readonly Repository[],
  context: SelectContext & { readonly readAt: number },
): Promise<SelectedRepositories | { readonly refusal: Refusal }> {
  const isSelected = nameSelector(selection);
  const named = repositories.filter(({ name }) => isSelected(name));
  context.progress.repositories = named.length;
  const hasTags = Object.keys(selection.tags).length > 0;
  const tooMany = (count: number) => ({
    refusal: { code: 'too-many', count, max: maxRepositories } as const,
  });
  if (!hasTags && named.length > maxRepositories) return tooMany(named.length);
  const [selected, deselected] = hasTags ? await splitByTags(selection, named, context) : [named, []];
  if (selected.length > maxRepositories) return tooMany(selected.length);
  if (selected.length === 0 && !selection.allowNoMatch) return { refusal: { code: 'nothing-selected' } };
  return { selected, deselected, readAt: context.readAt };
}

async function splitByTags(
  selection: Selection,
  named: readonly Repository[],
  context: SelectContext,
): Promise<readonly [readonly Repository[], readonly Repository[]]> {
  const tagged = await readTags(named, context);
  const isSelected = ({ tags }: (typeof tagged)[number]) => selectsTags(selection, tags);
  const bare = (each: (typeof tagged)[number]) => each.repository;
  return [tagged.filter(isSelected).map(bare), tagged.filter((each) => !isSelected(each)).map(bare)];
}
