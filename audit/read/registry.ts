/** Reads a live registry, without changing or pulling anything, and with as few calls as there are. */

import type { Repository } from '../../aws/ecr/ecr.ts';
import { isRepositoryNotFound } from '../../aws/faults.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { Problem } from '../../core/problem.ts';
import {
  isUnknown,
  type Known,
  type PreviousTags,
  type Pushes,
  type RegistryReading,
  type RepositoryReading,
  type ScanReading,
  whenKnown,
} from '../reading.ts';
import { orUnknown, problemOf } from './failures.ts';
import { type PushesRead, readPushes } from './pushes.ts';
import { readScanning } from './scanning.ts';
import { type AuditReads, connectServices, type ServiceOptions, type Services } from './services.ts';
import { readStacks } from './stacks.ts';

/** Which registry is read, and how. */
export interface ReadOptions extends ServiceOptions {
  /** How many of CloudTrail's pushes are read at most; 0: none. */
  readonly maxPushes: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** By ARN: names repeat in other accounts and regions. */
  readonly earlierTags: (arn: string) => PreviousTags | undefined;
  /** Called once for each repository, as soon as it is read; images are not kept after it. */
  readonly onRepository: (reading: RepositoryReading, registry: RegistryReading) => void;
  /** Called with how many repositories are read, and how many there are. */
  readonly onProgress: (read: number, total: number) => void;
}

/** What reading a registry came to. Its repositories were handed to `onRepository`. */
export interface RegistryRead {
  readonly registry: RegistryReading;
  /** How many repositories there are; more than were read when it was ended early. */
  readonly total: number;
  /** How often each operation was called. */
  readonly calls: ReadonlyMap<string, number>;
}

// Three calls for each at once; enough to hide latency.
const repositoriesAtOnce = 24;

/** @throws Problem, one sentence, when the registry cannot be read at all */
export async function readRegistry(options: ReadOptions): Promise<RegistryRead> {
  const services = connectServices(options);
  try {
    const region = await regionOf(services);
    const listed = await listRepositories(services, options, region);
    options.onProgress(0, listed.length);
    const whole = await readWhole(services, listed, options);
    const registry: RegistryReading = {
      region,
      registryId: options.registryId ?? listed[0]?.registryId ?? '',
      scanType: whole.scanType,
      pushesSince: whenKnown(whole.pushes, ({ since }) => since),
    };
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
    throw new Problem(
      `No region is known (${error instanceof Error ? error.message : error}): set --region, AWS_REGION or the profile's region.`,
      { cause: error },
    );
  }
}

async function listRepositories(
  { ecr }: Services,
  { stop, registryId, endpointUrl }: ReadOptions,
  region: string,
): Promise<readonly Repository[]> {
  try {
    return await ecr.repositories();
  } catch (error) {
    if (stop.aborted) return [];
    throw problemOf(error, { region, registryId, endpointUrl });
  }
}

/** What is read of the registry as a whole, by repository where it is about repositories. */
interface WholeRegistry {
  readonly scanType: RegistryReading['scanType'];
  readonly scanning: Known<ReadonlyMap<string, Known<ScanReading>>>;
  /** By ARN. */
  readonly stacks: Known<ReadonlyMap<string, string>>;
  readonly pushes: Known<PushesRead>;
}

async function readWhole(
  { ecr, tagging, trail }: Services,
  listed: readonly Repository[],
  { registryId, maxPushes, now }: ReadOptions,
): Promise<WholeRegistry> {
  const own = await orUnknown('ecr:GetRegistryScanningConfiguration', ecr.registryScanning);
  // AWS answers about scanning, tags and CloudTrail for the caller's account only: those would be other repositories.
  const isOwn = registryId === undefined || (!isUnknown(own) && own.registryId === registryId);
  const ofOwn = async <Value>(read: () => Promise<Known<Value>>): Promise<Known<Value>> =>
    isOwn ? read() : { unknown: "available to the registry's own account only" };
  const names = listed.map(({ name }) => name);
  const [scanType, scanning, stacks, pushes] = await Promise.all([
    ofOwn(async () => whenKnown(own, (known) => known.scanType)),
    ofOwn(() => readScanning(ecr, names)),
    ofOwn(() => orUnknown('tag:GetResources', () => readStacks(tagging))),
    ofOwn<PushesRead>(async () =>
      maxPushes === 0
        ? { unknown: 'CloudTrail was not read' }
        : orUnknown('cloudtrail:LookupEvents', () => readPushes(trail, { max: maxPushes, now })),
    ),
  ]);
  return { scanType, scanning, stacks, pushes };
}

/** Reads every repository; the answer is how many there are, without those that were deleted meanwhile. */
async function readEach(
  { ecr }: Services,
  listed: readonly Repository[],
  whole: WholeRegistry,
  registry: RegistryReading,
  { stop, earlierTags, onRepository, onProgress }: ReadOptions,
): Promise<number> {
  let read = 0;
  let gone = 0;
  const readOne = async (each: Repository) => {
    if (stop.aborted) return;
    const parts = await readParts(ecr, each.name);
    // What was given up because the audit was ended is not called unknown.
    if (stop.aborted) return;
    if (parts === 'gone') gone += 1;
    else {
      const { name, arn, tagMutability, scanOnPush, encryption } = each;
      const of = { scan: scanOf(whole, name), stack: whenKnown(whole.stacks, (all) => all.get(arn)) };
      const pushes = whenKnown(whole.pushes, (all) => pushesOf(all, name));
      const about = { name, arn, tagMutability, scanOnPush, encryption, ...parts, ...of, pushes };
      onRepository({ ...about, previousAudit: earlierTags(arn) }, registry);
      read += 1;
    }
    onProgress(read, listed.length - gone);
  };
  await mapConcurrently(listed, readOne, repositoriesAtOnce);
  return listed.length - gone;
}

function scanOf({ scanning }: WholeRegistry, name: string): Known<ScanReading> {
  return whenKnown(scanning, (all) => all.get(name) ?? { unknown: 'ECR did not report how it is scanned' });
}

function pushesOf({ since, byRepository }: PushesRead, name: string): Pushes {
  return { since, tags: byRepository.get(name) ?? new Map() };
}

async function readParts(
  ecr: AuditReads,
  name: string,
): Promise<Pick<RepositoryReading, 'lifecyclePolicy' | 'repositoryPolicy' | 'images'> | 'gone'> {
  try {
    const [lifecyclePolicy, repositoryPolicy, images] = await Promise.all([
      orUnknown('ecr:GetLifecyclePolicy', () => ecr.lifecyclePolicy(name)),
      orUnknown('ecr:GetRepositoryPolicy', () => ecr.repositoryPolicy(name)),
      orUnknown('ecr:DescribeImages', () => ecr.images(name, { imageStatus: 'ANY' })),
    ]);
    return { lifecyclePolicy, repositoryPolicy, images };
  } catch (error) {
    if (isRepositoryNotFound(error)) return 'gone';
    throw error;
  }
}
