/** What to do to make tags immutable, and why a tag counts as moving. */
import type { MovingEvidence, MovingTag, Readiness } from '../../audit/audit.ts';
import { isLongEnough } from '../../audit/observed-span.ts';
import { isOfEveryRepository } from '../../audit/origin.ts';
import { maximumExclusions } from '../../core/settings/tag-mutability.ts';
import { pluralise } from '../format.ts';
import { dayOf } from './day-of.ts';
import { howToKnow, spanClause } from './observed-span.ts';
import { unreadClause } from './unread.ts';

// A repository can move thousands of tags; a page lists 10,000 repositories.
const maxTagsNamed = 50;

/** What to do, in one to three sentences. */
export function adviceOf({ basis, moving, observed }: Readiness): string {
  const tags = moving.map(({ tag }) => tag);
  switch (basis.code) {
    case 'already-immutable':
      return 'Nothing to do: tags are already immutable.';
    case 'images-unread':
      return `Unknown until its images can be read: ${unreadClause(basis.reason)}.`;
    case 'too-many-moving-tags':
      return `Stop moving tags first: ${tags.length} tags move, and ECR allows ${maximumExclusions} exclusions: ${namesOf(tags)}.`;
    case 'moving-tags': {
      const advice = `Make it immutable with MutableTags: ${tags.join(',')}, or stop moving ${tags.length === 1 ? 'that tag' : 'those tags'} first.`;
      return isLongEnough(observed)
        ? advice
        : `${advice} More tags may move: ${spanClause(observed)}. ${howToKnow(observed)}`;
    }
    case 'untagged-images':
      return `First find out which tags move: ${pluralise(basis.images, 'image has', 'images have')} lost ${basis.images === 1 ? 'its' : 'their'} tag, which happens when a tag is overwritten. Audit again with --tags-file, or allow cloudtrail:LookupEvents.`;
    case 'images-without-push':
      return 'First find out how its images arrive: CloudTrail has no push of them. It may be a replica (name the Region it is replicated from with --source-region), and a replica must stay mutable.';
    case 'too-short':
      return `Not known yet: no moving tag was found, but ${spanClause(observed)}. ${howToKnow(observed)}`;
    case 'origin-unread':
      return `Not known yet: it may be a pull through cache or a replica, which must stay mutable (${unreadClause(basis.reason)}).`;
    case 'filled-by-ecr':
      return filledByEcr(basis.origin);
    case 'no-moving-tags':
      return readyAdvice(basis);
    default:
      return basis satisfies never;
  }
}

function filledByEcr(origin: Extract<Readiness['basis'], { code: 'filled-by-ecr' }>['origin']): string {
  if (origin.kind === 'replica')
    return `Leave it mutable: it is a replica of ${origin.region}, whose tags must follow.`;
  const { prefix, upstream } = origin;
  return isOfEveryRepository(prefix)
    ? `Leave it mutable unless you push to it: no push to it was recorded, and a rule with the prefix ROOT makes every such repository a pull through cache, whose tags must follow ${upstream}.`
    : `Leave it mutable: it is a pull through cache (prefix ${prefix}), whose tags must follow ${upstream}.`;
}

function readyAdvice({
  pushesSince,
  auditedAt,
}: Extract<Readiness['basis'], { code: 'no-moving-tags' }>): string {
  const evidence = [
    ...(pushesSince === undefined ? [] : [`no tag was pushed twice since ${dayOf(pushesSince)}`]),
    ...(auditedAt === undefined ? [] : [`none has moved since the audit of ${dayOf(auditedAt)}`]),
    'no tag has a name that usually moves',
  ];
  return `Make it immutable now: ${evidence.join(', ')}.`;
}

/** A clause such as `pushed 14 times since 2026-08-27, with 9 different images, last by role/ci`. */
export function evidenceClause({ evidence }: MovingTag): string {
  return evidence.map(clause).join('; ');
}

function clause(evidence: MovingEvidence): string {
  switch (evidence.code) {
    case 'pushed-again': {
      const { times, since, images, lastBy } = evidence;
      return `pushed ${times} times since ${dayOf(since)}, with ${pluralise(images, 'image', 'different images')}, last by ${lastBy}`;
    }
    case 'had-moved':
      return `had moved by the audit of ${dayOf(evidence.auditedAt)}`;
    case 'has-moved':
      return `has moved since the audit of ${dayOf(evidence.auditedAt)}`;
    case 'moving-name':
      return 'a name that usually moves';
    case 'newest-version':
      return 'names the newest of several versions';
    default:
      return evidence satisfies never;
  }
}

function namesOf(tags: readonly string[]): string {
  const rest = tags.length - maxTagsNamed;
  return `${tags.slice(0, maxTagsNamed).join(', ')}${rest > 0 ? ` and ${rest} more, which --format json lists` : ''}`;
}
