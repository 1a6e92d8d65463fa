/** One request to the handler, its answer held against the model, and what CloudFormation makes of it. */
import { defaultOf, type Model, type Slot, see, shotOf } from './model.ts';
import {
  checkRecords,
  checkSafety,
  checkSame,
  checkState,
  checkTags,
  checkUntouched,
  learn,
} from './model-checks.ts';
import { claimIn, type Removal } from './model-claims.ts';
import { takenBackBy } from './model-dry-run.ts';
import { type Expected, expectedOf } from './model-expect.ts';
import { checkTold, deleted, keep, letGo, mayFail, releaseOf } from './model-release.ts';
import { words } from './model-settings.ts';
import { isMissing, type Key, selectedOf, type Wish, wishWords } from './model-wishes.ts';
import { must, type Real, type Sent, type Told } from './model-world.ts';

/** Sends a request; throws when what comes of it is not as the model says. */
export async function request(model: Model, real: Real, slot: Slot, sent: Sent): Promise<Told> {
  const told = await real.send(sent);
  model.trace.push(requestWords(sent, told));
  checkId(model, slot, sent, told);
  checkSafety(model, sent, told);
  const takenBack = takenBackBy(model, slot, sent, told);
  const expected = sent.type === 'Delete' ? undefined : outcomeOf(model, slot, sent, told, takenBack);
  const isDone =
    sent.type === 'Delete' ? !(told.isStruck && mayFail(releaseOf(slot, sent))) : expected !== undefined;
  must(isDone === (told.status === 'SUCCESS'), `${told.status} (${told.reason}), where the other was to be`);
  if (!isDone) {
    checkUntouched(told);
    see(model, `${sent.type} that ${told.isStruck ? 'failed half-way' : 'was refused'}`);
    must(!told.reason.includes('NOT PUT BACK'), told.reason);
  } else if (expected === undefined) deleted(model, slot, sent, told);
  else if (sent.wish.dryRun) {
    lookedAt(model, told, takenBack);
    slot.effect = told.after;
  } else {
    applied(model, slot, sent, told, expected);
    see(model, sent.type);
  }
  checkTags(told.before, told.after);
  checkRecords(model, told.after);
  if (told.writes.length > 0) model.disturbances += 1;
  return told;
}

/** A dry run that succeeded. */
function lookedAt(model: Model, told: Told, takenBack: ReadonlyMap<Key, Removal>): void {
  for (const [key, was] of told.before) {
    const removal = takenBack.get(key);
    if (removal === undefined) checkSame(key, was, shotOf(told.after, key));
    else {
      checkState(key, removal.state, told);
      checkTold(key, removal, told);
      keep(model, key, removal.claims);
    }
  }
  see(model, takenBack.size === 0 ? 'dry run' : 'rollback to a dry run');
  if (takenBack.size > 0) return;
  must(told.writes.length === 0, `a dry run writes ${told.writes.join(', ')}`);
}

/** Whether a claim shows it: its properties were replaced by the last Update, or those that replaced them failed. */
function isRollbackOf(model: Model, name: string, { type, wish, old }: Sent): boolean {
  const [asked, replaced] = [JSON.stringify(wish), JSON.stringify(old)];
  return (
    type === 'Update' &&
    [...model.claims.values()]
      .flatMap(({ list, retained }) => [...list, ...retained.map(({ claim }) => claim)])
      .some(
        (claim) =>
          claim.id === name &&
          ((claim.instead === asked && claim.asked !== asked) ||
            (claim.asked === asked && replaced !== asked)),
      )
  );
}

/** What must come of a Create or an Update at each repository that it selects; undefined where it must fail. */
function outcomeOf(
  model: Model,
  { name, stack }: Slot,
  sent: Sent,
  { before, isStruck, isRollbackOfGone }: Told,
  takenBack: ReadonlyMap<Key, Removal>,
): ReadonlyMap<Key, Expected> | undefined {
  const { wish, requestId } = sent;
  const existing = [...before.keys()];
  const isRollback = isRollbackOf(model, name, sent) || (sent.type === 'Update' && isRollbackOfGone);
  if (isStruck || (isMissing(wish, existing) && !isRollback)) return undefined;
  const asking = {
    ...{ id: name, stack, wish, request: requestId },
    instead: sent.old === undefined ? requestId : JSON.stringify(sent.old),
    allowWeakening: model.allowWeakening,
    isRollback,
    byDefault: defaultOf(model),
  };
  const outcomes = selectedOf(wish, existing).map((key) => {
    const { claims, state } = takenBack.get(key) ?? {
      claims: model.claims.get(key),
      state: shotOf(before, key).state,
    };
    return [key, expectedOf(asking, claims, state)] as const;
  });
  const done = outcomes.flatMap(([key, each]) => (each === undefined ? [] : [[key, each] as const]));
  return done.length < outcomes.length ? undefined : new Map(done);
}

