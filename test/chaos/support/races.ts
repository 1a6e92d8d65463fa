/** Requests that come at the same time; afterwards each resource is deleted, and nothing of them is left. */
import { deliver } from './deliver.ts';
import { type History, historyOf, pick, propertiesAtRandom, requestOf, settle } from './history.ts';
import { unfinished, untruths } from './oracle.ts';
import { type Fault, processOf } from './world.ts';

export async function race(seed: number): Promise<History> {
  const history = historyOf(seed);
  const { random } = history;
  for (let rounds = 1 + Math.floor(random() * 2); rounds > 0; rounds -= 1) await round(history);
  await settle(history);
  return history;
}

/** Two or three resources at once, each request once or twice; one of the processes may die. */
async function round(history: History): Promise<void> {
  const { random, slots, world, application, trace, problems, oracle } = history;
  const turns = () => Math.floor(random() * 4);
  const contenders = slots.filter(({ isDeleteDue }) => random() < 0.6 && !isDeleteDue);
  const dying = random() < 0.3 && contenders.length > 0 ? pick(random, contenders) : undefined;
  if (dying !== undefined) history.hasDied = true;
  await Promise.all(
    contenders.map(async (slot) => {
      const type = slot.id === undefined ? 'Create' : 'Update';
      const old = slot.properties;
      const { RepositoryNme: _, ...properties } = propertiesAtRandom(random);
      history.requests += 1;
      const request = requestOf(history, history.requests, slot, type, properties, old);
      const fault: Fault | undefined =
        slot === dying ? { kind: 'dies after', call: 1 + Math.floor(random() * 16) } : undefined;
      const send = (own: Fault | undefined) =>
        deliver(world, request, processOf(own, turns), application, undefined);
      const [answer] = await Promise.all([send(fault), ...(random() < 0.3 ? [send(undefined)] : [])]);
      trace.push(
        `${slot.stack}/${slot.logicalId}: ${type} ${JSON.stringify(properties)}: ${answer.status} ${answer.reason}`,
      );
      const isDone = answer.status === 'SUCCESS';
      if (old.OnDelete === 'Retain' || / stays?\b| keeps /.test(answer.reason)) history.isRestorable = false;
      if (type === 'Create') {
        slot.id = answer.status === 'DEAD' ? 'one-A-1QABCDEFGH' : answer.id;
        slot.isDeleteDue = !isDone;
        slot.properties = properties;
      } else if (isDone) slot.properties = properties;
      else slot.update = { properties, isFailed: true };
    }),
  );
  // Only deliveries that died may leave something unfinished, for as long as they could have run.
  if (!history.hasDied) {
    problems.push(...untruths(world, oracle, ''));
    if (unfinished(world).size > 0) problems.push('a change has not ended');
  }
  world.now += 400_000;
  // What a stack has known at each moment of a race only the requests could tell.
  history.isRaced = true;
}
