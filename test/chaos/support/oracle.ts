/** What must hold whatever happens, told from the states alone: nothing in it knows how claims work. */

import { decodeRecord } from '../../../core/claims/encode.ts';
import type { Claim, ClaimRecord } from '../../../core/claims/record.ts';
import type { RepositorySettings } from '../../../core/settings/repository-settings.ts';
import {
  isSameMutability,
  type Part,
  parts,
  type State,
} from '../../unit/custom-resource/support/model-settings.ts';
import type { Settings } from '../../unit/custom-resource/support/registry.ts';
import { arnOf, type World } from './world.ts';

export type Snapshot = ReadonlyMap<string, State>;

export function recordOf(world: World, name: string): ClaimRecord | undefined {
  const item = world.items.get(arnOf(name));
  return item && decodeRecord(item);
}

/** Whose settings a stack may return to, repository by repository. */
export interface Oracle {
  /** What stacks have found or left, by `<stack> <repository>`. */
  readonly known: Map<string, readonly Settings[]>;
  /** Which stack has made a setting as safe as it is, by `<repository> <part>`. */
  readonly hardenedBy: Map<string, { readonly stack: string; readonly by: Settings }>;
  /** Repositories that another client has changed. */
  readonly touched: Set<string>;
  /** What requests have left. */
  readonly seen: Map<string, readonly State[]>;
  /** What another client has hardened, by `<repository> <part>`, and what stacks had known before, as in `known`. */
  readonly outside: Map<string, { readonly by: Settings; readonly before: Oracle['known'] }>;
  /** What stacks had known before one left a repository with `Retain`, by `<stack> <repository>`. */
  readonly left: Map<string, Oracle['known']>;
}

export function newOracle(): Oracle {
  return {
    known: new Map(),
    hardenedBy: new Map(),
    touched: new Set(),
    seen: new Map(),
    outside: new Map(),
    left: new Map(),
  };
}

/** A change that has begun and not ended. */
interface Unfinished {
  readonly before: Settings;
  readonly after: Settings;
}

/** The changes in progress: whatever comes next puts back what was before, where it is as they have set it. */
export function unfinished(world: World): ReadonlyMap<string, Unfinished> {
  const settingsOf = ({ tagMutability, scanOnPush }: RepositorySettings) => ({
    ...tagMutability,
    scanOnPush,
  });
  return new Map(
    [...world.repositories.keys()].flatMap((name) => {
      const { before, after } = recordOf(world, name)?.inFlight ?? {};
      return before === undefined || after === undefined
        ? []
        : [[name, { before: settingsOf(before), after: settingsOf(after) }]];
    }),
  );
}

/** The claims on a repository; while a change has not ended, those before it, which it returns to. */
function claimsOn(world: World, name: string): readonly Claim[] {
  const record = recordOf(world, name);
  return (record?.inFlight?.previous ?? record)?.claims ?? [];
}

/** The repositories that a holder claims. */
export function claimedBy(world: World, holder: string): readonly string[] {
  return [...world.repositories.keys()].filter((name) =>
    claimsOn(world, name).some((claim) => claim.holder === holder),
  );
}

const isOf = (claim: Claim, stack: string) => claim.stack.includes(`:stack/${stack}/`);

const settingsOf = ({ tagMutability, scanOnPush }: RepositorySettings): Settings => ({
  ...tagMutability,
  scanOnPush,
});

/** Whether a stack claims a repository. */
export function isClaimedFor(world: World, stack: string, name: string): boolean {
  return claimsOn(world, name).some((claim) => isOf(claim, stack));
}

/** What a request of a stack has made less safe although the stack knew nothing so weak, or others have hardened it since. */
export function weakenings(
  { known }: Oracle,
  stack: string,
  before: Snapshot,
  after: Snapshot,
  begun: ReadonlyMap<string, Unfinished>,
): readonly string[] {
  return [...after].flatMap(([name, now]) => {
    const was = before.get(name);
    if (was === undefined) return [];
    const back = begun.get(name)?.before;
    const allowed = [was, ...(back === undefined ? [] : [back]), ...(known.get(`${stack} ${name}`) ?? [])];
    return parts
      .filter((part) => !allowed.some((each) => part.isAsSafe(now, each)))
      .map(() => `${name} is weaker than ${stack} has known it: ${text(was)} -> ${text(now)}`);
  });
}

/** After a request of a stack. */
export function learn(
  { known, hardenedBy, seen }: Oracle,
  stack: string,
  before: Snapshot,
  after: Snapshot,
  begun: ReadonlyMap<string, Unfinished>,
): void {
  for (const [name, now] of after) {
    const was = before.get(name);
    if (was === undefined) continue;
    seen.set(name, [...(seen.get(name) ?? []), now]);
    const key = `${stack} ${name}`;
    const change = begun.get(name);
    const back = change?.before;
    known.set(key, [...(known.get(key) ?? []), was, now, ...(back === undefined ? [] : [back])]);
    for (const [index, part] of parts.entries()) {
      // An unfinished change was reverted first: that hardens nothing, but what was set since may.
      const from = change !== undefined && part.isSame(was, change.after) ? change.before : was;
      if (!part.isAsSafe(from, now)) hardenedBy.set(`${name} ${index}`, { stack, by: now });
    }
  }
}

/**
 * What a stack has given up by `Restore`, while another of its resources still claims the repository, falls back to what
 * that one has set: so it may for those who took over. Where another client has changed that, it falls back to what the
 * stack has found.
 */
