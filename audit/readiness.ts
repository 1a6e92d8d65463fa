/** Whether immutable tags would break whoever pushes to a repository, and what to do first. Pure. */
import { matchesEveryTag, maximumExclusions, type TagMutability } from '../core/settings/tag-mutability.ts';
import { matchesWildcard } from '../core/wildcard.ts';
import type { Certainty, MovingTag, Range, Readiness } from './audit.ts';
import { pluralise } from './format.ts';
import { type ImageReading, isUnknown, type Known, type PreviousTags, type Pushes } from './reading.ts';

/** What can tell. */
export interface Evidence {
  readonly tagMutability: TagMutability;
  readonly images: Known<readonly ImageReading[]>;
  readonly pushes: Known<Pushes>;
  readonly previousAudit: PreviousTags | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

// Names that are meant to move from build to build.
const movingName =
  /^(latest|stable|edge|nightly|canary|snapshot|main|master|trunk|head|develop(ment)?|dev|test(ing)?|qa|uat|stag(e|ing)|prod(uction)?|live|current|release|(build)?cache)$/i;
const certainties: readonly Certainty[] = ['seen', 'likely', 'possible'];

/** Judges by what was seen to move, by what lost its tag, and by names, each with its certainty. */
export function readinessOf(signs: Evidence): Readiness {
  const { tagMutability, images, pushes, previousAudit: earlier } = signs;
  const { mutability, exclusions } = tagMutability;
  const none = { exclusions: [], moving: [] };
  if (
    mutability === 'IMMUTABLE' ||
    (mutability === 'IMMUTABLE_WITH_EXCLUSION' && !exclusions.some(matchesEveryTag))
  )
    return {
      ...none,
      verdict: 'done',
      certainty: 'seen',
      advice: 'Nothing to do: tags are immutable already.',
    };
  if (isUnknown(images))
    return {
      ...none,
      verdict: 'unclear',
      certainty: 'possible',
      advice: `Nobody can tell before its images can be read: ${images.unknown}.`,
    };
  const moving = mutableTagsSeen(signs, images);
  const lost = untaggedByMove(images);
  const tags = moving.map(({ tag }) => tag);
  const certainty = moving.map((tag) => tag.certainty).reduce(weaker, 'seen');
  if (moving.length > maximumExclusions)
    return {
      verdict: 'stop-first',
      certainty,
      exclusions: [],
      moving,
      advice: `Stop moving tags first: ${moving.length} do, and ECR allows ${maximumExclusions} exclusions. Begin with ${named(tags)}.`,
    };
  if (moving.length > 0)
    return {
      verdict: 'with-exclusions',
      certainty,
      exclusions: tags,
      moving,
      advice: `Make it immutable with MutableTags: ${tags.join(',')}, or stop moving ${tags.length === 1 ? 'that tag' : 'those tags'} first.`,
    };
  if (lost.atLeast > 0)
    return {
      verdict: 'unclear',
      certainty: 'likely',
      ...none,
      advice: `Find out first what moves: ${pluralise(lost.atLeast, 'image has', 'images have')} lost ${lost.atLeast === 1 ? 'its' : 'their'} tag, as one does that is overwritten. Audit again with --tags-file, or allow cloudtrail:LookupEvents.`,
    };
  const looked = [
    ...(isUnknown(pushes) ? [] : [`no tag was pushed twice since ${day(pushes.since)}`]),
    ...(earlier === undefined ? [] : [`none has moved since the audit of ${day(earlier.at)}`]),
  ];
  return {
    ...none,
    verdict: 'now',
    certainty: looked.length > 0 ? 'likely' : 'possible',
    advice: `Make it immutable now: ${[...looked, 'no tag has a name that usually moves'].join(', ')}.`,
  };
}

/** Every tag that moves or may, the surest first. */
function mutableTagsSeen(
  { pushes, previousAudit: earlier, tagMutability }: Evidence,
  images: readonly ImageReading[],
): MovingTag[] {
  const found = new Map<string, MovingTag>();
  const tell = (tag: string, certainty: Certainty, evidence: string) => {
    const known = found.get(tag);
    if (known === undefined) found.set(tag, { tag, certainty, evidence });
    else found.set(tag, { ...known, evidence: `${known.evidence}; ${evidence}` });
  };
  const tags = new Map(images.flatMap((image) => image.tags.map((tag) => [tag, image.digest] as const)));
  if (!isUnknown(pushes))
    for (const [tag, { times, images: different, lastBy }] of pushes.tags)
      if (times > 1)
        tell(
          tag,
          'seen',
          `pushed ${times} times since ${day(pushes.since)}, with ${pluralise(different, 'image', 'different images')}, last by ${lastBy}`,
        );
  for (const [tag, at] of earlier?.moved ?? []) tell(tag, 'seen', `had moved by the audit of ${day(at)}`);
  for (const [tag, digest] of earlier?.digests ?? []) {
    const now = tags.get(tag);
    if (now !== undefined && !now.startsWith(digest))
      tell(tag, 'seen', `has moved since the audit of ${day(earlier?.at ?? 0)}`);
  }
  const byName = untaggedByMove(images).atLeast > 0 ? 'likely' : 'possible';
  for (const tag of tags.keys()) {
    if (movingName.test(tag)) tell(tag, byName, 'a name that usually moves');
    else if (isAlias(tag, tags)) tell(tag, 'possible', 'names the newest of several versions');
  }
  // What a MUTABLE_WITH_EXCLUSION repository excludes cannot move already.
  const isFixed = (tag: string) =>
    tagMutability.mutability === 'MUTABLE_WITH_EXCLUSION' &&
    tagMutability.exclusions.some((pattern) => matchesWildcard(pattern, tag));
  return [...found.values()]
    .filter(({ tag }) => !isFixed(tag))
    .toSorted(
      (one, other) =>
        certainties.indexOf(one.certainty) - certainties.indexOf(other.certainty) ||
        (one.tag < other.tag ? -1 : 1),
    );
}

/** `1` and `1.2` beside `1.2.3`. */
function isAlias(tag: string, tags: ReadonlyMap<string, string>): boolean {
  if (!/^v?\d+(\.\d+)?$/.test(tag)) return false;
  for (const other of tags.keys()) if (other.startsWith(`${tag}.`) && /^v?[\d.]+$/.test(other)) return true;
  return false;
}

/** Images without a tag; where there are lists, each may be a part of one, which never had a tag. */
function untaggedByMove(images: readonly ImageReading[]): Range {
  const untagged = images.filter(({ tags, isImageIndex: isList }) => tags.length === 0 && !isList).length;
  const lists = images.filter(({ tags, isImageIndex: isList }) => tags.length === 0 && isList).length;
  const hasLists = images.some(({ isImageIndex: isList }) => isList);
  return { atLeast: lists + (hasLists ? 0 : untagged), atMost: lists + untagged };
}

function weaker(one: Certainty, other: Certainty): Certainty {
  return certainties.indexOf(one) > certainties.indexOf(other) ? one : other;
}

function named(tags: readonly string[]): string {
  const rest = tags.length - maximumExclusions;
  return `${tags.slice(0, maximumExclusions).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
