/** One request to the handler, its answer held against the model, and what CloudFormation makes of it. */

import { type Expectation, expectationOf, type Model, type Slot, see } from './model.ts';
import { applied } from './model-apply.ts';
import { checkMemory, checkSafety, checkUntouched } from './model-checks.ts';
import { deleted } from './model-release.ts';
import { words } from './model-settings.ts';
import { wishWords } from './model-wishes.ts';
import { must, type Real, type Sent, type Told } from './model-world.ts';

/** Sends a request; throws when what comes of it is not as the model says. */
export async function request(model: Model, real: Real, slot: Slot, sent: Sent): Promise<Told> {
  const told = await real.send(sent);
  model.trace.push(requestWords(sent, told));
  checkId(model, slot, sent, told);
  checkSafety(model, sent, told);
  const expected =
    sent.type === 'Delete' ? deleteExpectation(model, slot, sent, told) : expectationOf(model, sent, told);
  const isExpected = expected === 'either' || (expected === 'success') === (told.status === 'SUCCESS');
  must(isExpected, `${told.status} (${told.reason}), where ${expected} was to be`);
  if (told.status === 'FAILED') {
    checkUntouched(model, told, () => false);
    if (told.isStruck) see(model, `${sent.type} that failed half-way`);
    else see(model, `${sent.type} that was refused`);
    const isPutBack = told.writes.length === 0 || !told.reason.includes('NOT PUT BACK');
    must(isPutBack, told.reason);
  } else if (sent.type === 'Delete') deleted(model, slot, sent, told);
  else if (sent.wish.dryRun) {
    checkUntouched(model, told, () => false);
    must(told.writes.length === 0, `a dry run writes ${told.writes.join(', ')}`);
    see(model, 'dry run');
  } else {
    applied(model, slot, sent, told);
    see(model, sent.type);
  }
  checkMemory(model, told.after);
  if (told.writes.length > 0) model.disturbances += 1;
  return told;
}

/** A Delete that retains never fails because tags stay behind; one that gives back only what is given back whole may. */
function deleteExpectation(model: Model, slot: Slot, sent: Sent, { isStruck }: Told): Expectation {
  if (!isStruck) return 'success';
  const isUndoing = sent.id !== slot.madeId && sent.id !== slot.failedId;
  if (isUndoing || (sent.id === slot.madeId && sent.wish.onDelete === 'Restore')) return 'failure';
  const isReturning = [...model.holdings.values()].some(
    ({ id, earlier }) => id === slot.madeId && earlier !== undefined,
  );
  return isReturning || sent.id === slot.failedId ? 'either' : 'success';
}

/** Ids are stable: one for what is made, one for what is not, and each request about a resource keeps its own. */
function checkId(model: Model, slot: Slot, sent: Sent, { status, id }: Told): void {
  if (sent.type !== 'Create') {
    must(id === sent.id, `the id ${sent.id} became ${id}`);
    return;
  }
  const known = status === 'SUCCESS' ? slot.madeId : slot.failedId;
  // One that failed names the request as well, or says that not everything could be put back.
  const stem = (each: string) => each.replace(/-not-(created-[0-9a-f]{16}|put-back)$/, '');
  must(known === undefined || stem(known) === stem(id), `the id ${known} became ${id}`);
  const others = model.slots.flatMap((each) => [
    ...(each === slot && status === 'SUCCESS' ? [] : [each.madeId]),
    ...(each === slot && status === 'FAILED' ? [] : [each.failedId]),
  ]);
  must(!others.includes(id), `the id ${id} is another resource's`);
  if (status === 'SUCCESS') slot.madeId = id;
  else slot.failedId = id;
}

function requestWords(sent: Sent, { status, reason, after }: Told): string {
  const { type, stack, logicalId, wish, block, isLost, id = '' } = sent;
  const fault = block === undefined ? '' : `, ${block.step} of ${block.key} blocked`;
  const world = [...after].map(([key, { state, memory }]) => {
    const holder = memory['ecr-hardening:holder'];
    return `${key} ${words(state)}${holder === undefined ? '' : ` held by ${holder}`}`;
  });
  return `${stack}/${logicalId}: ${type} ${id} {${wishWords(wish)}}${fault}${isLost ? ', answer lost' : ''}: ${status} ${reason}
    ${world.join(', ')}`;
}
