/** What CloudFormation does to one resource, as commands for fast-check. */
import { randomUUID } from 'node:crypto';
import type fc from '../../../support/fast-check.ts';
import { type Model, type Slot, see } from './model.ts';
import { request } from './model-requests.ts';
import { checkRollback, settledOf } from './model-rollback.ts';
import { type Wish, wishWords } from './model-wishes.ts';
import { type Block, must, type Real, type Sent, type Told } from './model-world.ts';

export type Command = fc.AsyncCommand<Model, Real>;

/** What is done to one of those logical IDs to which it can be done now; which one, the number says. */
function onSlot(
  number: number,
  isOpen: (slot: Slot, model: Model) => boolean,
  words: string,
  run: (slot: Slot, model: Model, real: Real) => Promise<unknown>,
): Command {
  return {
    check: (model) => model.slots.some((slot) => isOpen(slot, model)),
    async run(model, real) {
      const open = model.slots.filter((slot) => isOpen(slot, model));
      const slot = open[number % open.length];
      must(slot !== undefined, 'nothing is open');
      await run(slot, model, real);
    },
    toString: () => words,
  };
}

const blockWords = (block: Block | undefined) =>
  block === undefined ? '' : `, ${block.step} ${block.from} of ${block.key} blocked`;

async function send(
  model: Model,
  real: Real,
  slot: Slot,
  what: Omit<Sent, 'stack' | 'logicalId' | 'requestId'>,
): Promise<Told> {
  const { stack, logicalId } = slot;
  const sent: Sent = { ...what, stack, logicalId, requestId: randomUUID() };
  const told = await request(model, real, slot, sent);
  model.last = { slot, sent, told, at: model.disturbances };
  return told;
}

export const create = (index: number, wish: Wish, block: Block | undefined, isLost: boolean): Command =>
  onSlot(
    index,
    ({ state }) => state === 'absent',
    `Create {${wishWords(wish)}}${blockWords(block)}${isLost ? ', answer lost' : ''}`,
    async (slot, model, real) => {
      const told = await send(model, real, slot, { type: 'Create', wish, block, isLost });
      slot.wish = wish;
      slot.id = isLost ? `${slot.stack}-${slot.logicalId}-1X2Y3Z` : told.id;
      if (isLost) slot.state = 'answer lost';
      else slot.state = told.status === 'SUCCESS' ? 'alive' : 'not created';
    },
  );

/** An Update comes only when properties have changed. */
function changed(wish: Wish, old: Wish): Wish {
  const isSame = JSON.stringify(wish) === JSON.stringify(old);
  return isSame ? { ...wish, allowNoMatch: !wish.allowNoMatch } : wish;
}

export const update = (index: number, asked: Wish, isElsewhere: boolean, block: Block | undefined): Command =>
  onSlot(
    index,
    ({ state, isRollbackDue }) => state === 'alive' && !isRollbackDue,
    `Update {${wishWords(asked)}${isElsewhere ? '' : ', same selection'}}${blockWords(block)}`,
    async (slot, model, real) => {
      const old = slot.wish;
      must(old !== undefined, 'nothing was asked for');
      const selection = isElsewhere ? asked.selection : old.selection;
      const wish = changed({ ...asked, selection }, old);
      const settled = settledOf(model, slot, real);
      const told = await send(model, real, slot, { type: 'Update', wish, old, id: slot.id, block });
      const isDone = told.status === 'SUCCESS';
      slot.update = { old, wish, before: told.before, at: model.disturbances, settled };
      slot.isRollbackDue = !isDone;
      if (isDone) slot.wish = wish;
    },
  );

export const rollBack = (index: number, block: Block | undefined): Command =>
  onSlot(
    index,
    ({ state, update }) => state === 'alive' && update !== undefined,
    `Rollback${blockWords(block)}`,
    async (slot, model, real) => {
      const { update, id } = slot;
      must(update !== undefined, 'there was no Update');
      const { old, wish, at } = update;
      const isClean = model.disturbances === at;
      const told = await send(model, real, slot, { type: 'Update', wish: old, old: wish, id, block });
      slot.isUnclear = told.status === 'FAILED' && (slot.isUnclear || !slot.isRollbackDue);
      slot.isRollbackDue = told.status === 'FAILED';
      if (told.status === 'SUCCESS') {
        slot.update = undefined;
        slot.wish = old;
      }
      if (isClean && !told.isStruck) checkRollback(model, update, told);
    },
  );

export const remove = (index: number, block: Block | undefined): Command =>
  // After a rollback that failed nobody knows which properties come with it.
  onSlot(
    index,
    ({ state, isUnclear }) => state !== 'absent' && !isUnclear,
    `Delete${blockWords(block)}`,
    async (slot, model, real) => {
      const { wish, id } = slot;
      must(wish !== undefined, 'nothing was asked for');
      const told = await send(model, real, slot, {
        type: 'Delete',
        wish,
        id,
        block,
      });
      if (told.status === 'FAILED') return;
      slot.state = 'absent';
      slot.update = undefined;
      slot.isRollbackDue = false;
      slot.effect = new Map();
    },
  );

export const removeInvented = (index: number, wish: Wish): Command =>
  onSlot(
    index,
    ({ state }) => state === 'absent',
    `Delete of an invented id {${wishWords(wish)}}`,
    (slot, model, real) => send(model, real, slot, { type: 'Delete', wish, id: 'orders-Settings-4A5B6C' }),
  );

export const redeliver: Command = {
  check: (model) => model.last !== undefined,
  async run(model, real) {
    const { last } = model;
    must(last !== undefined, 'nothing was sent');
    const { slot, sent, told, at } = last;
    const isSame = model.disturbances === at && !told.isStruck && told.status === 'SUCCESS';
    const again = await request(model, real, slot, { ...sent, block: undefined });
    model.last = { ...last, told: again, at: model.disturbances };
    // What CloudFormation takes to have failed is in effect after all.
    if (slot.isRollbackDue && again.status === 'SUCCESS') slot.isUnclear = true;
    if (!isSame) return;
    must(again.writes.length === 0, `a second delivery writes ${again.writes.join(', ')}`);
    must(again.status === told.status && again.id === told.id, 'a second delivery is answered otherwise');
    see(model, 'second delivery');
  },
  toString: () => 'Redelivery',
};
