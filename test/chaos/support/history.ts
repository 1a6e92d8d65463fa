/** One history at random: stacks and what CloudFormation does to them, others who change repositories, and what fails. */
import type { JsonObject } from '../../../core/json.ts';
import { matchesWildcard } from '../../../core/wildcard.ts';
import { physicalIdOf, requestHash } from '../../../functions/custom-resource/identity.ts';
import type { SettingsRequest } from '../../../functions/custom-resource/request.ts';
import {
  choices,
  parts,
  policies,
  type State,
  words,
} from '../../unit/custom-resource/support/model-settings.ts';
import { type Answer, type Application, deliver } from './deliver.ts';
import {
  changedOutside,
  claimedBy,
  fellBack,
  isClaimedFor,
  learn,
  newOracle,
  notice,
  type Oracle,
  recordOf,
  released,
  revived,
  text,
  unfinished,
  untruths,
  weakenings,
} from './oracle.ts';
import { type Fault, processOf, type World, worldOf } from './world.ts';

export type Random = () => number;

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const names = ['a1', 'a2', 'b1'];
const patterns = ['*', 'a*', 'a*', 'a1', 'a1', 'b1'];

/** One resource of a stack, as CloudFormation sees it. */
interface Slot {
  readonly stack: string;
  readonly logicalId: string;
  /** The physical ID; undefined: there is no such resource. */
  id: string | undefined;
  properties: JsonObject;
  /** The properties of an Update that may still be rolled back, or has to be: it failed. */
  update: { readonly properties: JsonObject; readonly isFailed: boolean } | undefined;
  /** A Delete that has to come: of what was not created, or one that failed. */
  isDeleteDue: boolean;
}

export interface History {
  readonly seed: number;
  readonly random: Random;
  readonly world: World;
  readonly first: ReadonlyMap<string, State>;
  readonly application: Application;
  readonly slots: readonly Slot[];
  readonly oracle: Oracle;
  readonly trace: string[];
  readonly problems: string[];
  /** What came of known limits, by their names. */
  readonly limits: string[];
  /** Whether nothing has happened that keeps the last Deletes from restoring everything. */
  isRestorable: boolean;
  /** Whether a Delete could not remove its claims, which it then says. */
  isLeftBehind: boolean;
  /** Whether requests have come at the same time. */
  isRaced: boolean;
  /** Whether a process has died among them, which may leave its change unfinished. */
  hasDied: boolean;
  requests: number;
}

export function historyOf(seed: number): History {
  const random = randomOf(seed);
  const state = (): State => ({
    ...pick(random, choices),
    scanOnPush: random() < 0.5,
    policy: pick(random, [undefined, undefined, policies[1]]),
  });
  const world = worldOf(Object.fromEntries(names.map((name) => [name, state()])));
  const slots = ['one', 'two'].flatMap((stack) =>
    ['A', 'B'].map(
      (logicalId): Slot => ({
        ...{ stack, logicalId, id: undefined, properties: {}, update: undefined, isDeleteDue: false },
      }),
    ),
  );
  const application = { mutableTags: random() < 0.5 ? [] : ['latest'], allowWeakening: random() < 0.2 };
  return {
    ...{ seed, random, world, application, slots, oracle: newOracle(), trace: [], problems: [], limits: [] },
    ...{
      first: new Map(world.repositories),
      isRestorable: true,
      isLeftBehind: false,
      isRaced: false,
      hasDied: false,
      requests: 0,
    },
  };
}

export function pick<Value>(random: Random, values: readonly Value[]): Value {
  const [value] = values.slice(Math.floor(random() * values.length));
  return value as Value;
}

export function propertiesAtRandom(random: Random): JsonObject {
  const mutability = random() < 0.5 ? undefined : pick(random, choices);
  const { exclusions = [] } = mutability ?? {};
  const policy = pick(random, [undefined, undefined, ...policies]);
  return {
    RepositoryName: pick(random, patterns),
    AllowNoMatch: 'true',
    OnDelete: random() < 0.7 ? 'Restore' : 'Retain',
    ...(mutability === undefined ? {} : { ImageTagMutability: mutability.mutability }),
    ...(exclusions.length === 0
      ? {}
      : {
          ImageTagMutabilityExclusionFilters: exclusions.map((value) => ({
            ImageTagMutabilityExclusionFilterType: 'WILDCARD',
            ImageTagMutabilityExclusionFilterValue: value,
          })),
        }),
    ...(random() < 0.6 ? {} : { ImageScanningConfiguration: { ScanOnPush: String(random() < 0.5) } }),
    ...(policy === undefined ? {} : { LifecyclePolicy: { LifecyclePolicyText: policy } }),
    ...(random() < 0.1 ? { DryRun: 'true' } : {}),
    ...(random() < 0.08 ? { RepositoryNme: 'a typing error' } : {}),
  };
}

