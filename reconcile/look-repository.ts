/** What a look reads of one repository: its policy, its images, and where it matters to which images its indexes refer. */
import type { Ecr } from '../aws/ecr/ecr.ts';
import type { ImageReads, ImageSummary } from '../aws/ecr/images.ts';
import { isRepositoryNotFound } from '../aws/faults.ts';
import { unreadOf } from '../aws/usage/unread.ts';
import { isUnknown, type Known, whenKnown } from '../core/known.ts';
import type { UnreadSource } from '../core/usage/evidence.ts';
import { type LookReason, needsEffect, type RepositoryLook } from '../core/usage/guard.ts';
import { unreadIndexes, withChildren } from '../core/usage/image-indexes.ts';
import { type Expiring, expiringImages } from '../core/usage/policy-effect.ts';
import type { IndexReader } from './known-indexes.ts';

/** The reads of ECR that a look makes. */
export type LookReads = Pick<Ecr, 'lifecyclePolicy'> & Pick<ImageReads, 'images'>;

/** What a reading depends on. */
export interface ReadingOptions {
  readonly ecr: LookReads;
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * Whether to read the images of a repository that has this policy; by default where the macro's decision depends on them
   * (`needsEffect`): not where the policy could not be read, which decides it.
   */
  readonly isEffectNeeded?: (present: RepositoryLook['present'], wanted: string) => boolean;
}

/** One repository, without the evidence. */
export interface Reading {
  readonly repository: string;
  readonly exists: boolean;
  readonly present: Known<string | undefined, UnreadSource>;
  /** What each wanted text would expire by the time at which it takes effect; those that do not matter are left out. */
  readonly expiring: ReadonlyMap<string, Known<Expiring, LookReason>>;
  /** The image indexes on which that depends, and all images; undefined if there are none. */
  readonly unreadIndexes?: {
    readonly digests: readonly string[];
    readonly images: readonly ImageSummary[];
  };
  /** Why they were not read. */
  readonly indexesUnread?: UnreadSource | undefined;
}

/**
 * How long ECR takes to act on a policy at most (https://docs.aws.amazon.com/AmazonECR/latest/userguide/lp_creation.html: "the
 * affected images are expired or archived within 24 hours"): so much older the images are then.
 */
export const takesEffectWithinDays = 1;
const day = 24 * 60 * 60 * 1000;

export async function readRepository(
  repository: string,
  texts: readonly string[],
  { ecr, now, isEffectNeeded = isDecisive }: ReadingOptions,
): Promise<Reading> {
  const absent: Reading = { repository, exists: false, present: undefined, expiring: new Map() };
  const present = await orAbsent('ecr:GetLifecyclePolicy', () => ecr.lifecyclePolicy(repository));
  if (present === 'absent') return absent;
  const found = present.value;
  const needed = texts.filter((wanted) => isEffectNeeded(found, wanted));
  if (needed.length === 0) return { ...absent, exists: true, present: found };
  const images = await orAbsent('ecr:DescribeImages', () => ecr.images(repository, { imageStatus: 'ANY' }));
  if (images === 'absent') return absent;
  const { value } = images;
  const expiring = new Map(needed.map((wanted) => [wanted, expiringBy(wanted, value, now)]));
  const reading = { repository, exists: true, present: found, expiring };
  if (isUnknown(value) || imagesIn(reading).length === 0) return reading;
  const digests = unreadIndexes(value);
  return digests.length === 0 ? reading : { ...reading, unreadIndexes: { digests, images: value } };
}

/** What would expire by any of the texts. */
export function imagesIn({ expiring }: Pick<Reading, 'expiring'>): Expiring['images'] {
  return [...expiring.values()].flatMap((known) => (isUnknown(known) ? [] : known.images));
}

/** The same reading, once its image indexes were read; all images are not kept any longer. */
export async function withIndexes(
  { unreadIndexes: toRead, ...reading }: Reading,
  readIndexes: IndexReader,
  now: number,
): Promise<Reading> {
  if (toRead === undefined) return reading;
  const { digests, images } = toRead;
  const { children, unread: indexesUnread } = await readIndexes(reading.repository, digests);
  if (children.size === 0) return { ...reading, indexesUnread };
  const all = withChildren(images, children);
  const expiring = new Map([...reading.expiring.keys()].map((text) => [text, expiringBy(text, all, now)]));
  return { ...reading, expiring, indexesUnread };
}

type Images = Awaited<ReturnType<LookReads['images']>>;

function expiringBy(
  wanted: string,
  images: Known<Images, UnreadSource>,
  now: number,
): Known<Expiring, LookReason> {
  return whenKnown<Images, Expiring, LookReason>(images, (all) => {
    const result = expiringImages(wanted, all, now + takesEffectWithinDays * day);
    return 'issues' in result ? { unknown: { code: 'not-evaluated', issues: result.issues } } : result;
  });
}

function isDecisive(present: RepositoryLook['present'], wanted: string): boolean {
  return !isUnknown(present) && needsEffect(present, wanted);
}

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