/** A success that was no dry run. */
function applied(
  model: Model,
  slot: Slot,
  sent: Sent,
  told: Told,
  expected: ReadonlyMap<Key, Expected>,
): void {
  for (const key of told.before.keys()) {
    const outcome = expected.get(key);
    const claims = model.claims.get(key);
    const isHeld = claims !== undefined && claimIn(claims, slot.name) !== undefined;
    if (outcome !== undefined) settled(model, key, told, outcome);
    else if (isSelectionChanged(sent) && isHeld)
      letGo(model, slot.name, key, sent.old?.onDelete ?? 'Retain', told, true);
    else checkSame(key, shotOf(told.before, key), shotOf(told.after, key));
  }
  learn(model, sent, told);
  slot.effect = told.after;
}

/** Only then may claims be held on what is not selected, but for those that a Delete of the same resource left behind. */
function isSelectionChanged({ wish, old }: Sent): boolean {
  const selectionOf = (each: Wish) => JSON.stringify([each.selection, each.allowNoMatch]);
  return old !== undefined && (old.dryRun || selectionOf(old) !== selectionOf(wish));
}

function settled(
  model: Model,
  key: Key,
  told: Told,
  { state, claims, takenFrom, isKeptSafer }: Expected,
): void {
  checkState(key, state, told);
  const isTold = told.reason.includes(`/${key} is taken over from`);
  must(isTold === (takenFrom !== undefined), `the take-over of ${key} is told: ${isTold}`);
  const isKeptTold = told.reason.includes(`/${key} keeps `);
  must(isKeptTold === isKeptSafer, `that ${key} is kept as safe is told: ${isKeptTold}`);
  if (isKeptSafer) see(model, 'rollback that keeps what is safer');
  if (takenFrom !== undefined)
    see(
      model,
      takenFrom.stack === claims.list.at(-1)?.stack ? 'take-over in a stack' : 'take-over from another stack',
    );
  model.claims.set(key, claims);
}

/** Ids are stable: one for what is made, one for what is not, and each request about a resource keeps its own. */
function checkId(model: Model, slot: Slot, sent: Sent, { status, id }: Told): void {
  if (sent.type !== 'Create') {
    must(id === sent.id, `the id ${sent.id} became ${id}`);
    return;
  }
  const known = status === 'SUCCESS' ? slot.madeId : slot.failed?.id;
  // One that failed names the request as well, or says that not everything could be put back.
  const stem = (each: string) => each.replace(/-not-(created-[0-9a-f]{16}|put-back)$/, '');
  must(known === undefined || stem(known) === stem(id), `the id ${known} became ${id}`);
  const others = model.slots.flatMap((each) => [
    ...(each === slot && status === 'SUCCESS' ? [] : [each.madeId]),
    ...(each === slot && status === 'FAILED' ? [] : [each.failed?.id]),
  ]);
  must(!others.includes(id), `the id ${id} is another resource's`);
  if (status === 'SUCCESS') slot.madeId = id;
  else slot.failed = { id, requestId: sent.requestId };
}

function requestWords(sent: Sent, { status, reason, after }: Told): string {
  const { type, stack, logicalId, wish, block, isLost, id = '' } = sent;
  const fault = block === undefined ? '' : `, ${block.step} ${block.from} of ${block.key} blocked`;
  const world = [...after].map(([key, { state, record }]) => {
    const holders =
      record?.claims.map(({ holder }) => holder.replace('ecr-settings-', '').slice(0, 12)) ?? [];
    return `${key} ${words(state)}${holders.length === 0 ? '' : ` claimed by ${holders.join(' < ')}`}`;
  });
  return `${stack}/${logicalId}: ${type} ${id} {${wishWords(wish)}}${fault}${isLost ? ', answer lost' : ''}: ${status} ${reason}
    ${world.join(', ')}`;
}
