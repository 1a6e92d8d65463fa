/** Reads a live registry with as few calls as possible, without changing or pulling anything. */

import type { Repository } from '../../aws/ecr/ecr.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { isUnknown, whenKnown } from '../../core/known.ts';
import type { UsageSource } from '../../core/usage/evidence.ts';
import { type Origins, originOf } from '../origin.ts';
import type { PreviousTags, Pushes, RegistryReading, RepositoryReading, ScanReading } from '../reading.ts';
import type { Read } from '../unread.ts';
import { RegistryUnreadable } from '../unreadable.ts';
import { accountOf, withReplicationOnce } from './account.ts';
import { orUnknown, unreadable } from './failures.ts';
import { readOrigins } from './origins.ts';
import { readParts } from './parts.ts';
import { type PushesRead, readPushes } from './pushes.ts';
import { readScanning } from './scanning.ts';
import { connectServices, type ServiceOptions, type Services } from './services.ts';
import { readStacks } from './stacks.ts';
import { readUsage, referencesTo, type UsageRead } from './usage.ts';

/** Which registry is read, and how. */
export interface ReadOptions extends ServiceOptions {
  /** Which repositories are read, by name. */
  readonly isIncluded?: (name: string) => boolean;
  /** How many of CloudTrail's pushes are read at most; 0: none. */
  readonly maxPushes: number;
  /** Regions that may replicate into this registry; those that it replicates to are looked at by themselves. */
  readonly sourceRegions: readonly string[];
  /** Which services are asked what uses images; none: the audit knows of pulls only. */
  readonly usageSources: readonly UsageSource[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** By ARN, since names repeat in other accounts and Regions; and by creation, since a name may be used again. */
  readonly previousTags: (repository: Pick<Repository, 'arn' | 'createdAt'>) => PreviousTags | undefined;
  /** Called before its repositories are read; what it throws ends the reading. */
  readonly onRegistry?: (registry: RegistryReading) => void;
  /** Called once for each repository, as soon as it is read; images are not kept after it. */
  readonly onRepository: (reading: RepositoryReading, registry: RegistryReading) => void;
  /** Called with how many repositories are read, and how many there are. */
  readonly onProgress: (read: number, total: number) => void;
}

/** The result of reading a registry. Its repositories were passed to `onRepository`. */
export interface RegistryRead {
  readonly registry: RegistryReading;
  /** How many repositories there are; more than were read if it was ended early. */
  readonly total: number;
  /** How often each operation was called. */
  readonly calls: ReadonlyMap<string, number>;
}

// Three calls for each at once; enough to hide latency.
const repositoriesAtOnce = 24;

/** @throws RegistryUnreadable if the registry cannot be read at all */
export async function readRegistry(options: ReadOptions): Promise<RegistryRead> {
  const services = connectServices(options);
  try {
    const region = await regionOf(services);
    const { listed, owner } = await listRepositories(services, options, region);
    options.onProgress(0, listed.length);
    const whole = await readWhole(services, listed, options, region);
    const registry: RegistryReading = {
      region,
      // Without repositories only the registry itself says whose it is.
      registryId: options.registryId ?? (owner || whole.account),
      scanType: whole.scanType,
      pushesSince: whenKnown(whole.pushes, ({ since }) => since),
      pullThroughRules: whenKnown(whole.origins.pullThrough, ({ length }) => length),
      ...(options.usageSources.length === 0
        ? {}
        : { usage: whenKnown(whole.usage, ({ sources }) => sources) }),
      replicationSources: whenKnown(whole.origins.replication, ({ length }) => length),
    };
    options.onRegistry?.(registry);
    const total = await readEach(services, listed, whole, registry, options);
    return { registry, total, calls: services.counts };
  } finally {
    services.close();
  }
}

async function regionOf(services: Services): Promise<string> {
  try {
    return await services.region();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new RegistryUnreadable({ code: 'no-region', message }, undefined, error);
  }
}

/** A repository, with what is reported of it alone: of 100,000 the rest would take a part of the memory. */
type ListedRepository = Omit<Repository, 'uri'>;

async function listRepositories(
  { ecr }: Services,
  { stop, registryId, endpointUrl, isIncluded = () => true }: ReadOptions,
  region: string,
): Promise<{ readonly listed: ListedRepository[]; readonly owner: string }> {
  try {
    const all = await ecr.repositories();
    const owner = all[0]?.registryId ?? '';
    const included = all.filter(({ name }) => isIncluded(name));
    return { listed: included.map(({ uri: _uri, ...about }) => ({ ...about, registryId: owner })), owner };
  } catch (error) {
    if (stop.aborted) return { listed: [], owner: '' };
    throw unreadable(error, { region, registryId, endpointUrl });
  }
}

/** What is read of the registry as a whole, by repository where it is about repositories. */
interface WholeRegistry {
  /** The caller's own account; empty if it is not known. */
  readonly account: string;
  readonly scanType: RegistryReading['scanType'];
  readonly scanning: Read<Map<string, Read<ScanReading>>>;
  /** By ARN. */
  readonly stacks: Read<Map<string, Read<string | undefined>>>;
  readonly pushes: Read<PushesRead>;
  readonly origins: Origins;
  readonly usage: Read<UsageRead>;
}

async function readWhole(
  services: Services,
  listed: readonly ListedRepository[],
  { registryId, maxPushes, sourceRegions, usageSources, now }: ReadOptions,
  region: string,
): Promise<WholeRegistry> {
  const { ecrIn, trail } = services;
  const ecr = withReplicationOnce(services.ecr);
  const own = await orUnknown('ecr:GetRegistryScanningConfiguration', ecr.registryScanning);
  // AWS returns scanning, tags and CloudTrail events of the caller's account only: those would be other repositories.
  const account = await accountOf(own, ecr);
  const isOwn = registryId === undefined || account === registryId;
  const ofOwn = async <Value>(read: () => Promise<Read<Value>>): Promise<Read<Value>> =>
    isOwn ? read() : { unknown: { code: 'other-account' } };
  const names = listed.map(({ name }) => name);
  const [scanType, scanning, stacks, pushes, origins, usage] = await Promise.all([
    ofOwn(async () => whenKnown(own, (known) => known.scanType)),
    ofOwn(() => readScanning(ecr, names)),
    ofOwn(() => orUnknown('tag:GetResources', () => readStacks(services, listed))),
    ofOwn<PushesRead>(async () =>
      maxPushes === 0
        ? { unknown: { code: 'pushes-not-requested' } }
        : orUnknown('cloudtrail:LookupEvents', () =>
            readPushes(trail, { max: maxPushes, now, createdAt: createdAtOf(listed) }),
          ),
    ),
    readOrigins({ ecr, ecrIn, region, sourceRegions, isOwn }),
    ofOwn(() => readUsage(services.usage, listed, region, usageSources)),
  ]);
  return { account, scanType, scanning, stacks, pushes, origins, usage };
}

/** By name: events are known by it, and may be of an earlier repository. */
function createdAtOf(listed: readonly ListedRepository[]): ReadonlyMap<string, number> {
  return new Map(listed.map(({ name, createdAt }) => [name, createdAt]));
}

/**
 * Reads every repository; returns how many there are, without those that were deleted meanwhile.
 *
 * @param listed is emptied, and so is what `whole` has of each: a registry may have 100,000 repositories
 */
async function readEach(
  { ecr }: Services,
  listed: (ListedRepository | undefined)[],
  whole: WholeRegistry,
  registry: RegistryReading,
  { stop, previousTags, onRepository, onProgress }: ReadOptions,
): Promise<number> {
  let read = 0;
  let gone = 0;
  const readOne = async (index: number) => {
    const each = listed[index];
    listed[index] = undefined;
    if (stop.aborted || each === undefined) return;
    const { registryId: _registryId, ...about } = each;
    const parts = await readParts(ecr, about.name);
    // Calls that were ended with the audit do not count as unknown.
    if (stop.aborted) return;
    const of = takeFrom(whole, about);
    if (parts === 'gone') gone += 1;
    else {
      onRepository({ ...about, ...parts, ...of, previousAudit: previousTags(about) }, registry);
      read += 1;
    }
    onProgress(read, listed.length - gone);
  };
  await mapConcurrently([...listed.keys()], readOne, repositoriesAtOnce);
  return listed.length - gone;
}

function scanOf({ scanning }: WholeRegistry, name: string): Read<ScanReading> {
  return whenKnown(scanning, (all) => all.get(name) ?? { unknown: { code: 'scanning-not-returned' } });
}

/** What was read of the registry as a whole, about one repository; it is kept no longer. */
function takeFrom(
  whole: WholeRegistry,
  { name, arn }: Pick<Repository, 'name' | 'arn'>,
): Pick<RepositoryReading, 'scan' | 'stack' | 'pushes' | 'origin' | 'references'> {
  const pushes = whenKnown(whole.pushes, (all) => pushesOf(all, name));
  const scan = scanOf(whole, name);
  const stack = whenKnown(whole.stacks, (all) => all.get(arn));
  if (!isUnknown(whole.scanning)) whole.scanning.delete(name);
  if (!isUnknown(whole.stacks)) whole.stacks.delete(arn);
  return {
    scan,
    stack,
    pushes,
    references: whenKnown(whole.usage, (usage) => referencesTo(name, usage)),
    origin: originOf(name, whole.origins, !isUnknown(pushes) && pushes.tags.size > 0),
  };
}

function pushesOf({ since, end, byRepository }: PushesRead, name: string): Pushes {
  return { since, end, ...(byRepository.get(name) ?? { tags: new Map(), images: 0 }) };
}