function faultAtRandom(random: Random): Fault | undefined {
  if (random() < 0.6) return undefined;
  const kind = pick(random, ['dies before', 'dies after', 'lost', 'denied'] as const);
  return { kind, call: 1 + Math.floor(random() * 18) };
}

type Kind = SettingsRequest['requestType'];

const stackIdOf = (seed: number, stack: string) =>
  `arn:aws:cloudformation:us-east-1:123456789012:stack/${stack}/${seed}`;

/** A request of CloudFormation about a resource. */
export function requestOf(
  { seed }: History,
  number: number,
  { stack, logicalId, id = 'an-invented-id' }: Slot,
  requestType: Kind,
  properties: JsonObject,
  oldProperties: JsonObject,
): SettingsRequest {
  const common = {
    ...{ requestId: `${seed}-${number}`, logicalResourceId: logicalId, properties, responseUrl: '' },
    stackId: stackIdOf(seed, stack),
    resourceType: 'Custom::EcrSettings',
  };
  switch (requestType) {
    case 'Create':
      return { ...common, requestType };
    case 'Update':
      return { ...common, requestType, physicalResourceId: id, oldProperties };
    case 'Delete':
      return { ...common, requestType, physicalResourceId: id };
    default:
      return requestType satisfies never;
  }
}

interface Sending {
  readonly slot: Slot;
  readonly type: Kind;
  readonly properties: JsonObject;
  readonly old?: JsonObject;
  readonly fault?: Fault | undefined;
  readonly isRollback?: boolean;
}

/** Delivers one request alone, and holds what comes of it against the oracle. */
async function send(history: History, sending: Sending): Promise<Answer> {
  const { world, oracle, application, trace, problems, random } = history;
  const { slot, type, properties, old = {}, fault, isRollback = false } = sending;
  history.requests += 1;
  const request = requestOf(history, history.requests, slot, type, properties, old);
  for (const name of names)
    if ([properties, old].some((each) => matchesWildcard(String(each.RepositoryName), name)))
      notice(oracle, name, stateOf(world, name));
  const begun = unfinished(world);
  const before = new Map(world.repositories);
  const claims = claimsIn(world);
  // CloudFormation may be asked, or not.
  const known = random() < 0.5 ? isRollback : undefined;
  const answer = await deliver(world, request, processOf(fault), application, known);
  const after = new Map(world.repositories);
  trace.push(
    `${slot.stack}/${slot.logicalId}: ${type}${isRollback ? ' (rollback)' : ''} ${JSON.stringify(properties)}${fault === undefined ? '' : ` ${fault.kind} at ${fault.call}`}: ${answer.status} ${answer.reason}\n   ${[...after].map(([name, state]) => `${name} ${text(state)}`).join(', ')}`,
  );
  if (!application.allowWeakening && !history.isRaced)
    problems.push(...weakenings(oracle, slot.stack, before, after, begun));
  // What died or could not record its end may hold a repository for a while.
  if (fault !== undefined) world.now += 400_000;
  if (answer.status !== 'DEAD' && answer.isReverted)
    problems.push(...untruths(world, oracle, requestHash(request)));
  if (answer.status === 'FAILED' && answer.isReverted && begun.size === 0) {
    const isSame = JSON.stringify([...after]) === JSON.stringify([...before]) && claimsIn(world) === claims;
    if (!isSame) problems.push('a request that failed, and says that all was reverted, left something');
  }
  if (
    answer.status === 'FAILED' &&
    fault === undefined &&
    (type === 'Delete' || (isRollback && known === true))
  )
    problems.push(`a ${type} without a fault failed: ${answer.reason}`);
  if (/ stays?\b| keeps /.test(answer.reason)) history.isRestorable = false;
  if (answer.reason.includes('stay behind')) history.isLeftBehind = true;
  learn(oracle, slot.stack, before, after, begun);
  // What a fault kept the first delivery from, which it says, the second one may do.
  const isKeptBack = fault !== undefined && answer.reason.includes('could not preview');
  if (answer.status === 'SUCCESS' && !history.isLeftBehind && !isKeptBack)
    await sendAgain(history, request, slot, after, { known, isRollback });
  return answer;
}

