/** Looks at live repositories before a lifecycle policy is put: what it would expire, and what of that is in use. */
import type { Ecr } from '../aws/ecr/ecr.ts';
import type { ImageReads } from '../aws/ecr/images.ts';
import { isRepositoryNotFound } from '../aws/faults.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';
import { unreadOf } from '../aws/usage/unread.ts';
import type { Usage, UsageRegistry } from '../aws/usage/usage-reads.ts';
import { isUnknown, type Known, whenKnown } from '../core/known.ts';
import type { UnreadSource, UsageEvidence, UsageSource } from '../core/usage/evidence.ts';
import { type LookReason, needsEffect, type RepositoryLook } from '../core/usage/guard.ts';
import {
  type ExpiringImage,
  effectOf,
  expiringImages,
  type PolicyEffect,
} from '../core/usage/policy-effect.ts';
import { pulledSinceOf, usageVerdicts } from '../core/usage/verdicts.ts';

/** The reads of ECR that a look makes. */
export type LookReads = Pick<Ecr, 'lifecyclePolicy'> & Pick<ImageReads, 'images'>;

/** A repository, and the text of the lifecycle policy that is to be put. */
export interface LookTarget {
  readonly repository: string;
  readonly wanted: string;
}

export interface LookOptions {
  /** The same repository may stand there with several texts: it is read once. */
  readonly targets: readonly LookTarget[];
  readonly ecr: LookReads;
  readonly usage: Pick<Usage, 'read'>;
  readonly registry: UsageRegistry;
  /** Those to read where something would expire; `pulls` come with the images. */
  readonly sources: readonly UsageSource[];
  /** An image that was pulled within so many days counts as used; 0: pulls do not count. */
  readonly protectPulledWithinDays: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * Whether to read the images of a repository that has this policy; by default where the macro's decision depends on them
   * (`needsEffect`): not where the policy could not be read, which decides it.
   */
  readonly isEffectNeeded?: (present: RepositoryLook['present'], wanted: string) => boolean;
}

export interface Look {
  /** In the order of the targets. */
  readonly repositories: readonly RepositoryLook[];
  /** Undefined if nothing would expire anywhere, so that none was read. */
  readonly evidence: UsageEvidence | undefined;
}

/**
 * How long ECR takes to act on a policy at most (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lp_creation.html: "the
 * affected images are expired or archived within 24 hours"): so much older the images are then.
 */
export const takesEffectWithinDays = 1;
const day = 24 * 60 * 60 * 1000;

// A repository may hold 100,000 images; of each only those that would expire are kept.
const repositoriesAtOnce = 8;

/**
 * Two reads for each repository (its policy, then its images by 1,000), and the evidence once for all, only if something
 * would expire: no call for each image. Nothing is pulled, so that a look leaves no trace that would look like use.
 *
 * Whatever fails is unknown with its reason. A repository that does not exist has nothing to harm.
 */
export async function lookAt(options: LookOptions): Promise<Look> {
  const { targets, protectPulledWithinDays, now } = options;
  const byName = Map.groupBy(targets, ({ repository }) => repository);
  const textsOf = (all: readonly LookTarget[]) => [...new Set(all.map(({ wanted }) => wanted))];
  const read = await mapConcurrently(
    [...byName],
    ([repository, all]) => readRepository(repository, textsOf(all), options),
    repositoriesAtOnce,
  );
  const evidence = await readEvidence(read, options);
  const references = Map.groupBy(evidence?.references ?? [], ({ repository }) => repository);
  const pulledSince = pulledSinceOf(now, protectPulledWithinDays);
  const effectIn = (images: readonly ExpiringImage[], repository: string): PolicyEffect =>
    effectOf(images, usageVerdicts(images, references.get(repository) ?? [], { pulledSince }));
  const readings = new Map(read.map((reading) => [reading.repository, reading]));
  const repositories = targets.flatMap(({ repository, wanted }): readonly RepositoryLook[] => {
    const reading = readings.get(repository);
    if (reading === undefined) return [];
    const { exists, present, expiring } = reading;
    const images = expiring.get(wanted);
    const effect =
      images === undefined ? undefined : whenKnown(images, (known) => effectIn(known, repository));
    return [{ repository, wanted, exists, present, effect }];
  });
  return { repositories, evidence };
}

/** The evidence for the images of this registry; undefined if no text would expire any, so that none was read. */
async function readEvidence(
  readings: readonly Reading[],
  { registry, sources, usage }: LookOptions,
): Promise<UsageEvidence | undefined> {
  const digests = new Map(
    readings.map(({ repository, expiring }) => {
      const images = [...expiring.values()].flatMap((known) => (isUnknown(known) ? [] : known));
      return [repository, new Set(images.map(({ digest }) => digest))];
    }),
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

/** One repository, without the evidence. */
interface Reading {
  readonly repository: string;
  readonly exists: boolean;
  readonly present: Known<string | undefined, UnreadSource>;
  /** What each wanted text would expire by the time at which it takes effect; those that do not matter are left out. */
  readonly expiring: ReadonlyMap<string, Known<readonly ExpiringImage[], LookReason>>;
}

async function readRepository(
  repository: string,
  texts: readonly string[],
  { ecr, now, isEffectNeeded = isDecisive }: LookOptions,
): Promise<Reading> {
  const absent: Reading = { repository, exists: false, present: undefined, expiring: new Map() };
  const present = await orAbsent('ecr:GetLifecyclePolicy', () => ecr.lifecyclePolicy(repository));
  if (present === 'absent') return absent;
  const found = present.value;
  const needed = texts.filter((wanted) => isEffectNeeded(found, wanted));
  if (needed.length === 0) return { ...absent, exists: true, present: found };
  const images = await orAbsent('ecr:DescribeImages', () => ecr.images(repository, { imageStatus: 'ANY' }));
  if (images === 'absent') return absent;
  const expiringBy = (wanted: string) =>
    whenKnown<Images, readonly ExpiringImage[], LookReason>(images.value, (all) => {
      const result = expiringImages(wanted, all, now + takesEffectWithinDays * day);
      return 'issues' in result
        ? { unknown: { code: 'not-evaluated', issues: result.issues } }
        : result.images;
    });
  const expiring = new Map(needed.map((wanted) => [wanted, expiringBy(wanted)]));
  return { repository, exists: true, present: found, expiring };
}

function isDecisive(present: RepositoryLook['present'], wanted: string): boolean {
  return !isUnknown(present) && needsEffect(present, wanted);
}

type Images = Awaited<ReturnType<LookReads['images']>>;

/** What is read, or why it is not known; `absent` where the repository does not exist. */
async function orAbsent<Value>(
  action: string,
  read: () => Promise<Value>,
): Promise<{ readonly value: Known<Value, UnreadSource> } | 'absent'> {
  try {
    return { value: await read() };
  } catch (error) {
    return isRepositoryNotFound(error) ? 'absent' : { value: { unknown: unreadOf(error, action) } };
  }
}
