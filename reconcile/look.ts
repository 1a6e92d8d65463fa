/** Looks at live repositories before a lifecycle policy is put: what it would expire, and what of that is in use. */
import { mapConcurrently } from '../aws/map-concurrently.ts';
import type { Usage, UsageRegistry } from '../aws/usage/usage-reads.ts';
import { groupBy } from '../core/group-by.ts';
import { whenKnown } from '../core/known.ts';
import type { UsageEvidence, UsageSource } from '../core/usage/evidence.ts';
import type { RepositoryLook } from '../core/usage/guard.ts';
import { type Expiring, effectOf, type PolicyEffect } from '../core/usage/policy-effect.ts';
import { pulledSinceOf, usageVerdicts } from '../core/usage/verdicts.ts';
import { type IndexReader, noIndexes } from './known-indexes.ts';
import {
  imagesIn,
  type Reading,
  type ReadingOptions,
  readRepository,
  withIndexes,
} from './look-repository.ts';

/** A repository, and the text of the lifecycle policy that is to be put. */
export interface LookTarget {
  readonly repository: string;
  readonly wanted: string;
}

export interface LookOptions extends ReadingOptions {
  /** The same repository may stand there with several texts: it is read once. */
  readonly targets: readonly LookTarget[];
  readonly usage: Pick<Usage, 'read'>;
  readonly registry: UsageRegistry;
  /** Those to read where something would expire; `pulls` come with the images. */
  readonly sources: readonly UsageSource[];
  /** An image that was pulled within so many days counts as used; 0: pulls do not count. */
  readonly protectPulledWithinDays: number;
  /** By default none is read, since that could count as a pull. */
  readonly readIndexes?: IndexReader | undefined;
}

export interface Look {
  /** In the order of the targets. */
  readonly repositories: readonly RepositoryLook[];
  /** Undefined if nothing would expire anywhere, so that none was read. */
  readonly evidence: UsageEvidence | undefined;
}

// A repository may hold 100,000 images; of each only those that would expire are kept.
const repositoriesAtOnce = 8;

/**
 * Two reads for each repository (its policy, then its images by 1,000), and the evidence once for all, only if something
 * would expire: no call for each image. Image indexes are read by 100, and only where ECR does not record that as a pull:
 * a look leaves no trace that would look like use.
 *
 * Whatever fails is unknown with its reason. A repository that does not exist has nothing to harm.
 */
export async function lookAt(options: LookOptions): Promise<Look> {
  const { targets, protectPulledWithinDays, now } = options;
  const byName = groupBy(targets, ({ repository }) => repository);
  const textsOf = (all: readonly LookTarget[]) => [...new Set(all.map(({ wanted }) => wanted))];
  const read = await mapConcurrently(
    [...byName],
    ([repository, all]) => readRepository(repository, textsOf(all), options),
    repositoriesAtOnce,
  );
  // At the same time, so that neither takes the time of the other.
  const [evidence, readings] = await Promise.all([
    readEvidence(read, options),
    readAllIndexes(read, options),
  ]);
  const references = groupBy(evidence?.references ?? [], ({ repository }) => repository);
  const pulledSince = pulledSinceOf(now, protectPulledWithinDays);
  const effectIn = ({ images, relatives }: Expiring, repository: string): PolicyEffect =>
    effectOf(
      images,
      usageVerdicts([...images, ...relatives], references.get(repository) ?? [], { pulledSince }),
    );
  const repositories = targets.flatMap(({ repository, wanted }): readonly RepositoryLook[] => {
    const reading = readings.get(repository);
    if (reading === undefined) return [];
    const { exists, present, expiring, indexesUnread: unreadIndexes } = reading;
    const images = expiring.get(wanted);
    const effect =
      images === undefined ? undefined : whenKnown(images, (known) => effectIn(known, repository));
    return [
      {
        repository,
        wanted,
        exists,
        present,
        effect,
        ...(unreadIndexes === undefined ? {} : { unreadIndexes }),
      },
    ];
  });
  return { repositories, evidence };
}

/** What was read, with the image indexes, by repository. */
async function readAllIndexes(
  readings: readonly Reading[],
  { now, readIndexes = noIndexes }: LookOptions,
): Promise<ReadonlyMap<string, Reading>> {
  const all = await mapConcurrently(
    readings,
    (reading) => withIndexes(reading, readIndexes, now),
    repositoriesAtOnce,
  );
  return new Map(all.map((reading) => [reading.repository, reading]));
}

/** The evidence for the images of this registry; undefined if no text would expire any, so that none was read. */
async function readEvidence(
  readings: readonly Reading[],
  { registry, sources, usage }: LookOptions,
): Promise<UsageEvidence | undefined> {
  const digests = new Map(
    readings.map((reading) => [reading.repository, new Set(imagesIn(reading).map(({ digest }) => digest))]),
  );
  if ([...digests.values()].every(({ size }) => size === 0)) return undefined;
  const { references, ...evidence } = await usage.read(
    registry,
    sources.filter((source) => source !== 'pulls'),
    { isAskedFor: ({ repository, digest }) => digests.get(repository)?.has(digest) === true },
  );
  const { registryId, region } = registry;
  return {
    ...evidence,
    references: references.filter((each) => each.registryId === registryId && each.region === region),
  };
}
