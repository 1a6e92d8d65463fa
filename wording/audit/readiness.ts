/** What to do to make tags immutable, and why a tag counts as moving. */
import type { MovingEvidence, MovingTag, Readiness } from '../../audit/audit.ts';
import { maximumExclusions } from '../../core/settings/tag-mutability.ts';
import { pluralise } from '../format.ts';
import { unreadClause } from './unread.ts';

/** One sentence: what to do. */
export function adviceOf({ basis, moving }: Readiness): string {
  const tags = moving.map(({ tag }) => tag);
  switch (basis.code) {
    case 'already-immutable':
      return 'Nothing to do: tags are already immutable.';
    case 'images-unread':
      return `Unknown until its images can be read: ${unreadClause(basis.reason)}.`;
    case 'too-many-moving-tags':
      return `Stop moving tags first: ${tags.length} tags move, and ECR allows ${maximumExclusions} exclusions. Start with ${firstOf(tags)}.`;
    case 'moving-tags':
      return `Make it immutable with MutableTags: ${tags.join(',')}, or stop moving ${tags.length === 1 ? 'that tag' : 'those tags'} first.`;
    case 'untagged-images':
      return `First find out which tags move: ${pluralise(basis.images, 'image has', 'images have')} lost ${basis.images === 1 ? 'its' : 'their'} tag, which happens when a tag is overwritten. Audit again with --tags-file, or allow cloudtrail:LookupEvents.`;
    case 'no-moving-tags': {
      const { pushesSince, auditedAt } = basis;
      const evidence = [
        ...(pushesSince === undefined ? [] : [`no tag was pushed twice since ${dayOf(pushesSince)}`]),
        ...(auditedAt === undefined ? [] : [`none has moved since the audit of ${dayOf(auditedAt)}`]),
        'no tag has a name that usually moves',
      ];
      return `Make it immutable now: ${evidence.join(', ')}.`;
    }
    default:
      return basis satisfies never;
  }
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

function firstOf(tags: readonly string[]): string {
  const rest = tags.length - maximumExclusions;
  return `${tags.slice(0, maximumExclusions).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** A time as its day, such as `2026-11-25`. */
function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