/**
 * A second delivery of what has succeeded changes nothing.
 *
 * A known limit: a rollback keeps what another stack has hardened and left with `Retain`. It is not recognised when it comes
 * again, so with AllowWeakening it then sets what its properties ask for.
 */
async function sendAgain(
  { world, application, problems, limits, random }: History,
  request: SettingsRequest,
  { logicalId }: Slot,
  after: ReadonlyMap<string, State>,
  { known, isRollback }: { readonly known: boolean | undefined; readonly isRollback: boolean },
): Promise<void> {
  if (random() > 0.2) return;
  const claims = claimsIn(world);
  const again = await deliver(world, request, processOf(undefined), application, known);
  if (again.status !== 'SUCCESS') problems.push(`a second delivery for ${logicalId} failed: ${again.reason}`);
  const isWeaker = (name: string, was: State) =>
    parts.some((part) => !part.isAsSafe(stateOf(world, name), was));
  if (application.allowWeakening && isRollback && [...after].some(([name, was]) => isWeaker(name, was))) {
    limits.push('a second delivery of a rollback with AllowWeakening sets what the first one kept safer');
    return;
  }
  for (const [name, was] of after) {
    const now = stateOf(world, name);
    if (JSON.stringify(now) !== JSON.stringify(was))
      problems.push(`a second delivery for ${logicalId} changed ${name}: ${words(was)} -> ${words(now)}`);
  }
  if (claimsIn(world) !== claims) problems.push(`a second delivery for ${logicalId} changed claims`);
}

/** Who claims what, without when and how often it was written; what nobody claims is not remembered. */
export function claimsIn(world: World): string {
  return JSON.stringify(
    names.map((name) => {
      const { original, claims = [], retained = [] } = recordOf(world, name) ?? {};
      return claims.length + retained.length === 0 ? undefined : { original, claims, retained };
    }),
  );
}

/** One thing that happens. */
export async function step(history: History): Promise<void> {
  const { random, world, oracle, slots, trace } = history;
  if (random() < 0.15) {
    const name = pick(random, names);
    const was = world.repositories.get(name);
    if (was === undefined) return;
    const now = { ...was, ...pick(random, choices), scanOnPush: random() < 0.5 };
    world.repositories.set(name, now);
    world.now += 60_000;
    changedOutside(oracle, name, now, unfinished(world).get(name));
    history.isRestorable = false;
    trace.push(`another client: ${name} ${text(was)} -> ${text(now)}`);
    return;
  }
  const slot = pick(random, slots);
  const fault = faultAtRandom(random);
  if (slot.isDeleteDue) return remove(history, slot, fault);
  if (slot.id === undefined) return create(history, slot, fault);
  if (slot.update?.isFailed === true) return rollBack(history, slot, fault);
  const chance = random();
  if (chance < 0.2) return remove(history, slot, fault);
  if (slot.update !== undefined && chance < 0.55) return rollBack(history, slot, fault);
  return update(history, slot, fault);
}

async function create(history: History, slot: Slot, fault: Fault | undefined): Promise<void> {
  const properties = propertiesAtRandom(history.random);
  slot.properties = properties;
  slot.update = undefined;
  const answer = await send(history, { slot, type: 'Create', properties, fault });
  slot.id = answer.status === 'DEAD' ? 'one-A-1QABCDEFGH' : answer.id;
  slot.isDeleteDue = answer.status !== 'SUCCESS';
}

async function update(history: History, slot: Slot, fault: Fault | undefined): Promise<void> {
  const old = slot.properties;
  const properties = propertiesAtRandom(history.random);
  if (JSON.stringify(properties) === JSON.stringify(old)) return;
  const held = heldBy(history, slot);
  const { status } = await send(history, { slot, type: 'Update', properties, old, fault });
  deselected(history, slot, held, old, properties);
  if (status === 'SUCCESS') {
    slot.properties = properties;
    slot.update = { properties: old, isFailed: false };
  } else slot.update = { properties, isFailed: true };
}

