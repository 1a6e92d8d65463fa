/** Whether immutable tags would break a pipeline that pushes to a repository, and what to do first. Pure. */
import { matchesEveryTag, maximumExclusions, type TagMutability } from '../core/settings/tag-mutability.ts';
import type { MovingTag, Readiness } from './audit.ts';
import { pluralise } from './format.ts';
import {
  dayOf,
  type Evidence,
  mutableTagsSeen,
  untaggedByMove,
  type WithKnownImages,
  weakerConfidence,
} from './mutable-tags.ts';
import { isUnknown } from './reading.ts';

const noTags = { exclusions: [], moving: [] };

/** Decides by tags that were seen to move, by images that lost their tag, and by names, each with its confidence. */
export function readinessOf(evidence: Evidence): Readiness {
  const { tagMutability, images } = evidence;
  if (isImmutable(tagMutability))
    return {
      ...noTags,
      verdict: 'done',
      confidence: 'seen',
      advice: 'Nothing to do: tags are already immutable.',
    };
  if (isUnknown(images))
    return {
      ...noTags,
      verdict: 'unclear',
      confidence: 'possible',
      advice: `Unknown until its images can be read: ${images.unknown}.`,
    };
  const known = { ...evidence, images };
  const moving = mutableTagsSeen(known);
  if (moving.length > maximumExclusions) return tooManyToExclude(moving);
  if (moving.length > 0) return toExclude(moving);
  const untagged = untaggedByMove(images).atLeast;
  return untagged > 0 ? unexplained(untagged) : ready(known);
}

function isImmutable({ mutability, exclusions }: TagMutability): boolean {
  return (
    mutability === 'IMMUTABLE' ||
    (mutability === 'IMMUTABLE_WITH_EXCLUSION' && !exclusions.some(matchesEveryTag))
  );
}

function confidenceOf(moving: readonly MovingTag[]): Readiness['confidence'] {
  return moving.map(({ confidence }) => confidence).reduce(weakerConfidence, 'seen');
}

function tooManyToExclude(moving: readonly MovingTag[]): Readiness {
  const names = moving.map(({ tag }) => tag);
  return {
    verdict: 'stabilise-first',
    confidence: confidenceOf(moving),
    exclusions: [],
    moving,
    advice: `Stop moving tags first: ${moving.length} tags move, and ECR allows ${maximumExclusions} exclusions. Start with ${firstOf(names)}.`,
  };
}

function toExclude(moving: readonly MovingTag[]): Readiness {
  const tags = moving.map(({ tag }) => tag);
  return {
    verdict: 'with-exclusions',
    confidence: confidenceOf(moving),
    exclusions: tags,
    moving,
    advice: `Make it immutable with MutableTags: ${tags.join(',')}, or stop moving ${tags.length === 1 ? 'that tag' : 'those tags'} first.`,
  };
}

function unexplained(untagged: number): Readiness {
  return {
    ...noTags,
    verdict: 'unclear',
    confidence: 'likely',
    advice: `First find out which tags move: ${pluralise(untagged, 'image has', 'images have')} lost ${untagged === 1 ? 'its' : 'their'} tag, which happens when a tag is overwritten. Audit again with --tags-file, or allow cloudtrail:LookupEvents.`,
  };
}

function ready({ pushes, previousAudit }: WithKnownImages): Readiness {
  const evidence = [
    ...(isUnknown(pushes) ? [] : [`no tag was pushed twice since ${dayOf(pushes.since)}`]),
    ...(previousAudit === undefined ? [] : [`none has moved since the audit of ${dayOf(previousAudit.at)}`]),
  ];
  return {
    ...noTags,
    verdict: 'now',
    confidence: evidence.length > 0 ? 'likely' : 'possible',
    advice: `Make it immutable now: ${[...evidence, 'no tag has a name that usually moves'].join(', ')}.`,
  };
}

function firstOf(tags: readonly string[]): string {
  const rest = tags.length - maximumExclusions;
  return `${tags.slice(0, maximumExclusions).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
