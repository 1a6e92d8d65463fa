/** Reads a live registry, without changing or pulling anything, and with as few calls as there are. */
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { ECRClient } from '@aws-sdk/client-ecr';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { chunks } from '../../aws/chunks.ts';
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
import { type Counts, registryCalls } from './connection.ts';
import { type EcrReads, ecrReads, type RepositorySummary } from './ecr.ts';
import { isAwsFailure, problemOf, reasonOf } from './failures.ts';
import { type PushesRead, readPushes } from './pushes.ts';
import { readStacks } from './stacks.ts';

/** Which registry is read, and how. */
export interface ReadOptions {
  /** Left out, the AWS SDK's own ways to find one. */
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpointUrl?: string | undefined;
  /** Another account's registry; left out, that of the credentials. */
  readonly registryId?: string | undefined;
  /** How many of CloudTrail's pushes are read at most; 0: none. */
  readonly mostPushes: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Ends the reading early; what was read by then is kept. */
  readonly stop: AbortSignal;
  /** By ARN: names repeat in other accounts and regions. */
  readonly earlierTags: (arn: string) => PreviousTags | undefined;
  /** Told once for each repository, as soon as it is read; images are not kept after it. */
  readonly onRepository: (reading: RepositoryReading, registry: RegistryReading) => void;
  /** Told how many repositories there are, then how many are read. */
  readonly onProgress: (read: number, total: number) => void;
}

export interface RegistryRead {
  readonly registry: RegistryReading;
  /** How many repositories there are; more than were read when it was ended early. */
  readonly total: number;
  /** How often each operation was called. */
  readonly calls: ReadonlyMap<string, number>;
}

// Three calls for each at once; enough to hide latency.
const repositoriesAtOnce = 24;
const scannedAtOnce = 25;
const sockets = 128;
// The first answer tells whether there is a registry at all: nobody wants to wait minutes for that.
const firstPatience = 8_000;

/** @throws Problem, one sentence, when the registry cannot be read at all */
export async function readRegistry(options: ReadOptions): Promise<RegistryRead> {
  const { region, profile, endpointUrl: endpoint, registryId, stop } = options;
  const agent = { maxSockets: sockets, keepAlive: true };
  const settings = {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
    // Repeating is the calls' part.
    maxAttempts: 1,
    requestHandler: { httpAgent: agent, httpsAgent: agent, connectionTimeout: 5_000 },
  };
  const ecrClient = new ECRClient(settings);
  const counts: Counts = new Map();
  const ecr = registryCalls(() => ecrClient, stop, counts);
  const tagging = registryCalls(() => new ResourceGroupsTaggingAPIClient(settings), stop, counts);
  const trail = registryCalls(() => new CloudTrailClient(settings), stop, counts);
  try {
    const where = { region: await regionOf(ecrClient), registryId, endpointUrl: endpoint };
    const reads = ecrReads(ecr.call, registryId);
    const listed = await reads.repositories(firstPatience).catch((error: unknown) => {
      if (stop.aborted) return [];
      throw problemOf(error, where);
    });
    options.onProgress(0, listed.length);
    const own = await orUnknown('ecr:GetRegistryScanningConfiguration', reads.ownRegistry);
    // Scanning, tags and CloudTrail are told to their own account only, and would be those of other repositories.
    const isOwn = registryId === undefined || (!isUnknown(own) && own.registryId === registryId);
    const ofOwn = async <Value>(read: () => Promise<Known<Value>>): Promise<Known<Value>> =>
      isOwn ? read() : { unknown: 'AWS tells it to its own account only' };
    const [scanType, scanning, stacks, pushes] = await Promise.all([
      ofOwn(async () => whenKnown(own, ({ scanType }) => scanType)),
      ofOwn(() => readScanning(reads, listed)),
      ofOwn(() => orUnknown('tag:GetResources', () => readStacks(tagging.call))),
      ofOwn(() =>
        readPushesUnless(options, () =>
          readPushes(trail.call, { most: options.mostPushes, now: options.now }),
        ),
      ),
    ]);
    const registry: RegistryReading = {
      region: where.region,
      registryId: registryId ?? listed[0]?.registryId ?? '',
      scanType,
      pushesSince: whenKnown(pushes, ({ since }) => since),
    };
    let read = 0;
    let gone = 0;
    await mapConcurrently(
      listed,
      async (each) => {
        if (stop.aborted) return;
        const parts = await readParts(reads, each.name);
        // What was given up when somebody ended it is not called unknown.
        if (stop.aborted) return;
        if (parts === 'gone') gone += 1;
        else {
          const { registryId: _, ...about } = each;
          options.onRepository(
            {
              ...about,
              ...parts,
              scan: whenKnown(scanning, (all) => all.get(each.name) ?? notTold),
              stack: whenKnown(stacks, (all) => all.get(each.arn)),
              pushes: whenKnown(pushes, (all) => pushesOf(all, each.name)),
              previousAudit: options.earlierTags(each.arn),
            },
            registry,
          );
          read += 1;
        }
        options.onProgress(read, listed.length - gone);
      },
      repositoriesAtOnce,
    );
    return { registry, total: listed.length - gone, calls: counts };
  } finally {
    for (const { close } of [ecr, tagging, trail]) close();
  }
}

