/** The second step: what is read once for all repositories, and cut into what each batch needs of it. */

import { orUnknown } from '../audit/read/failures.ts';
import { readOrigins } from '../audit/read/origins.ts';
import type { RegistryReading } from '../audit/reading.ts';
import type { Read } from '../audit/unread.ts';
import type { StackRepositories } from '../aws/cloudformation/stack-repositories.ts';
import type { RegistryReads } from '../aws/ecr/registry.ts';
import type { ScanningReads } from '../aws/ecr/scanning.ts';
import type { ObjectStore, ObjectWriter } from '../aws/objects/object-store.ts';
import type { Usage } from '../aws/usage/usage-reads.ts';
import { groupBy } from '../core/group-by.ts';
import { isUnknown, whenKnown } from '../core/known.ts';
import { type ImageReference, type UsageEvidence, usageSources } from '../core/usage/evidence.ts';
import { lineOf, readInfo, readLines, writeFile, writeInfo } from './files.ts';
import type { ListedRepository, SweepItem } from './items.ts';
import { sweepKeys } from './keys.ts';
import type { EvidenceOutput, SweepStep } from './steps.ts';
import type { SweepEvidence, SweepInfo } from './sweep-info.ts';

/** What the evidence is read from. */
export interface EvidenceContext {
  readonly ecr: RegistryReads & Pick<ScanningReads, 'registryScanning'>;
  /** The same for the account's registry in another Region. */
  readonly ecrIn: (region: string) => RegistryReads;
  /** The parameter KeeperSourceRegions. */
  readonly sourceRegions: readonly string[];
  readonly usage: Pick<Usage, 'read'>;
  /** @throws AwsCallError, OutOfTime */
  readonly stacks: () => Promise<StackRepositories>;
  readonly objects: ObjectStore;
}

/** One line of `evidence.jsonl`: what uses the images of one repository, which the item names. */
export type EvidenceLine = readonly EvidenceReference[];

/** A reference without what all of a line have in common. */
export type EvidenceReference = Pick<ImageReference, 'digest' | 'tag' | 'user'>;

/**
 * Writes the evidence, the items in the order of the list, and into `sweep.json` what was read for all of them and what
 * was not, with the reason.
 *
 * @throws SweepNotFound, errors of the bucket, OutOfTime
 */
export async function gatherEvidence(
  { sweep }: Pick<SweepStep, 'sweep'>,
  context: EvidenceContext,
): Promise<EvidenceOutput> {
  const { objects } = context;
  const info = await readInfo(sweep, objects);
  const [usage, stacks, evidence] = await readAll(info, context);
  const keys = sweepKeys(sweep);
  const byRepository = groupBy(usage.references, ({ repository }) => repository);
  await writeFile(keys.evidence, objects, (evidenceFile) =>
    writeFile(keys.items, objects, async (itemsFile) => {
      for await (const listed of readLines<ListedRepository>(keys.repositories, objects)) {
        const range = await writeReferences(byRepository.get(listed.name) ?? [], evidenceFile);
        const item = itemOf(listed, isUnknown(stacks) ? undefined : stacks.stackOf.get(listed.name), range);
        await itemsFile.write(lineOf(item));
      }
    }),
  );
  await writeInfo({ ...info, evidence }, objects);
  const { action, repositories } = info;
  return { sweep, action, repositories, itemsKey: keys.items };
}

function itemOf(
  listed: ListedRepository,
  stack: string | undefined,
  evidence: SweepItem['evidence'] | undefined,
): SweepItem {
  return {
    ...listed,
    ...(stack === undefined ? {} : { stack }),
    ...(evidence === undefined ? {} : { evidence }),
  };
}

/** @returns which bytes of the file they are; undefined where there are none */
async function writeReferences(
  references: readonly ImageReference[],
  file: ObjectWriter,
): Promise<readonly [number, number] | undefined> {
  if (references.length === 0) return undefined;
  const line: EvidenceLine = references.map(({ digest, tag, user }) => ({
    ...(digest === undefined ? {} : { digest }),
    ...(tag === undefined ? {} : { tag }),
    user,
  }));
  const from = file.bytes;
  await file.write(lineOf(line));
  return [from, file.bytes];
}

async function readAll(
  { registry }: SweepInfo,
  { ecr, ecrIn, sourceRegions, usage: services, stacks: readStacks }: EvidenceContext,
): Promise<readonly [UsageEvidence, Read<StackRepositories>, SweepEvidence]> {
  const { region, registryId } = registry;
  const [usage, stacks, origins, scanning] = await Promise.all([
    // Inspector is asked for the clusters of the first images in use: it takes a call for each.
    services.read(registry, usageSources, { isAskedFor: () => true }),
    orUnknown('cloudformation:ListStackResources', readStacks),
    readOrigins({ ecr, ecrIn, region, sourceRegions, isOwn: true }),
    orUnknown('ecr:GetRegistryScanningConfiguration', ecr.registryScanning),
  ]);
  const { readAt, sources } = usage;
  const reading: RegistryReading = {
    region,
    registryId,
    scanType: whenKnown(scanning, ({ scanType }) => scanType),
    pushesSince: { unknown: { code: 'pushes-not-requested' } },
    pullThroughRules: whenKnown(origins.pullThrough, ({ length }) => length),
    replicationSources: whenKnown(origins.replication, ({ length }) => length),
    usage: sources,
  };
  const evidence: SweepEvidence = {
    readAt,
    usage: sources,
    stacks: whenKnown(stacks, ({ stacks: count }) => count),
    origins,
    registry: reading,
  };
  return [usage, stacks, evidence];
}
