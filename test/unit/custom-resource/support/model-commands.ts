/** What CloudFormation, its users and others can do, as commands for fast-check. */
import fc from '../../../support/fast-check.ts';
import { type Command, create, redeliver, remove, removeInvented, rollBack, update } from './model-life.ts';
import { choices, foreignPolicy, policies, type State, words } from './model-settings.ts';
import { type Key, keys, wishes } from './model-wishes.ts';
import type { Block } from './model-world.ts';

const change = (key: Key, state: State): Command => ({
  check: () => true,
  async run(model, real) {
    model.disturbances += 1;
    model.trace.push(`somebody else: ${key} is ${words(state)}`);
    real.put(key, state);
  },
  toString: () => `Outside: ${key} ${words(state)}`,
});

const destroy = (key: Key): Command => ({
  check: () => true,
  async run(model, real) {
    model.disturbances += 1;
    model.trace.push(`somebody else: ${key} is deleted`);
    if (model.claims.delete(key)) model.gone.add(key);
    for (const { stack } of model.slots) model.known.delete(`${stack} ${key}`);
    real.remove(key);
  },
  toString: () => `Outside: ${key} is deleted`,
});

const toggle: Command = {
  check: () => true,
  async run(model) {
    model.disturbances += 1;
    model.allowWeakening = !model.allowWeakening;
    model.trace.push(`AllowWeakening: ${model.allowWeakening}`);
    process.env.AllowWeakening = String(model.allowWeakening);
  },
  toString: () => 'AllowWeakening is switched',
};

const key = fc.constantFrom(...keys);
export const states: fc.Arbitrary<State> = fc
  .record({
    mutability: fc.constantFrom(...choices),
    scanOnPush: fc.boolean(),
    policy: fc.constantFrom(undefined, undefined, policies[0], foreignPolicy),
  })
  .map(({ mutability, ...rest }) => ({ ...mutability, ...rest }));
// The first more often than the others, so that one resource has a history.
const slot = fc.constantFrom(0, 0, 0, 1, 2, 3);
const block: fc.Arbitrary<Block> = fc.record({
  key,
  step: fc.constantFrom<Block['step'][]>(
    'write claims',
    'write claims',
    'put mutability',
    'put scanning',
    'put lifecycle',
    'delete lifecycle',
  ),
  from: fc.constantFrom(1, 2),
});
const blocks = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, block);
const isRare = fc.integer({ min: 0, max: 7 }).map((number) => number === 7);

const creates = fc.tuple(slot, wishes, blocks, isRare).map((given) => create(...given));
const updates = fc.tuple(slot, wishes, isRare, blocks).map((given) => update(...given));
const rollbacks = fc.tuple(slot, blocks).map((given) => rollBack(...given));
const deletes = fc.tuple(slot, blocks).map((given) => remove(...given));
const changes = fc.tuple(key, states).map((given) => change(...given));

/** As often as they stand here. */
export const commands = [
  ...[creates, creates, creates, updates, updates, updates, updates],
  ...[rollbacks, rollbacks, deletes, deletes, changes],
  fc.tuple(slot, wishes).map((given) => removeInvented(...given)),
  fc.constant(redeliver),
  key.map(destroy),
  fc.constant(toggle),
];