const notTold = { unknown: 'ECR does not say how it is scanned' };

async function regionOf(client: ECRClient): Promise<string> {
  try {
    return await client.config.region();
  } catch (error) {
    throw new Problem(
      `No region is known (${error instanceof Error ? error.message : error}): set --region, AWS_REGION or the profile's region.`,
      { cause: error },
    );
  }
}

/** What a call answers, or why it did not; a defect of ours is thrown on. */
async function orUnknown<Value>(action: string, read: () => Promise<Value>): Promise<Known<Value>> {
  try {
    return await read();
  } catch (error) {
    if (!isAwsFailure(error) || isRepositoryNotFound(error)) throw error;
    return { unknown: reasonOf(error, action) };
  }
}

async function readPushesUnless(
  { mostPushes }: ReadOptions,
  read: () => Promise<Known<PushesRead>>,
): Promise<Known<PushesRead>> {
  if (mostPushes === 0) return { unknown: 'CloudTrail was not asked' };
  return orUnknown<Known<PushesRead>>('cloudtrail:LookupEvents', read);
}

function pushesOf({ since, byRepository }: PushesRead, name: string): Pushes {
  return { since, tags: byRepository.get(name) ?? new Map() };
}

/** By repository; of a piece that could not be read, each says why. */
async function readScanning(
  reads: EcrReads,
  listed: readonly RepositorySummary[],
): Promise<ReadonlyMap<string, Known<ScanReading>>> {
  const found = new Map<string, Known<ScanReading>>();
  const names = listed.map(({ name }) => name);
  await mapConcurrently(chunks(names, scannedAtOnce), async (some) => {
    // One that was deleted meanwhile is left out of the answer.
    const answer = await orUnknown('ecr:BatchGetRepositoryScanningConfiguration', () => reads.scanning(some));
    for (const name of some) {
      const scan = isUnknown(answer) ? answer : answer.get(name);
      if (scan !== undefined) found.set(name, scan);
    }
  });
  return found;
}

async function readParts(
  reads: EcrReads,
  name: string,
): Promise<Pick<RepositoryReading, 'lifecyclePolicy' | 'repositoryPolicy' | 'images'> | 'gone'> {
  try {
    const [lifecyclePolicy, repositoryPolicy, images] = await Promise.all([
      orUnknown('ecr:GetLifecyclePolicy', () => reads.lifecyclePolicy(name)),
      orUnknown('ecr:GetRepositoryPolicy', () => reads.repositoryPolicy(name)),
      orUnknown('ecr:DescribeImages', () => reads.images(name)),
    ]);
    return { lifecyclePolicy, repositoryPolicy, images };
  } catch (error) {
    if (isRepositoryNotFound(error)) return 'gone';
    throw error;
  }
}
