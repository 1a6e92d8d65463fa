/** Whether immutable tags would break a pipeline that pushes to a repository. Pure. */
import { isUnknown } from '../core/known.ts';
import {
  excludesEveryTagFromMutability,
  isVoid,
  maximumExclusions,
  type TagMutability,
} from '../core/settings/tag-mutability.ts';
import type { MovingTag, Readiness } from './audit.ts';
import {
  type Evidence,
  mutableTagsSeen,
  untaggedByMove,
  type WithKnownImages,
  weakerConfidence,
} from './mutable-tags.ts';
import { isLongEnough, type ObservedSpan, observedSpanOf } from './observed-span.ts';

const noTags = { exclusions: [], moving: [] };
// CloudTrail has an event within about 15 minutes (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html).
const trailDelayMs = 60 * 60 * 1000;

/** Decides by tags that were seen to move, by images that lost their tag, and by names, each with its confidence. */
export function readinessOf(evidence: Evidence): Readiness {
  const observed = observedSpanOf(evidence);
  return { observed, ...verdictOf(evidence, observed) };
}

type Verdict = Omit<Readiness, 'observed'>;

function verdictOf(evidence: Evidence, observed: ObservedSpan): Verdict {
  const { tagMutability, images, origin } = evidence;
  if (isImmutable(tagMutability))
    return { ...noTags, verdict: 'done', confidence: 'seen', basis: { code: 'already-immutable' } };
  if (!isUnknown(origin) && origin.kind !== 'pushed') {
    const basis = { code: 'filled-by-ecr', origin } as const;
    return { ...noTags, verdict: 'stays-mutable', confidence: 'likely', basis };
  }
  if (isUnknown(images)) {
    const basis = { code: 'images-unread', reason: images.unknown } as const;
    return { ...noTags, verdict: 'unclear', confidence: 'possible', basis };
  }
  const known = { ...evidence, images };
  const moving = mutableTagsSeen(known);
  // A cache or a replica must not become immutable, whatever its tags look like.
  if (isUnknown(origin)) {
    const basis = { code: 'origin-unread', reason: origin.unknown } as const;
    return { ...noTags, moving, verdict: 'not-known-yet', confidence: 'possible', basis };
  }
  return moving.length > 0 ? movingVerdict(moving) : stillVerdict(known, observed);
}

function movingVerdict(moving: readonly MovingTag[]): Verdict {
  const confidence = moving.map((each) => each.confidence).reduce(weakerConfidence, 'seen');
  if (moving.length > maximumExclusions) {
    const basis = { code: 'too-many-moving-tags' } as const;
    return { verdict: 'stabilise-first', confidence, basis, exclusions: [], moving };
  }
  const exclusions = moving.map(({ tag }) => tag);
  return { verdict: 'with-exclusions', confidence, basis: { code: 'moving-tags' }, exclusions, moving };
}

/** Of a repository of which no tag was found that moves. */
function stillVerdict(evidence: WithKnownImages, observed: ObservedSpan): Verdict {
  const { images, pushes, previousAudit } = evidence;
  const { atLeast: untagged } = untaggedByMove(images);
  if (untagged > 0) {
    const basis = { code: 'untagged-images', images: untagged } as const;
    return { ...noTags, verdict: 'unclear', confidence: 'likely', basis };
  }
  if (hasImagesWithoutPush(evidence)) {
    const basis = { code: 'images-without-push' } as const;
    return { ...noTags, verdict: 'unclear', confidence: 'likely', basis };
  }
  if (!isLongEnough(observed))
    return { ...noTags, verdict: 'not-known-yet', confidence: 'possible', basis: { code: 'too-short' } };
  const pushesSince = isUnknown(pushes) ? undefined : pushes.since;
  const auditedAt = previousAudit?.since;
  return {
    ...noTags,
    verdict: 'now',
    confidence: pushesSince === undefined && auditedAt === undefined ? 'possible' : 'likely',
    basis: { code: 'no-moving-tags', pushesSince, auditedAt },
  };
}

/**
 * Whether tagged images arrived, in a time of which every push is known, and none was pushed. A destination does not know
 * which of its repositories are replicas, and a replica's images are not pushed.
 */
function hasImagesWithoutPush({ images, pushes, now }: WithKnownImages): boolean {
  if (isUnknown(pushes) || pushes.tags.size > 0) return false;
  return images.some(
    ({ tags, pushedAt }) => tags.length > 0 && pushedAt > pushes.since && pushedAt < now - trailDelayMs,
  );
}

function isImmutable(tagMutability: TagMutability): boolean {
  const { mutability } = tagMutability;
  return (
    mutability === 'IMMUTABLE' ||
    (mutability === 'IMMUTABLE_WITH_EXCLUSION' && !isVoid(tagMutability)) ||
    excludesEveryTagFromMutability(tagMutability)
  );
}