async function rollBack(history: History, slot: Slot, fault: Fault | undefined): Promise<void> {
  const { update, properties: current } = slot;
  if (update === undefined) return;
  const [properties, old] = update.isFailed ? [current, update.properties] : [update.properties, current];
  const sending = { slot, type: 'Update', properties, old, fault, isRollback: true } as const;
  const held = heldBy(history, slot);
  const { status } = await send(history, sending);
  deselected(history, slot, held, old, properties);
  for (const name of heldBy(history, slot).filter((each) => !held.includes(each)))
    revived(history.oracle, slot.stack, name);
  if (status === 'SUCCESS') {
    slot.properties = properties;
    slot.update = undefined;
  } else if (!update.isFailed) slot.update = { properties: current, isFailed: true };
  if (status !== 'SUCCESS' && !update.isFailed) slot.properties = properties;
}

/** The repositories that a resource claims. */
function heldBy({ seed, world }: History, { stack, logicalId }: Slot): readonly string[] {
  return claimedBy(world, physicalIdOf({ stackId: stackIdOf(seed, stack), logicalResourceId: logicalId }));
}

/**
 * After a request of a resource, which may have died once it had released something.
 *
 * @param held what the resource claimed before; what it claims still is not released
 */
function afterRelease(history: History, slot: Slot, held: readonly string[], isRetained: boolean): void {
  const { world, oracle } = history;
  const { stack } = slot;
  const still = heldBy(history, slot);
  for (const name of held.filter((each) => !still.includes(each)))
    if (!isClaimedFor(world, stack, name)) released(oracle, stack, name, stateOf(world, name), isRetained);
    else if (!isRetained) fellBack(oracle, world, stack, name);
}

function stateOf(world: World, name: string): State {
  const state = world.repositories.get(name);
  if (state === undefined) throw new Error(`${name} is gone`);
  return state;
}

/** @param held what the resource claimed before */
function deselected(
  history: History,
  slot: Slot,
  held: readonly string[],
  old: JsonObject,
  now: JsonObject,
): void {
  // A rollback to a dry run, or to what is refused, takes back what the Update had set.
  const isTakenBack = now.DryRun !== undefined || now.RepositoryNme !== undefined;
  if (old.RepositoryName === now.RepositoryName && !isTakenBack) return;
  if (old.OnDelete !== 'Restore') history.isRestorable = false;
  const isRetained = old.OnDelete !== 'Restore' && !isTakenBack;
  const left = held.filter((name) => isTakenBack || !matchesWildcard(String(now.RepositoryName), name));
  afterRelease(history, slot, left, isRetained);
}

async function remove(history: History, slot: Slot, fault: Fault | undefined): Promise<void> {
  const { properties } = slot;
  const isMade = !slot.isDeleteDue;
  slot.isDeleteDue = true;
  const held = heldBy(history, slot);
  const { status } = await send(history, { slot, type: 'Delete', properties, fault });
  afterRelease(history, slot, held, isMade && properties.OnDelete !== 'Restore');
  if (status !== 'SUCCESS') return;
  if (properties.OnDelete !== 'Restore') history.isRestorable = false;
  slot.isDeleteDue = false;
  slot.id = undefined;
  slot.update = undefined;
}

/** Everything is rolled back and deleted, without a fault: nothing of it is left. */
export async function settle(history: History): Promise<void> {
  const { slots, world, problems, first } = history;
  for (const slot of slots) {
    if (slot.id !== undefined && !slot.isDeleteDue && slot.update?.isFailed === true)
      await rollBack(history, slot, undefined);
    if (slot.id !== undefined) await remove(history, slot, undefined);
    if (slot.id !== undefined) problems.push(`${slot.stack}/${slot.logicalId} could not be deleted`);
  }
  for (const name of names) {
    const { claims = [], retained = [], inFlight } = recordOf(world, name) ?? {};
    if (claims.length + retained.length > 0 && !history.isLeftBehind)
      problems.push(`${name} is still claimed`);
    if (inFlight !== undefined) problems.push(`a change of ${name} has not ended`);
    const [was, now] = [first.get(name), world.repositories.get(name)];
    if (history.isRestorable && JSON.stringify(was) !== JSON.stringify(now))
      problems.push(`${name} was ${JSON.stringify(was)} at first, and is ${JSON.stringify(now)}`);
  }
}