export function fellBack(oracle: Oracle, world: World, stack: string, name: string): void {
  const claims = claimsOn(world, name).filter((claim) => isOf(claim, stack));
  const left = claims.map(({ set }) => settingsOf(set));
  const found = oracle.touched.has(name) ? (oracle.known.get(`${stack} ${name}`) ?? []) : [];
  share(oracle, name, [...left, ...found]);
  // What only the resource that has gone had hardened, no other one leaves with `Retain`.
  for (const [index, part] of parts.entries()) {
    const at = `${name} ${index}`;
    const hardened = oracle.hardenedBy.get(at);
    if (hardened?.stack === stack && !left.some((each) => part.isSame(each, hardened.by)))
      oracle.hardenedBy.delete(at);
  }
}

/** After another client has changed a repository. */
export function changedOutside(
  { touched, seen, hardenedBy, known, outside }: Oracle,
  name: string,
  now: State,
  change: Unfinished | undefined,
): void {
  touched.add(name);
  for (const [index, part] of parts.entries()) {
    // What another client has made less safe again it has not hardened.
    const hardened = outside.get(`${name} ${index}`);
    if (hardened === undefined || part.isAsSafe(now, hardened.by)) continue;
    outside.delete(`${name} ${index}`);
    for (const [key, values] of hardened.before)
      known.set(key, [...(known.get(key) ?? []), ...values.map((each) => part.take<Settings>(now, each))]);
  }
  // Where it sets the same as a change that has not ended would have, nobody can tell the two apart.
  if (change !== undefined) {
    const same = parts.filter((part) => part.isSame(change.after, now));
    const taken = same.reduce((each, part) => part.take(each, now), { ...now, ...change.before });
    seen.set(name, [...(seen.get(name) ?? []), taken]);
  }
  for (const index of parts.keys()) hardenedBy.delete(`${name} ${index}`);
}

/** Before a request about a repository that another client has changed: what that one has hardened is kept. */
export function notice(oracle: Oracle, name: string, now: State): void {
  if (!oracle.touched.has(name)) return;
  // What is again as a request has left it, nobody can tell from what was never changed.
  const left = oracle.seen.get(name) ?? [];
  if (left.length === 0) return;
  for (const [index, part] of parts.entries()) {
    if (left.some((each) => part.isAsSafe(each, now))) continue;
    const at = `${name} ${index}`;
    const before = knownOf(oracle, name);
    harden(oracle, name, part, now, undefined);
    if (!oracle.outside.has(at)) oracle.outside.set(at, { by: now, before });
  }
}

/** After a stack has released a repository: what it has hardened it leaves to all others, or gives up to them. */
export function released(oracle: Oracle, stack: string, name: string, now: State, isRetained: boolean): void {
  const own = oracle.known.get(`${stack} ${name}`) ?? [];
  const before = knownOf(oracle, name);
  for (const [index, part] of parts.entries()) {
    const hardened = oracle.hardenedBy.get(`${name} ${index}`);
    // Where another client has changed it since, nothing that the stack has hardened is left to be retained.
    if (isRetained && hardened === undefined && oracle.touched.has(name))
      share(
        oracle,
        name,
        own.map((each) => part.take<Settings>(now, each)),
      );
    if (hardened?.stack !== stack) continue;
    if (!isRetained) oracle.hardenedBy.delete(`${name} ${index}`);
    else if (part.isSame(hardened.by, now)) harden(oracle, name, part, now, stack);
  }
  if (isRetained) oracle.left.set(`${stack} ${name}`, before);
  if (isRetained) return;
  share(oracle, name, own);
}

/** What every stack may return to from now on. */
function share({ known }: Oracle, name: string, more: readonly Settings[]): void {
  for (const [key, values] of known) if (key.endsWith(` ${name}`)) known.set(key, [...values, ...more]);
}

/** After a rollback by which a stack claims again what it had left with `Retain`: it has not left it. */
export function revived({ known, left }: Oracle, stack: string, name: string): void {
  for (const [key, values] of left.get(`${stack} ${name}`) ?? [])
    known.set(key, [...(known.get(key) ?? []), ...values]);
  left.delete(`${stack} ${name}`);
}

function knownOf({ known }: Oracle, name: string): Oracle['known'] {
  return new Map([...known].filter(([key]) => key.endsWith(` ${name}`)));
}

/** Also what was known before something that may be taken back. */
function harden(
  { known, outside, left }: Oracle,
  name: string,
  part: Part,
  by: Settings,
  but: string | undefined,
): void {
  const earlier = [...outside.values()].map(({ before }) => before);
  for (const each of [known, ...earlier, ...left.values()])
    for (const [key, values] of each)
      if (key.endsWith(` ${name}`) && key !== `${but} ${name}`)
        each.set(
          key,
          values.map((one) => part.safest(one, by)),
        );
}

/** What the table says of repositories that nobody is changing, where it is not what is there. */
export function untruths(world: World, { touched }: Oracle, request: string): readonly string[] {
  return [...world.repositories].flatMap(([name, now]) => {
    const record = recordOf(world, name);
    const set = record?.claims.at(-1)?.set;
    if (record?.inFlight?.request === request) return [`a change of ${name} has not ended`];
    // Of one that died: the next request about the repository ends it.
    if (record?.inFlight !== undefined) return [];
    if (set === undefined || touched.has(name)) return [];
    const isSame = isSameMutability(set.tagMutability, now) && set.scanOnPush === now.scanOnPush;
    return isSame ? [] : [`${name} is ${text(now)}, and claimed to be ${JSON.stringify(set)}`];
  });
}

export function text({ mutability, exclusions, scanOnPush }: Settings): string {
  return `${[mutability, ...exclusions].join(':')}/${scanOnPush ? 'on' : 'off'}`;
}
