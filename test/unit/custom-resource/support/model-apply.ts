/** What a Create or an Update must have come to, and what the model learns from it. */

import { defaultOf, type Holding, type Model, type Slot, see, shotOf, targetOf } from './model.ts';
import { checkUntouched } from './model-checks.ts';
import { isPolicyForgotten } from './model-left-out.ts';
import { letGo, part } from './model-release.ts';
import { isSame, isSameMutability, isSameSettings, keepsTags, type State, words } from './model-settings.ts';
import { type Key, selectedOf } from './model-wishes.ts';
import { must, type Sent, type Told } from './model-world.ts';

/** A success that was no dry run. */
export function applied(model: Model, slot: Slot, sent: Sent, told: Told): void {
  const { before, after, id } = told;
  const selected = selectedOf(sent.wish, [...before.keys()]);
  const isLeft = (key: Key) =>
    sent.type === 'Update' && model.holdings.get(key)?.id === id && !selected.includes(key);
  const parting = sent.type === 'Update' ? id : undefined;
  checkUntouched(model, told, (key) => selected.includes(key) || isLeft(key), parting);
  for (const key of before.keys())
    if (selected.includes(key)) settle(model, slot, sent, told, key);
    else if (isLeft(key)) letGo(model, key, sent.old?.onDelete ?? 'Retain', told);
    else if (parting !== undefined) part(model, key, parting);
  slot.effect = after;
}

function settle(model: Model, slot: Slot, sent: Sent, told: Told, key: Key): void {
  const before = shotOf(told.before, key).state;
  const after = shotOf(told.after, key).state;
  const held = model.holdings.get(key);
  checkEffect(model, slot, sent, { key, before, after, held });
  const isTaken = held !== undefined && held.id !== told.id;
  if (isTaken) {
    must(
      told.reason.includes(`/${key} is taken over from ${held.id}`),
      `the take-over of ${key} is not told`,
    );
    see(model, held.stack === slot.stack ? 'take-over in a stack' : 'take-over from another stack');
  }
  const next = holdingAfter(slot, sent, told.id, { before, after, held });
  if (next !== undefined) model.holdings.set(key, next);
}

interface Change {
  readonly before: State;
  readonly after: State;
  readonly held: Holding | undefined;
}

/** What was asked for is in effect; what was not asked for is the default, or as safe as it was. */
function checkEffect(
  model: Model,
  slot: Slot,
  { wish }: Sent,
  { key, before, after, held }: Change & { readonly key: Key },
): void {
  const was = `${key} ${words(before)} -> ${words(after)}`;
  const target = targetOf(model, wish, before);
  must(after.scanOnPush === target.scanOnPush, `${was}: scanning is not as asked for`);
  // Asked for again what had led to a state, a request may go back to it.
  const isAgain = slot.asked.some((each) => JSON.stringify(each) === JSON.stringify(wish));
  const isBack =
    isAgain &&
    held?.known.some((known) => isSameMutability(known, after) && keepsTags(after, known)) === true;
  const isAsAsked = isSameMutability(after, target) || (wish.mutability === undefined && isBack);
  must(
    isAsAsked,
    `${was}: the tag mutability is not as asked for, by default ${defaultOf(model).mutability}`,
  );
  if (wish.policy !== undefined) must(after.policy === wish.policy, `${was}: not the policy asked for`);
  else {
    const isRemoved = isAgain && after.policy === undefined && held?.hasPolicy === true;
    const isOurs = before.policy === held?.last.policy;
    must(after.policy === before.policy || (isRemoved && isOurs), `${was}: a policy that nobody asked about`);
  }
}

function holdingAfter(
  { stack }: Slot,
  { wish }: Sent,
  id: string,
  { before, after, held }: Change,
): Holding | undefined {
  // Where nothing has to be changed nothing is remembered.
  if (held === undefined && isSame(before, after)) return undefined;
  // What somebody else has set meanwhile does not become its own.
  if (held?.id === id && isSame(before, after)) return { ...held, known: [...held.known, after] };
  const isMine = held?.id === id;
  const ours = held?.stack === stack ? held : undefined;
  const hadPolicy = held?.hasPolicy === true;
  const isPolicySet = wish.policy !== undefined || before.policy !== after.policy;
  const first =
    held === undefined || hadPolicy ? (held?.first ?? before) : { ...held.first, policy: before.policy };
  return {
    id,
    stack,
    first,
    hasPolicy: hadPolicy || wish.policy !== undefined,
    founds: ours?.founds ?? [before],
    known: [...(ours?.known ?? []), before, after],
    last: { ...after, policy: hadPolicy && !isPolicySet ? held.last.policy : after.policy },
    befores: isMine
      ? isSameSettings(before, after) && before.policy === after.policy
        ? held.befores
        : [...held.befores, before]
      : [before],
    isVague: held !== undefined && (held.isVague || isPolicyForgotten(held, stack, wish)),
    earlier:
      held === undefined || held.id === id
        ? held?.earlier
        : { held: { ...held, earlier: undefined }, taken: before },
  };
}
