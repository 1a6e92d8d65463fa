/** Live repositories: their settings and their claims. */
import type { ClaimsTable } from '../aws/claims/claims-table.ts';
import type { Ecr, Repository } from '../aws/ecr/ecr.ts';
import { isRepositoryNotFound } from '../aws/faults.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';
import { decodeRecord } from '../core/claims/encode.ts';
import { type ClaimRecord, newestClaim } from '../core/claims/record.ts';
import { settings as allSettings, type RepositorySettings } from '../core/settings/repository-settings.ts';
import { hashOfPolicy } from './hash.ts';
import type { Log } from './log.ts';

/** What reading depends on. */
export interface ObserveContext {
  readonly ecr: Ecr;
  readonly claims: ClaimsTable;
  readonly log: Log;
}

/** A repository as it was read, before anything is changed. */
export interface ObservedRepository {
  readonly repository: Repository;
  readonly settings: RepositorySettings;
  /** The text of its lifecycle policy; undefined if there is none, or if it was not read. */
  readonly policyText: string | undefined;
  /** Undefined without a claim, or if the claimed repository was deleted and this one created since. */
  readonly record: ClaimRecord | undefined;
  /** The version of a record that does not apply (of a deleted repository), or 0: the next one follows it. */
  readonly staleVersion: number;
}

// The difference to allow between the clocks of two machines.
const clockSkewMs = 60_000;

/**
 * Reads the claims of repositories, and the lifecycle policies that are needed.
 *
 * The repositories were read before their records. One whose record was changed at about that time, and differs from
 * what was read, is read again: its settings may be those from before that change.
 *
 * @param readAt when the repositories began to be read, in milliseconds since 1970
 */
export async function observe(
  repositories: readonly Repository[],
  needsPolicy: (record: ClaimRecord | undefined) => boolean,
  context: ObserveContext & { readonly readAt: number },
): Promise<readonly ObservedRepository[]> {
  const stored = await readStored(
    repositories.map(({ arn }) => arn),
    context,
  );
  const isSuspect = (repository: Repository) =>
    isLate(repository, stored.get(repository.arn)?.record, context.readAt - clockSkewMs);
  const suspects = repositories.filter(isSuspect).map(({ name }) => name);
  const again = suspects.length === 0 ? [] : await context.ecr.repositoriesNamed(suspects);
  const fresh = new Map(again.map((repository) => [repository.name, repository]));
  const current = repositories.flatMap((repository) => {
    if (!suspects.includes(repository.name)) return [repository];
    return fresh.get(repository.name) ?? [];
  });
  return observeWith(stored, current, needsPolicy, context);
}

/** The same if the records were read before the repositories, so that nothing was read too early. */
export async function observeWith(
  stored: ReadonlyMap<string, Stored>,
  repositories: readonly Repository[],
  needsPolicy: (record: ClaimRecord | undefined) => boolean,
  context: Pick<ObserveContext, 'ecr' | 'log'>,
): Promise<readonly ObservedRepository[]> {
  const observed = await mapConcurrently(repositories, (repository) =>
    observeOne(repository, stored.get(repository.arn), needsPolicy, context),
  );
  return observed.flat();
}

/** The records of repositories, by ARN. */
export async function readRecords(
  arns: readonly string[],
  context: Pick<ObserveContext, 'claims' | 'log'>,
): Promise<ReadonlyMap<string, ClaimRecord>> {
  const stored = await readStored(arns, context);
  return new Map(
    [...stored].flatMap(([arn, { record }]) => (record === undefined ? [] : [[arn, record] as const])),
  );
}

/** The item of one repository in the table. */
export interface Stored {
  readonly version: number;
  /** Undefined if it is damaged: it then counts as missing, and the next one follows its version. */
  readonly record: ClaimRecord | undefined;
}

async function readStored(
  arns: readonly string[],
  { claims, log }: Pick<ObserveContext, 'claims' | 'log'>,
): Promise<ReadonlyMap<string, Stored>> {
  const stored = new Map<string, Stored>();
  for (const [arn, item] of await claims.read(arns)) {
    const record = decodeRecord(item);
    if (record === undefined) log({ level: 'ERROR', message: 'the record of claims is damaged', arn });
    stored.set(arn, { version: item.version, record });
  }
  return stored;
}

function isLate(repository: Repository, record: ClaimRecord | undefined, since: number): boolean {
  if (record === undefined || record.changedAt < since) return false;
  const newest = newestClaim(record);
  const read = settingsOf(repository, undefined, false);
  return newest === undefined || !allSettings.every(({ equals }) => equals(newest.set, read));
}

async function observeOne(
  repository: Repository,
  stored: Stored | undefined,
  needsPolicy: (record: ClaimRecord | undefined) => boolean,
  { ecr, log }: Pick<ObserveContext, 'ecr' | 'log'>,
): Promise<readonly ObservedRepository[]> {
  // A repository that was deleted and created again is a different one.
  const isOfThis = stored?.record?.createdAt === repository.createdAt && isInUse(stored.record);
  const record = isOfThis ? stored.record : undefined;
  const staleVersion = stored?.version ?? 0;
  const isRead = needsPolicy(record);
  try {
    const policyText = isRead ? await ecr.lifecyclePolicy(repository.name) : undefined;
    const settings = settingsOf(repository, policyText, isRead);
    return [{ repository, settings, policyText, record, staleVersion }];
  } catch (error) {
    if (!isRepositoryNotFound(error)) throw error;
    log({ level: 'WARN', message: 'deleted meanwhile', repository: repository.name });
    return [];
  }
}

/** Whether a record has claims; one without is kept only for its version. */
function isInUse({ claims, retained, inFlight }: ClaimRecord): boolean {
  return claims.length > 0 || retained.length > 0 || inFlight !== undefined;
}

function settingsOf(
  { tagMutability, scanOnPush }: Repository,
  policyText: string | undefined,
  isRead: boolean,
): RepositorySettings {
  return { tagMutability, scanOnPush, lifecyclePolicy: isRead ? hashOfPolicy(policyText) : undefined };
}

/**
 * One repository by its name; undefined where there is none.
 *
 * @param isPolicyRead whether its lifecycle policy is read as well
 */
export async function observeRepository(
  name: string,
  isPolicyRead: boolean,
  context: Pick<ObserveContext, 'ecr' | 'log'>,
): Promise<ObservedRepository | undefined> {
  const repository = await context.ecr.repository(name);
  if (repository === undefined) return undefined;
  const [observed] = await observeOne(repository, undefined, () => isPolicyRead, context);
  return observed;
}

/** Repositories with their tags; those that were deleted meanwhile are left out. */
export async function readTags(
  repositories: readonly Repository[],
  { ecr, log }: { readonly ecr: Ecr; readonly log: Log },
): Promise<readonly { readonly repository: Repository; readonly tags: ReadonlyMap<string, string> }[]> {
  const tagged = await mapConcurrently(repositories, async (repository) => {
    try {
      return [{ repository, tags: await ecr.tags(repository.arn) }];
    } catch (error) {
      if (!isRepositoryNotFound(error)) throw error;
      log({ level: 'WARN', message: 'deleted meanwhile', repository: repository.name });
      return [];
    }
  });
  return tagged.flat();
}
