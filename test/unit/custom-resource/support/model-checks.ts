/** What holds after every request. */
import { hashOfPolicy } from '../../../../reconcile/hash.ts';
import { type Model, shotOf } from './model.ts';
import { type Claims, none, type Seen } from './model-claims.ts';
import { isSame, keepsTags, type State, words } from './model-settings.ts';
import type { Key } from './model-wishes.ts';
import { must, type Sent, type Shot, type Told, type World } from './model-world.ts';

/** Without AllowWeakening: nothing less safe than it was, but for what was original, or the same stack had found or set. */
export function checkSafety(model: Model, { stack }: Sent, { before, after }: Told): void {
  if (model.allowWeakening) return;
  for (const [key, { state }] of after) {
    const original = model.claims.get(key)?.original;
    const known = [
      ...(model.known.get(`${stack} ${key}`) ?? []),
      ...(original === undefined ? [] : [original]),
    ];
    const all = [shotOf(before, key).state, ...known];
    // Setting by setting, as they are given back.
    const isKept =
      all.some((each) => keepsTags(state, each)) && all.some((each) => state.scanOnPush || !each.scanOnPush);
    must(isKept, `${key} is less safe than it was, than it was first, and than what this stack found or set`);
  }
}

/** What a stack has found or set from now on. */
export function learn(model: Model, { stack }: Sent, { before, after }: Told): void {
  for (const [key, { state }] of after) {
    const name = `${stack} ${key}`;
    model.known.set(name, [...(model.known.get(name) ?? []), shotOf(before, key).state, state]);
  }
}

/** Everything is as it was. */
export function checkUntouched({ before, after }: Told): void {
  checkTags(before, after);
  for (const [key, now] of after) checkSame(key, shotOf(before, key), now);
}

/** Tags are nobody's business. */
export function checkTags(before: World, after: World): void {
  must(before.size === after.size, 'a repository came or went');
  for (const [key, { tags }] of after)
    must(JSON.stringify(tags) === JSON.stringify(shotOf(before, key).tags), `tags of ${key} were touched`);
}

/** One repository and its claims are as they were. */
export function checkSame(key: Key, was: Shot, now: Shot): void {
  must(
    isSame(was.state, now.state),
    `${key} ${words(was.state)} -> ${words(now.state)}, where it was to stay`,
  );
  must(ownershipOf(was) === ownershipOf(now), `the claims of ${key} were changed`);
}

function ownershipOf({ record }: Shot): string {
  const { original, claims, retained } = record ?? {};
  return JSON.stringify({ original, claims, retained });
}

/** One repository is set and claimed as it must be. */
export function checkState(key: Key, expected: State, { before, after }: Told): void {
  const [was, now] = [shotOf(before, key).state, shotOf(after, key).state];
  must(isSame(now, expected), `${key} ${words(was)} -> ${words(now)}, where ${words(expected)} was to be`);
}

/** The table says who wants what, in their order, and what was original; and no more. */
export function checkRecords(model: Model, world: World): void {
  const idOf = (name: string) => model.slots.find((slot) => slot.name === name)?.madeId ?? name;
  for (const [key, { record }] of world) {
    const claims = model.claims.get(key);
    const expected = claims && listOf(claims).map(({ id, set }) => `${idOf(id)} ${textOf(set)}`);
    const actual =
      record &&
      [...record.retained.map(({ claim }) => claim), ...record.claims].map(
        ({ holder, set }) => `${holder} ${storedText(set)}`,
      );
    must(
      JSON.stringify(expected) === JSON.stringify(actual),
      `${key} is claimed by ${actual?.join()}, not by ${expected?.join()}`,
    );
    if (claims === undefined || record === undefined || claims.list.length === 0) continue;
    const [first, found] = [textOf(claims.original), storedText(record.original)];
    must(first === found, `of ${key} ${found} is taken for original, not ${first}`);
  }
}

function listOf({ list, retained }: Claims) {
  return [...retained.map(({ claim }) => claim), ...list];
}

function textOf({ mutability, exclusions, scanOnPush, policy }: Seen): string {
  const hash = policy === undefined || policy === none ? policy : hashOfPolicy(policy);
  return JSON.stringify([mutability, exclusions.toSorted(), scanOnPush, hash ?? 'not read']);
}

function storedText({
  tagMutability,
  scanOnPush,
  lifecyclePolicy,
}: NonNullable<Shot['record']>['original']): string {
  const { mutability, exclusions } = tagMutability;
  return JSON.stringify([mutability, exclusions.toSorted(), scanOnPush, lifecyclePolicy ?? 'not read']);
}
