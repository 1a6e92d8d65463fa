/** Which tags of a repository move or may move, with the evidence for each. Pure. */
import { isUnknown } from '../core/known.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';
import { matchesWildcard } from '../core/wildcard.ts';
import type { Confidence, MovingTag, Range } from './audit.ts';
import { isMovingName } from './moving-names.ts';
import type { SpanEvidence } from './observed-span.ts';
import type { Origin } from './origin.ts';
import type { ImageReading, PreviousTags, Pushes } from './reading.ts';
import type { Read } from './unread.ts';

/** What readiness for immutable tags is decided by. */
export interface Evidence extends SpanEvidence {
  readonly tagMutability: TagMutability;
  readonly images: Read<readonly ImageReading[]>;
  readonly origin: Read<Origin>;
}

/** The evidence of a repository whose images could be read. */
export type WithKnownImages = Omit<Evidence, 'images'> & { readonly images: readonly ImageReading[] };

const confidences: readonly Confidence[] = ['seen', 'likely', 'possible'];

/** Every tag that moves or may move, the highest confidence first. */
export function mutableTagsSeen(evidence: WithKnownImages): MovingTag[] {
  const tags = new Map(
    evidence.images.flatMap((image) => image.tags.map((tag) => [tag, image.digest] as const)),
  );
  const byTag = new Map<string, MovingTag>();
  for (const found of [
    ...pushedAgain(evidence.pushes),
    ...movedSince(evidence.previousAudit, tags),
    ...suspectedByName(tags, evidence.images),
  ]) {
    const known = byTag.get(found.tag);
    byTag.set(
      found.tag,
      known === undefined ? found : { ...known, evidence: [...known.evidence, ...found.evidence] },
    );
  }
  return [...byTag.values()]
    .filter(({ tag }) => !isImmutableTag(tag, evidence.tagMutability))
    .toSorted(
      (one, other) =>
        confidences.indexOf(one.confidence) - confidences.indexOf(other.confidence) ||
        (one.tag < other.tag ? -1 : 1),
    );
}

/** By CloudTrail. */
function pushedAgain(pushes: Read<Pushes>): MovingTag[] {
  if (isUnknown(pushes)) return [];
  return [...pushes.tags]
    .filter(([, { times }]) => times > 1)
    .map(([tag, counts]) => ({
      tag,
      confidence: 'seen',
      evidence: [{ code: 'pushed-again', since: pushes.since, ...counts }],
    }));
}

/** By an earlier audit's file of tags. */
function movedSince(previous: PreviousTags | undefined, tags: ReadonlyMap<string, string>): MovingTag[] {
  if (previous === undefined) return [];
  const before = [...previous.moved].map(
    ([tag, at]): MovingTag => ({
      tag,
      confidence: 'seen',
      evidence: [{ code: 'had-moved', auditedAt: at }],
    }),
  );
  const since = [...previous.digests]
    .filter(([tag, digest]) => tags.get(tag)?.startsWith(digest) === false)
    .map(
      ([tag]): MovingTag => ({
        tag,
        confidence: 'seen',
        evidence: [{ code: 'has-moved', auditedAt: previous.at }],
      }),
    );
  return [...before, ...since];
}

function suspectedByName(
  tags: ReadonlyMap<string, string>,
  images: readonly ImageReading[],
): readonly MovingTag[] {
  const byName = untaggedByMove(images).atLeast > 0 ? 'likely' : 'possible';
  return [...tags.keys()].flatMap((tag): MovingTag[] => {
    if (isMovingName(tag)) return [{ tag, confidence: byName, evidence: [{ code: 'moving-name' }] }];
    return isAlias(tag, tags)
      ? [{ tag, confidence: 'possible', evidence: [{ code: 'newest-version' }] }]
      : [];
  });
}

/** Whether a tag cannot move, because a MUTABLE_WITH_EXCLUSION repository excludes it. */
function isImmutableTag(tag: string, { mutability, exclusions }: TagMutability): boolean {
  return (
    mutability === 'MUTABLE_WITH_EXCLUSION' && exclusions.some((pattern) => matchesWildcard(pattern, tag))
  );
}

/** `1` and `1.2` beside `1.2.3`. */
function isAlias(tag: string, tags: ReadonlyMap<string, string>): boolean {
  if (!/^v?\d+(\.\d+)?$/.test(tag)) return false;
  for (const other of tags.keys()) if (other.startsWith(`${tag}.`) && /^v?[\d.]+$/.test(other)) return true;
  return false;
}

/** Untagged images; beside an image index each may be one of its manifests, which never had a tag. */
export function untaggedByMove(images: readonly ImageReading[]): Range {
  const untagged = images.filter(({ tags, isImageIndex }) => tags.length === 0 && !isImageIndex).length;
  const indexes = images.filter(({ tags, isImageIndex }) => tags.length === 0 && isImageIndex).length;
  const hasIndexes = images.some(({ isImageIndex }) => isImageIndex);
  return { atLeast: indexes + (hasIndexes ? 0 : untagged), atMost: indexes + untagged };
}

/** The lower of two. */
export function weakerConfidence(one: Confidence, other: Confidence): Confidence {
  return confidences.indexOf(one) > confidences.indexOf(other) ? one : other;
}
