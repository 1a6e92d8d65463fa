/** Whether immutable tags would break a pipeline that pushes to a repository. Pure. */
import { isUnknown } from '../core/known.ts';
import {
  excludesEveryTagFromMutability,
  isVoid,
  maximumExclusions,
  type TagMutability,
} from '../core/settings/tag-mutability.ts';
import type { Readiness } from './audit.ts';
import { type Evidence, mutableTagsSeen, untaggedByMove, weakerConfidence } from './mutable-tags.ts';

const noTags = { exclusions: [], moving: [] };

/** Decides by tags that were seen to move, by images that lost their tag, and by names, each with its confidence. */
export function readinessOf(evidence: Evidence): Readiness {
  const { tagMutability, images, pushes, previousAudit } = evidence;
  if (isImmutable(tagMutability))
    return { ...noTags, verdict: 'done', confidence: 'seen', basis: { code: 'already-immutable' } };
  if (isUnknown(images)) {
    const basis = { code: 'images-unread', reason: images.unknown } as const;
    return { ...noTags, verdict: 'unclear', confidence: 'possible', basis };
  }
  const moving = mutableTagsSeen({ ...evidence, images });
  const confidence = moving.map((each) => each.confidence).reduce(weakerConfidence, 'seen');
  if (moving.length > maximumExclusions)
    return {
      verdict: 'stabilise-first',
      confidence,
      basis: { code: 'too-many-moving-tags' },
      exclusions: [],
      moving,
    };
  if (moving.length > 0) {
    const exclusions = moving.map(({ tag }) => tag);
    return { verdict: 'with-exclusions', confidence, basis: { code: 'moving-tags' }, exclusions, moving };
  }
  const { atLeast: untagged } = untaggedByMove(images);
  if (untagged > 0) {
    const basis = { code: 'untagged-images', images: untagged } as const;
    return { ...noTags, verdict: 'unclear', confidence: 'likely', basis };
  }
  const pushesSince = isUnknown(pushes) ? undefined : pushes.since;
  const auditedAt = previousAudit?.at;
  return {
    ...noTags,
    verdict: 'now',
    confidence: pushesSince === undefined && auditedAt === undefined ? 'possible' : 'likely',
    basis: { code: 'no-moving-tags', pushesSince, auditedAt },
  };
}

function isImmutable(tagMutability: TagMutability): boolean {
  const { mutability } = tagMutability;
  return (
    mutability === 'IMMUTABLE' ||
    (mutability === 'IMMUTABLE_WITH_EXCLUSION' && !isVoid(tagMutability)) ||
    excludesEveryTagFromMutability(tagMutability)
  );
}
