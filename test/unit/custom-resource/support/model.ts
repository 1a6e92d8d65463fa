/** What has happened: the stacks as CloudFormation sees them, and who claims which repository. */
import type { Claims } from './model-claims.ts';
import type { State } from './model-settings.ts';
import type { Key, Wish } from './model-wishes.ts';
import { must, type Sent, type Shot, type Told, type World } from './model-world.ts';
import type { Settings } from './registry.ts';

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
  /** Of its claims in the model. */
  readonly name: string;
  state: 'absent' | 'alive' | 'not created' | 'answer lost';
  /** What CloudFormation knows to be in effect. */
  wish: Wish | undefined;
  id: string | undefined;
  madeId: string | undefined;
  failed: { readonly id: string; readonly requestId: string } | undefined;
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
  readonly claims: Map<Key, Claims>;
  /** Repositories that were claimed and deleted; one that is made anew is another one. */
  readonly gone: Set<Key>;
  /** What each stack has found or set, time after time, by `<stack> <key>`. */
  readonly known: Map<string, readonly State[]>;
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
        name: `${stack}/${logicalId}`,
        state: 'absent',
        wish: undefined,
        id: undefined,
        madeId: undefined,
        failed: undefined,
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
    claims: new Map(),
    gone: new Set(),
    known: new Map(),
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
