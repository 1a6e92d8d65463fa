/** The counts of a sweep, taken one result at a time. */
import { isUnknown } from '../core/known.ts';
import type { Change, WhatChanged } from './changes.ts';
import { outcomeOf } from './outcomes.ts';
import type { RepositoryResult, ResultState, StateCounts } from './results.ts';

/** How many of them a notification names; of each kind the first, by name. */
const maxNamed = 20;

/** Something that several repositories have in common, with the first of their names. */
export interface Named<Value> {
  readonly value: Value;
  readonly count: number;
  readonly names: readonly string[];
}

/** What a sweep comes to. */
export interface SweepTally {
  readonly repositories: number;
  readonly states: StateCounts;
  /** Repositories whose lifecycle policy will expire images in use, and how many images. */
  readonly atRisk: {
    readonly repositories: number;
    readonly images: number;
    readonly names: readonly string[];
    /** Of how many repositories that is not known, or not all of it. */
    readonly unread: number;
  };
  /** Stacks whose repositories are not safe. */
  readonly stacks: readonly Named<string>[];
  /** Why repositories were refused, have failed or are left alone, by the code of the outcome; the most frequent first. */
  readonly reasons: readonly Named<string>[];
  /** What has changed since the last sweep, by what has changed. */
  readonly changes: readonly Named<WhatChanged>[];
}

export interface TallyInProgress {
  add(result: RepositoryResult): void;
  addChange(change: Change): void;
  end(): SweepTally;
}

export function startTally(): TallyInProgress {
  let repositories = 0;
  const states: Partial<Record<ResultState, number>> = {};
  const atRisk = { repositories: 0, images: 0, names: [] as string[], unread: 0 };
  const stacks = startGroups<string>();
  const reasons = startGroups<string>();
  const changes = startGroups<WhatChanged>();
  const addRisk = ({ name, atRisk: own }: RepositoryResult) => {
    if (own === undefined) return;
    if (isUnknown(own) || !own.isComplete) atRisk.unread += 1;
    if (isUnknown(own) || own.images === 0) return;
    atRisk.repositories += 1;
    atRisk.images += own.images;
    if (atRisk.names.length < maxNamed) atRisk.names.push(name);
  };
  return {
    add(result) {
      const { name, state, stack } = result;
      repositories += 1;
      states[state] = (states[state] ?? 0) + 1;
      if (state === 'left-to-stack' && stack !== undefined) stacks.add(stack, name);
      const { reason } = outcomeOf(result);
      if (reason !== undefined) reasons.add(reason, name);
      addRisk(result);
    },
    addChange({ name, what }) {
      changes.add(what, name);
    },
    end: () => ({
      ...{ repositories, states, atRisk },
      stacks: stacks.end(),
      reasons: reasons.end(),
      changes: changes.end(),
    }),
  };
}

function startGroups<Value>() {
  const groups = new Map<string, { readonly value: Value; count: number; readonly names: string[] }>();
  return {
    add(value: Value, name: string) {
      const key = JSON.stringify(value);
      const group = groups.get(key) ?? { value, count: 0, names: [] };
      groups.set(key, group);
      group.count += 1;
      if (group.names.length < maxNamed) group.names.push(name);
    },
    end: (): readonly Named<Value>[] =>
      [...groups.values()].toSorted((one, other) => other.count - one.count),
  };
}
