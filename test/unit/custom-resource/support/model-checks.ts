/** What holds after every request. */
import { type Model, shotOf, takeOverTags } from './model.ts';
import { isAsSafe, isSame } from './model-settings.ts';
import type { Key } from './model-wishes.ts';
import { must, type Sent, type Told, type World } from './model-world.ts';

/** Without AllowWeakening: nothing less safe than it was, but for what the same stack had found or set. */
export function checkSafety(model: Model, { stack }: Sent, { before, after }: Told): void {
  if (model.allowWeakening) return;
  for (const [key, { state }] of after) {
    const held = model.holdings.get(key);
    const known = held?.stack === stack ? held.known : [];
    const isKept = [shotOf(before, key).state, ...known].some((each) => isAsSafe(state, each));
    must(isKept, `${key} is less safe than it was, and than what this stack found or set`);
  }
}

const textOf = (tags: Readonly<Record<string, string>>) => JSON.stringify(tags);
const withoutTakeOver = (tags: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !takeOverTags.test(key)));

/**
 * Nothing but what is named has changed, tags included.
 *
 * @param parting the resource that lets go, to which nothing goes back from now on
 */
export function checkUntouched(
  model: Model,
  { before, after }: Told,
  isMeant: (key: Key) => boolean,
  parting?: string,
): void {
  must(before.size === after.size, 'a repository came or went');
  for (const [key, now] of after) {
    const was = shotOf(before, key);
    must(textOf(was.others) === textOf(now.others), `other tags of ${key} were touched`);
    if (isMeant(key)) continue;
    must(isSame(was.state, now.state), `${key} was changed`);
    const isParted = parting !== undefined && model.holdings.get(key)?.earlier?.held.id === parting;
    const part = isParted ? withoutTakeOver : (tags: Readonly<Record<string, string>>) => tags;
    must(textOf(part(was.memory)) === textOf(part(now.memory)), `the memory of ${key} was changed`);
  }
}

/** The tags say who holds what, and what was first found. */
export function checkMemory(model: Model, world: World): void {
  for (const [key, { memory }] of world) {
    const held = model.holdings.get(key);
    const holder = memory['ecr-hardening:holder'];
    must(holder === held?.id, `${key} is held by ${holder}, not by ${held?.id}`);
    if (held === undefined) must(Object.keys(memory).length === 0, `tags are left on ${key}`);
    else {
      const { mutability, exclusions, scanOnPush } = held.first;
      const text = [mutability, ...exclusions].join(':').replaceAll('*', '+');
      const found = memory['ecr-hardening:found'] ?? '';
      const isFound = found.startsWith(`${text}/scan=${scanOnPush ? 'on' : 'off'}/`);
      must(isFound, `${key} remembers ${found}`);
    }
  }
}
