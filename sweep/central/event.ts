/** What a keeper sends to the centre of its organisation after a sweep, and how the centre reads it. Pure. */
import { isList, isObject, isOneOf, type Json, type JsonObject } from '../../core/json.ts';
import type { WhatChanged } from '../changes.ts';
import { isSweepName } from '../keys.ts';
import { exemptionStates } from '../outcomes.ts';
import { resultStates, type StateCounts } from '../results.ts';
import type { SweepSummary } from '../summarise.ts';
import { type KeeperMode, keeperModes, type SweepAction, sweepActions } from '../sweep-info.ts';
import type { Named } from '../tally.ts';

/** The event's source and detail type, as the rules of the templates match them. */
export const centralSource = 'ecr-hardening';
export const centralDetailType = 'ECR Keeper Sweep';

/** A sweep as the centre hears of it. Its account and Region are in the event's envelope, which its sender cannot set. */
export interface CentralSweep {
  readonly sweep: string;
  readonly action: SweepAction;
  readonly mode: KeeperMode;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly repositories: number;
  readonly states: StateCounts;
  /** Images in use at risk, and of how many repositories that is not known. */
  readonly atRisk: { readonly repositories: number; readonly images: number; readonly unread: number };
  /** What has changed since the sweep before; the first ones, with a few names each. */
  readonly changes: readonly Named<WhatChanged>[];
  /** How many changes there are, of which `changes` may not have all. */
  readonly changed: number;
  /** Whether it was compared with no earlier sweep, as the first one and a release are: then all of it is news. */
  readonly isWhole: boolean;
  /** Whether its reports are in the central bucket. */
  readonly hasReport: boolean;
}

// An event has at most 256 KB, and a name at most 256 characters.
const maxChanges = 20;
const maxNames = 5;
const maxNameCharacters = 256;

export function centralSweepOf(
  { info, repositories, states, atRisk, changes, previous, endedAt }: SweepSummary,
  hasReport: boolean,
): CentralSweep {
  const { sweep, action, mode, startedAt } = info;
  return {
    ...{ sweep, action, mode, startedAt: Date.parse(startedAt), endedAt, repositories, states, hasReport },
    isWhole: previous === undefined,
    atRisk: { repositories: atRisk.repositories, images: atRisk.images, unread: atRisk.unread },
    changes: changes
      .slice(0, maxChanges)
      .map(({ value, count, names }) => ({ value, count, names: names.slice(0, maxNames) })),
    changed: changes.reduce((sum, { count }) => sum + count, 0),
  };
}

/** An event's detail; undefined for any other form, such as one that somebody else has sent. */
export function parseCentralSweep(detail: unknown): CentralSweep | undefined {
  if (!isObject(detail)) return undefined;
  const { sweep, action, mode, isWhole, hasReport } = detail;
  const { states, atRisk, changes } = detail;
  if (typeof sweep !== 'string' || !isSweepName(sweep) || !isOneOf(sweepActions, action)) return undefined;
  if (!isOneOf(keeperModes, mode) || !isObject(states) || !isObject(atRisk) || !isList(changes))
    return undefined;
  const counts = countsIn(detail, ['startedAt', 'endedAt', 'repositories', 'changed'] as const);
  const risk = countsIn(atRisk, ['repositories', 'images', 'unread'] as const);
  const parsed = changes.slice(0, maxChanges).map(changeIn);
  if (counts === undefined || risk === undefined || parsed.includes(undefined)) return undefined;
  return {
    ...{ sweep, action, mode, ...counts, atRisk: risk },
    states: statesIn(states),
    changes: parsed.flatMap((change) => change ?? []),
    isWhole: isWhole === true,
    hasReport: hasReport === true,
  };
}

/** Whole numbers that a count or a time can be. */
function countsIn<Name extends string>(
  given: JsonObject,
  names: readonly Name[],
): Readonly<Record<Name, number>> | undefined {
  const counts: Partial<Record<Name, number>> = {};
  for (const name of names) {
    const value = given[name];
    if (!isCount(value)) return undefined;
    counts[name] = value;
  }
  return isComplete(counts, names) ? counts : undefined;
}

function isComplete<Name extends string>(
  counts: Partial<Record<Name, number>>,
  names: readonly Name[],
): counts is Record<Name, number> {
  return names.every((name) => counts[name] !== undefined);
}

function isCount(value: Json | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** Without states that this version does not know. */
function statesIn(given: JsonObject): StateCounts {
  return Object.fromEntries(
    resultStates.flatMap((state) => {
      const count = given[state];
      return isCount(count) ? [[state, count]] : [];
    }),
  );
}

function changeIn(given: Json): Named<WhatChanged> | undefined {
  if (!isObject(given) || !isCount(given.count) || !isList(given.names)) return undefined;
  const value = isObject(given.value) ? whatChangedIn(given.value) : undefined;
  const names = given.names
    .slice(0, maxNames)
    .flatMap((name) => (typeof name === 'string' ? [name.slice(0, maxNameCharacters)] : []));
  return value === undefined ? undefined : { value, count: given.count, names };
}

function whatChangedIn({ kind, state, before, reason, exemption }: JsonObject): WhatChanged | undefined {
  const why = typeof reason === 'string' ? { reason: reason.slice(0, maxNameCharacters) } : {};
  switch (kind) {
    case 'at-risk':
    case 'gone':
      return { kind };
    case 'new':
      return isOneOf(resultStates, state) ? { kind, state, ...why } : undefined;
    case 'state':
      return isOneOf(resultStates, state) && isOneOf(resultStates, before)
        ? { kind, before, state, ...why }
        : undefined;
    case 'exemption':
      return isOneOf(exemptionStates, exemption) ? { kind, exemption } : undefined;
    default:
      return undefined;
  }
}
