/** Live repositories: their settings and their claims. */
import type { ClaimsTable } from '../aws/claims/claims-table.ts';
import { repositoryNameOf } from '../aws/ecr/arn.ts';
import type { Ecr, Repository } from '../aws/ecr/ecr.ts';
import { isRepositoryNotFound } from '../aws/faults.ts';
import { both } from '../aws/map-concurrently.ts';
import { decodeRecord } from '../core/claims/encode.ts';
import type { ClaimRecord } from '../core/claims/record.ts';
import type { RepositorySettings } from '../core/settings/repository-settings.ts';
import { hashOfPolicy } from './hash.ts';
import type { Log } from './log.ts';
import { mapRepositories } from './map-repositories.ts';
import { readTooEarly, rereadUntilTrue, type Settling } from './read-lag.ts';

/** What reading depends on. */
export interface ObserveContext extends Settling {
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

/** Whether the lifecycle policy of a repository is needed; if it is without a record, it is with any. */
type NeedsPolicy = (record: ClaimRecord | undefined) => boolean;

/**
 * Reads the claims of repositories, and the lifecycle policies that are needed.
 *
 * The repositories were read before their records, and reads may lag behind writes: what was read too early is read
 * again. So lifecycle policies may be read before the records as well, and where all are needed they are read meanwhile.
 *
 * @param readAt when the repositories began to be read, in milliseconds since 1970
 */
export async function observe(
  repositories: readonly Repository[],
  needsPolicy: NeedsPolicy,
  context: ObserveContext & { readonly readAt: number },
): Promise<readonly ObservedRepository[]> {
  const stored = readStored(
    repositories.map(({ arn }) => arn),
    context,
  );
  const [, observed] = await both(
    () => stored,
    () => observeWith(stored, repositories, needsPolicy, context),
  );
  return observed;
}

/**
 * The same with the records of the repositories, some of which may be missing.
 *
 * @param stored by ARN
 */
export async function observeWith(
  stored: StoredItems,
  repositories: readonly Repository[],
  needsPolicy: NeedsPolicy,
  context: Pick<ObserveContext, 'ecr' | 'log' | 'deadline' | 'now'> & { readonly readAt: number },
): Promise<readonly ObservedRepository[]> {
  const observeAll = async (some: readonly Repository[]) => {
    const observed = await mapRepositories(some, (repository) =>
      observeOne(repository, stored, needsPolicy, context),
    );
    return observed.flat();
  };
  const observed = await observeAll(repositories);
  const records = new Map([...(await stored)].map(([arn, { record }]) => [arn, record]));
  const seen = new Map(observed.map(sightingOf).map((each) => [each.arn, each]));
  const early = readTooEarly(records, seen, context.readAt);
  if (early.length === 0) return observed;
  const read = async () => observeAll(await context.ecr.repositoriesNamed(early.map(repositoryNameOf)));
  const again = await rereadUntilTrue(early, records, read, sightingOf, context);
  const fresh = new Map(again.map((each) => [each.repository.arn, each]));
  const kept = observed.filter(({ repository: { arn } }) => !early.includes(arn) || fresh.has(arn));
  const found = new Set(kept.map(({ repository: { arn } }) => arn));
  return [
    ...kept.map((each) => fresh.get(each.repository.arn) ?? each),
    ...again.filter(({ repository: { arn } }) => !found.has(arn)),
  ];
}

function sightingOf({ repository: { arn, createdAt }, settings }: ObservedRepository) {
  return { arn, createdAt, settings };
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

/** By ARN. */
type StoredItems = ReadonlyMap<string, Stored> | Promise<ReadonlyMap<string, Stored>>;

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

async function observeOne(
  repository: Repository,
  items: StoredItems,
  needsPolicy: NeedsPolicy,
  { ecr, log }: Pick<ObserveContext, 'ecr' | 'log'>,
): Promise<readonly ObservedRepository[]> {
  const readPolicy = async (isRead: boolean) =>
    isRead ? { text: await ecr.lifecyclePolicy(repository.name) } : undefined;
  try {
    const early = await readPolicy(needsPolicy(undefined));
    const stored = (await items).get(repository.arn);
    // A repository that was deleted and created again is a different one.
    const isOfThis = stored?.record?.createdAt === repository.createdAt && isInUse(stored.record);
    const record = isOfThis ? stored.record : undefined;
    const policy = early ?? (await readPolicy(needsPolicy(record)));
    const settings = settingsOf(repository, policy);
    return [{ repository, settings, policyText: policy?.text, record, staleVersion: stored?.version ?? 0 }];
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
  policy: { readonly text: string | undefined } | undefined,
): RepositorySettings {
  return { tagMutability, scanOnPush, lifecyclePolicy: policy && hashOfPolicy(policy.text) };
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
  const [observed] = await observeOne(repository, new Map(), () => isPolicyRead, context);
  return observed;
}

/** Repositories with their tags; those that were deleted meanwhile are left out. */
export async function readTags(
  repositories: readonly Repository[],
  { ecr, log }: { readonly ecr: Ecr; readonly log: Log },
): Promise<readonly { readonly repository: Repository; readonly tags: ReadonlyMap<string, string> }[]> {
  const tagged = await mapRepositories(repositories, async (repository) => {
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
