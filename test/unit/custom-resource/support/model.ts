/** What has happened, as the documentation tells it: who holds which repository, what was found, set and asked for. */

import { isAsSafe, keepsTags, type State } from './model-settings.ts';
import { isMissing, type Key, selectedOf, type Wish } from './model-wishes.ts';
import { must, type Sent, type Shot, type Told, type World } from './model-world.ts';
import type { Settings } from './registry.ts';

/** One repository in the hands of one resource. */
export interface Holding {
  readonly id: string;
  readonly stack: string;
  /** What was found before any of these resources changed it. */
  readonly first: State;
  /** Whether any of them was ever about its lifecycle policy: only then the one in `first` and `last` counts. */
  readonly hasPolicy: boolean;
  /** What the stack of this one found; one of them, where the tags had no room to remember which. */
  readonly founds: readonly State[];
  /** What this stack found or set, time after time. */
  readonly known: readonly State[];
  /** What its last successful request left, where somebody else may have changed it since. */
  readonly last: State;
  /** What its changes found; of a Create that is the first of them. */
  readonly befores: readonly State[];
  /** Whether it is left out what becomes of it when it is let go. */
  readonly isVague: boolean;
  /** The holding that it took over, for as long as that resource is there, and what was taken. */
  readonly earlier: { readonly held: Holding; readonly taken: State } | undefined;
}

/** An Update that CloudFormation may roll back. */
export interface Undoable {
  readonly old: Wish;
  readonly wish: Wish;
  readonly before: World;
  /** The repositories that were then as the resource had left them. */
  readonly settled: readonly Key[];
  /** How much had happened when it was answered. */
  readonly at: number;
}

/** One logical ID of one stack, as CloudFormation sees it. */
export interface Slot {
  readonly stack: string;
  readonly logicalId: string;
  state: 'absent' | 'alive' | 'not created' | 'answer lost';
  /** What CloudFormation knows to be in effect, and everything that was asked for before. */
  wish: Wish | undefined;
  asked: Wish[];
  id: string | undefined;
  madeId: string | undefined;
  failedId: string | undefined;
  update: Undoable | undefined;
  isRollbackDue: boolean;
  /** Whether what is in effect is not what CloudFormation takes to be: then only a rollback ends that. */
  isUnclear: boolean;
  /** What its last successful request left. */
  effect: World;
}

export interface Model {
  allowWeakening: boolean;
  /** The organisation's default: immutable, and which tags are excluded from it. */
  readonly mutableTags: readonly string[];
  readonly slots: readonly Slot[];
  readonly holdings: Map<Key, Holding>;
  /** Counts everything that may make a difference to a later request. */
  disturbances: number;
  last: { readonly slot: Slot; readonly sent: Sent; readonly told: Told; readonly at: number } | undefined;
  /** What was done, for whoever looks for what went wrong. */
  readonly trace: string[];
  /** How often what was held against the model, in words. */
  readonly seen: Map<string, number>;
}

export function modelOf(mutableTags: readonly string[], seen: Map<string, number>): Model {
  const slots = ['one', 'two'].flatMap((stack) =>
    ['Settings', 'Renamed'].map(
      (logicalId): Slot => ({
        stack,
        logicalId,
        state: 'absent',
        wish: undefined,
        asked: [],
        id: undefined,
        madeId: undefined,
        failedId: undefined,
        update: undefined,
        isRollbackDue: false,
        isUnclear: false,
        effect: new Map(),
      }),
    ),
  );
  return {
    allowWeakening: false,
    mutableTags,
    slots,
    holdings: new Map(),
    disturbances: 0,
    last: undefined,
    trace: [],
    seen,
  };
}

export function see(model: Model, what: string): void {
  model.seen.set(what, (model.seen.get(what) ?? 0) + 1);
}

/** The repository, which must be there. */
export function shotOf(world: World, key: Key): Shot {
  const shot = world.get(key);
  must(shot !== undefined, `${key} is not there`);
  return shot;
}

export function defaultOf(model: Model): Pick<Settings, 'mutability' | 'exclusions'> {
  return model.mutableTags.length === 0
    ? { mutability: 'IMMUTABLE', exclusions: [] }
    : { mutability: 'IMMUTABLE_WITH_EXCLUSION', exclusions: model.mutableTags };
}

/** What the properties come to: what is left out becomes the default, which never weakens what is. */
export function targetOf(model: Model, wish: Wish, current: State): Settings {
  const byDefault = keepsTags(defaultOf(model), current) ? defaultOf(model) : current;
  const { mutability, exclusions } = wish.mutability ?? byDefault;
  return { mutability, exclusions, scanOnPush: wish.scanOnPush ?? true };
}

/** The tags that speak of an earlier holder. */
export const takeOverTags = /^ecr-hardening:(from|taken|earlier)(\.|$)/;

export type Expectation = 'success' | 'failure' | 'either';

/** Whether a Create or an Update must succeed, as far as the documentation says so. */
export function expectationOf(model: Model, sent: Sent, { before, isStruck }: Told): Expectation {
  const { wish } = sent;
  const existing = [...before.keys()];
  if (isStruck || isMissing(wish, existing)) return 'failure';
  const each = selectedOf(wish, existing).map((key) => {
    const held = model.holdings.get(key);
    const current = shotOf(before, key).state;
    return [
      policyExpectation(wish, sent.stack, held, current),
      safetyExpectation(model, sent, held, current),
    ];
  });
  const all = each.flat();
  if (all.includes('failure')) return 'failure';
  return all.includes('either') ? 'either' : 'success';
}

/** Restore, together with a policy over an existing other one, is refused: an earlier one does not fit into tags. */
function policyExpectation(
  wish: Wish,
  stack: string,
  held: Holding | undefined,
  current: State,
): Expectation {
  if (wish.onDelete !== 'Restore' || wish.policy === undefined) return 'success';
  const isOther = (policy: string | undefined) => policy !== undefined && policy !== wish.policy;
  const first = held?.hasPolicy === true ? held.first.policy : current.policy;
  if (isOther(first)) return 'failure';
  if (!isOther(current.policy)) return 'success';
  if (held?.stack === stack && current.policy === held.last.policy) return 'success';
  return held?.known.some(({ policy }) => policy === current.policy) ? 'either' : 'failure';
}

/** Weakening is refused; returning to what this resource itself found or set is none. */
function safetyExpectation(model: Model, sent: Sent, held: Holding | undefined, current: State): Expectation {
  const target = targetOf(model, sent.wish, current);
  if (model.allowWeakening || isAsSafe(target, current)) return 'success';
  const ours = held?.stack === sent.stack ? held : undefined;
  if (ours === undefined) return 'failure';
  if (ours.founds.every((found) => isAsSafe(target, found)) || isAsSafe(target, ours.last)) return 'success';
  // A default may go back, with what had led to a state, to the tag mutability of that state.
  const { mutability } = sent.wish;
  const backTo = (known: State) =>
    mutability === undefined ? { ...known, scanOnPush: target.scanOnPush } : target;
  return ours.known.some((known) => isAsSafe(backTo(known), known)) ? 'either' : 'failure';
}
