/** An Update that returns to a dry run takes back the Update before it, which is how CloudFormation rolls back. */
import { type Model, type Slot, shotOf } from './model.ts';
import {
  type Claim,
  type Claims,
  claimIn,
  giveBack,
  isAbout as isAboutPolicy,
  moveBack,
  type Removal,
  remove,
  standingOver,
  topOf,
  underMoved,
} from './model-claims.ts';
import type { State } from './model-settings.ts';
import type { Key } from './model-wishes.ts';
import type { Sent, Told } from './model-world.ts';

/** What must come of it, repository by repository; empty for any other request. */
export function takenBackBy(model: Model, slot: Slot, sent: Sent, told: Told): ReadonlyMap<Key, Removal> {
  const { wish, old } = sent;
  if (sent.type !== 'Update' || !wish.dryRun || old === undefined || old.dryRun) return new Map();
  const asked = JSON.stringify(wish);
  const isMeant = ({ instead, asked: before }: Claim) => instead === asked && before === JSON.stringify(old);
  return new Map(
    [...model.claims].flatMap(([key, claims]) => {
      const own = claimIn(claims, slot.name);
      if (own === undefined || !isMeant(own)) return [];
      return [[key, takeBack(claims, own, asked, shotOf(told.before, key).state)] as const];
    }),
  );
}

function takeBack(claims: Claims, own: Claim, asked: string, now: State): Removal {
  if (own.isNew) return remove(claims, own.id, 'Undo', now);
  const isAbout = own.set.policy !== undefined;
  const { before } = own;
  const set = { ...before, policy: isAbout ? before.policy : undefined };
  const index = claims.list.indexOf(own);
  const above = claims.list.slice(index + 1);
  const list = [...claims.list.slice(0, index), { ...own, set, asked }, ...standingOver(above, own.set, set)];
  const left = own.moved === undefined ? { ...claims, list } : moveBack(claims, own, own.moved.claim.request);
  const back = own.moved === undefined ? set : underMoved(claims, own);
  const target = { ...back, policy: isAbout ? (back.policy ?? claims.original.policy) : undefined };
  const { policy } = target;
  const through = isAbout && !above.some(isAboutPolicy) ? { policy } : {};
  const given = giveBack(own, own === topOf(claims) ? target : through, now);
  return { claims: left, ...given, returnsTo: undefined };
}
