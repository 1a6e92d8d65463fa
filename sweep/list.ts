/** The first step: which repositories a sweep is about, in order of their names. */
import type { ClaimsTable } from '../aws/claims/claims-table.ts';
import { repositoryNameOf } from '../aws/ecr/arn.ts';
import type { Ecr } from '../aws/ecr/ecr.ts';
import type { ObjectStore } from '../aws/objects/object-store.ts';
import type { UsageRegistry } from '../aws/usage/usage-reads.ts';
import { decodeRecord } from '../core/claims/encode.ts';
import { keeperHolder } from '../core/claims/keeper.ts';
import { isInScope, parseScope } from '../core/sweep/scope.ts';
import { lineOf, readInfo, readLines, writeFile, writeInfo } from './files.ts';
import { damagedRecord, type ListedRepository } from './items.ts';
import { isSweepName, sweepKeys } from './keys.ts';
import type { RepositoryResult } from './results.ts';
import type { ListInput, SweepStep } from './steps.ts';
import type { KeeperMode, SweepAction, SweepInfo } from './sweep-info.ts';

/** What the list depends on. */
export interface ListContext {
  readonly ecr: Pick<Ecr, 'repositories'>;
  readonly claims: Pick<ClaimsTable, 'all'>;
  readonly objects: ObjectStore;
  readonly registry: UsageRegistry;
  readonly mode: KeeperMode;
  /** The parameter KeeperScope. */
  readonly scope: string;
}

/**
 * Writes the list and what the sweep is. Called again for the same sweep it does the same.
 *
 * @throws SweepNotFound, errors of the SDK, OutOfTime
 */
export async function listSweep(
  { sweep, action: asked, startedAt, again }: ListInput,
  context: ListContext,
): Promise<SweepStep> {
  const { objects, registry, mode, scope } = context;
  if (!isSweepName(sweep) || (again !== undefined && !isSweepName(again)))
    throw new TypeError('the name of an execution has letters, digits, - and _ only');
  const earlier = again === undefined ? undefined : await readInfo(again, objects);
  const action = earlier?.action ?? asked;
  const listed =
    earlier === undefined
      ? numbered(action === 'release' ? await heldByKeeper(context) : await inRegistry(context))
      : (await unfinishedOf(earlier, objects)).filter(isMeantStill(action, scope));
  await writeFile(sweepKeys(sweep).repositories, objects, async (writer) => {
    for (const each of listed) await writer.write(lineOf(each));
  });
  const whole = { sweep, action, mode, startedAt, registry, scope, repositories: listed.length };
  await writeInfo(again === undefined ? whole : { ...whole, again }, objects);
  return { sweep, action, repositories: listed.length };
}

/** KeeperScope may have been narrowed since; a release is of whatever the keeper has hardened. */
function isMeantStill(action: SweepAction, scope: string): (each: Pick<ListedRepository, 'name'>) => boolean {
  const parsed = parseScope(scope);
  return ({ name }) => action === 'release' || isInScope(parsed, name);
}

type Unnumbered = Omit<ListedRepository, 'index'>;

function numbered(repositories: readonly Unnumbered[]): readonly ListedRepository[] {
  return repositories
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((each, index) => ({ index, ...each }));
}

async function inRegistry({ ecr, scope }: ListContext): Promise<readonly Unnumbered[]> {
  const parsed = parseScope(scope);
  return (await ecr.repositories())
    .filter(({ name }) => isInScope(parsed, name))
    .map(({ name, arn, createdAt }) => ({ name, arn, createdAt }));
}

/** Whatever the keeper has hardened, be it in its present scope or not. */
async function heldByKeeper({ claims }: ListContext): Promise<readonly Unnumbered[]> {
  const found: Unnumbered[] = [];
  for await (const item of claims.all()) {
    if (!item.holders.includes(keeperHolder)) continue;
    const { key: arn } = item;
    // A damaged record is listed too, so that it is reported.
    const createdAt = decodeRecord(item)?.createdAt ?? damagedRecord;
    found.push({ name: repositoryNameOf(arn), arn, createdAt });
  }
  return found;
}

/** Those of an earlier sweep, and of those that it was itself about, which have no result or a failed one. */
async function unfinishedOf(earlier: SweepInfo, objects: ObjectStore): Promise<readonly ListedRepository[]> {
  const sweeps = await withEarlier(earlier, objects);
  const finished = new Set<number>();
  // The oldest has the whole list; what is finished once stays so.
  for (const { sweep } of sweeps)
    for await (const key of objects.list(sweepKeys(sweep).results))
      for await (const { index, state } of readLines<RepositoryResult>(key, objects))
        if (state !== 'failed') finished.add(index);
  const [first = earlier] = sweeps;
  const left: ListedRepository[] = [];
  for await (const each of readLines<ListedRepository>(sweepKeys(first.sweep).repositories, objects))
    if (!finished.has(each.index)) left.push(each);
  return left;
}

/** A sweep, and before it those whose rest it was about. @throws SweepNotFound */
export async function withEarlier(
  info: SweepInfo,
  objects: Pick<ObjectStore, 'get'>,
): Promise<readonly SweepInfo[]> {
  const sweeps = [info];
  for (let next = info.again; next !== undefined; ) {
    const earlier = await readInfo(next, objects);
    if (sweeps.some(({ sweep }) => sweep === earlier.sweep)) break;
    sweeps.unshift(earlier);
    next = earlier.again;
  }
  return sweeps;
}
