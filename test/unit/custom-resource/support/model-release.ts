/** What becomes of repositories whose claim goes. */
import { type Model, type Slot, see, shotOf } from './model.ts';
import { checkSame, checkState } from './model-checks.ts';
import { type Claims, claimIn, type Removal, type RemovalMode, remove } from './model-claims.ts';
import type { Key } from './model-wishes.ts';
import { must, type Sent, type Told } from './model-world.ts';

interface Release {
  readonly mode: RemovalMode;
  /** Only claims that this request was the last to change; undefined: all. */
  readonly only: string | undefined;
}

/** How a Delete removes claims: by the ID of the resource, of a Create that failed, or of one that nobody knows. */
export function releaseOf({ madeId, failed }: Slot, { id, wish }: Sent): Release {
  if (id === madeId) return { mode: wish.onDelete ?? 'Retain', only: undefined };
  return { mode: 'Undo', only: id === failed?.id ? failed?.requestId : undefined };
}

/** Whether a Delete fails where something is blocked: where it leaves settings only claims stay behind. */
export function mayFail({ mode, only }: Release): boolean {
  return mode !== 'Retain' && only === undefined;
}

/** A Delete that succeeded. */
export function deleted(model: Model, slot: Slot, sent: Sent, told: Told): void {
  const release = releaseOf(slot, sent);
  const { only } = release;
  const isMeant = (claims: Claims) => {
    const own = claimIn(claims, slot.name);
    const isRetained = claims.retained.some(({ claim }) => claim.id === slot.name);
    return own === undefined ? isRetained : only === undefined || own.instead === only;
  };
  const meant = [...model.claims].filter(([, claims]) => isMeant(claims)).map(([key]) => key);
  for (const key of told.before.keys())
    if (!meant.includes(key)) checkSame(key, shotOf(told.before, key), shotOf(told.after, key));
    else if (isLeftBehind(sent, told, key)) {
      must(told.reason.includes('stay behind'), 'it is not told that claims stay behind');
      checkSame(key, shotOf(told.before, key), shotOf(told.after, key));
      see(model, 'claims that stay behind');
    } else letGo(model, slot.name, key, release.mode, told);
  if (meant.length > 0) return;
  // The table may still say that it held a repository that was deleted.
  const writes = told.writes.filter(
    (write) => ![...model.gone].some((key) => write === `write claims ${key}`),
  );
  must(writes.length === 0, `a Delete that has nothing to release writes ${writes.join(', ')}`);
  see(
    model,
    sent.id === slot.madeId ? 'Delete of what holds nothing' : 'Delete of an id that was never made',
  );
}

/** Without its record nothing begins, and nothing ends; a setting that cannot be written keeps its repository. */
function isLeftBehind({ block }: Sent, { isStruck }: Told, key: Key): boolean {
  return isStruck && (block?.step === 'write claims' || block?.key === key);
}

/** One repository is released, by a Delete or by an Update that selects it no more. */
export function letGo(
  model: Model,
  name: string,
  key: Key,
  mode: RemovalMode,
  told: Told,
  isUpdate = false,
): void {
  const claims = model.claims.get(key);
  const own = claims && claimIn(claims, name);
  must(claims !== undefined, `${key} is not claimed`);
  const removal = remove(claims, name, mode, shotOf(told.before, key).state);
  checkState(key, removal.state, told);
  checkTold(key, removal, told);
  const isRetained = isUpdate && mode === 'Retain' && own !== undefined;
  const retained = isRetained ? [{ claim: own, original: claims.original }] : [];
  const next = { ...removal.claims, retained: [...removal.claims.retained, ...retained] };
  keep(model, key, next);
  if (removal.returnsTo !== undefined) see(model, 'return to the earlier holder');
  else if (own !== undefined && mode !== 'Retain') see(model, `${mode} to what was before`);
}

/** The claims of one repository from now on. */
export function keep(model: Model, key: Key, claims: Claims): void {
  if (claims.list.length + claims.retained.length === 0) model.claims.delete(key);
  else model.claims.set(key, claims);
}

export function checkTold(key: Key, { isForeign, returnsTo }: Removal, { reason }: Told): void {
  const isTold = new RegExp(`/${key} (was|were) changed by another client`).test(reason);
  must(isTold === isForeign, `${key}: ${isForeign ? 'not ' : ''}told that somebody else has changed it`);
  const isReturnTold = reason.includes(`/${key} returns to`);
  must(isReturnTold === (returnsTo !== undefined), `${key}: the return is told: ${isReturnTold}`);
}
