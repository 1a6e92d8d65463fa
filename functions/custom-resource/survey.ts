/** Which repositories a selection means, and what they are set to. */
import { readUntil } from '../../aws/deadline.ts';
import { isRepositoryNotFound } from '../../aws/faults.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import type { Repository } from './ecr/ecr.ts';
import { decodeMemory, type Memory, memoryKeys } from './memory.ts';
import type { Found } from './plan.ts';
import {
  exactName,
  matchingNothing,
  type Selection,
  selectsName,
  selectsTags,
} from './properties/selection.ts';
import type { Surroundings } from './surroundings.ts';

/** The most repositories that one resource holds. */
const mostRepositories = 5000;

/** A repository with its own tags. */
export type Tagged = Omit<Found, 'lifecycle'>;

/** The repositories that a selection means, and those that it names but whose tags are not those asked for. */
export interface Survey {
  readonly selected: readonly Tagged[];
  readonly passedOver: readonly Tagged[];
}

/**
 * The repositories that a selection means, or the sentence that refuses it.
 *
 * What was created just now may not be found at once: names and patterns that match nothing are looked for a while.
 */
export async function selectRepositories(
  selection: Selection,
  surroundings: Surroundings,
): Promise<Survey | { readonly refusal: string }> {
  const { ecr, deadline } = surroundings;
  const name = exactName(selection);
  if (name !== undefined && !selection.allowNoMatch) {
    const repository = await readUntil(
      () => ecr.repository(name),
      (found) => found !== undefined,
      deadline,
    );
    if (repository === undefined)
      return {
        refusal: `Repository ${name} does not exist in this account and region: create it first, or correct RepositoryName.`,
      };
    return narrow(selection, [repository], surroundings);
  }
  const vainOf = (found: readonly Repository[]) =>
    selection.allowNoMatch
      ? []
      : matchingNothing(
          selection,
          found.map((each) => each.name),
        );
  const all = await readUntil(
    () => readByName(selection, surroundings),
    (found) => vainOf(found).length === 0,
    deadline,
  );
  const vain = vainOf(all);
  if (vain.length > 0)
    return {
      refusal: `No repository of this account and region matches ${vain.slice(0, 10).join(', ')}${vain.length > 10 ? ` and ${vain.length - 10} more` : ''}: correct it, or say AllowNoMatch: true.`,
    };
  return narrow(selection, all, surroundings);
}

/** Every repository that a selection names, whatever its tags; also those that would be too many. */
export async function repositoriesNamed(
  selection: Selection,
  surroundings: Surroundings,
): Promise<readonly Repository[]> {
  const all = await readByName(selection, surroundings);
  return all.filter(({ name }) => selectsName(selection, name));
}

/** Everything, for who looks for what it holds: what was selected before a dry run is known by its tags only. */
export function wholeRegistry(selection: Selection): Selection {
  return { ...selection, name: '*', names: undefined, exclude: [] };
}

/** Repositories with their tags; those that are gone meanwhile are left out. */
export async function readTags(
  repositories: readonly Repository[],
  { ecr, log }: Surroundings,
): Promise<readonly Tagged[]> {
  const tagged = await mapConcurrently(repositories, async (repository): Promise<Tagged[]> => {
    try {
      const tags = await ecr.tags(repository.arn);
      return [{ repository, tags, memory: readMemory(repository.name, tags, log) }];
    } catch (error) {
      if (!isRepositoryNotFound(error)) throw error;
      log({ level: 'WARN', message: 'deleted meanwhile', repository: repository.name });
      return [];
    }
  });
  return tagged.flat();
}

/** The same with their lifecycle policies, where anybody needs to know them. */
export async function readLifecycles(
  tagged: readonly Tagged[],
  isNeeded: (memory: Memory | undefined) => boolean,
  { ecr, log }: Surroundings,
): Promise<readonly Found[]> {
  const found = await mapConcurrently(tagged, async (each): Promise<Found[]> => {
    if (!isNeeded(each.memory)) return [{ ...each, lifecycle: undefined }];
    try {
      return [{ ...each, lifecycle: { text: await ecr.lifecyclePolicy(each.repository.name) } }];
    } catch (error) {
      if (!isRepositoryNotFound(error)) throw error;
      log({ level: 'WARN', message: 'deleted meanwhile', repository: each.repository.name });
      return [];
    }
  });
  return found.flat();
}

/** Whether a memory speaks of the lifecycle policy, so that it has to be read. */
export function remembersLifecycle(memory: Memory | undefined): boolean {
  return memory?.set.lifecycle !== undefined || memory?.before.lifecycle !== undefined;
}

async function readByName(selection: Selection, { ecr }: Surroundings): Promise<readonly Repository[]> {
  const name = exactName(selection);
  if (name === undefined) return ecr.repositories();
  const only = await ecr.repository(name);
  return only === undefined ? [] : [only];
}

async function narrow(
  selection: Selection,
  repositories: readonly Repository[],
  surroundings: Surroundings,
): Promise<Survey | { readonly refusal: string }> {
  const named = repositories.filter(({ name }) => selectsName(selection, name));
  surroundings.progress.repositories = named.length;
  const hasTags = Object.keys(selection.tags).length > 0;
  const isTooMany = (count: number) => count > mostRepositories;
  const tooMany = (count: number) => ({
    refusal: `The selection matches ${count} repositories, and one resource holds at most ${mostRepositories}: divide them among several, by name.`,
  });
  if (!hasTags && isTooMany(named.length)) return tooMany(named.length);
  const tagged = await readTags(named, surroundings);
  const selected = tagged.filter(({ tags }) => selectsTags(selection, tags));
  const passedOver = tagged.filter(({ tags }) => !selectsTags(selection, tags));
  if (isTooMany(selected.length)) return tooMany(selected.length);
  if (selected.length === 0 && !selection.allowNoMatch)
    return {
      refusal:
        'No repository of this account and region is left by RepositoryName, RepositoryNames, RepositoryTags and Exclude together: correct them, or say AllowNoMatch: true.',
    };
  return { selected, passedOver };
}

/** A memory that somebody edited cannot be trusted: it counts as none, and that is told. */
function readMemory(
  repository: string,
  tags: ReadonlyMap<string, string>,
  log: Surroundings['log'],
): Memory | undefined {
  const memory = decodeMemory(tags);
  if (memory === undefined && memoryKeys(tags).length > 0)
    log({ level: 'WARN', message: 'the tags that remember its settings are damaged', repository });
  return memory;
}
