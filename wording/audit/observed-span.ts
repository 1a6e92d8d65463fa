/** How far back an audit knows which tags moved, and how to know more. */
import { isLongEnough, type ObservedSpan } from '../../audit/observed-span.ts';
import { pluralise } from '../format.ts';
import { dayOf } from './day-of.ts';
import { unreadClause } from './unread.ts';

const day = 24 * 60 * 60 * 1000;
// CloudTrail returns at most 100 events a second; more would take longer than a quarter of an hour.
const maxEventsSuggested = 100_000;

/** A length such as `3 h` or `90 d`; undefined if nothing is known. */
export function shortSpan({ since, days }: ObservedSpan): string | undefined {
  if (since === undefined) return undefined;
  if (days >= 2) return `${Math.floor(days)} d`;
  const hours = days * 24;
  return hours >= 1 ? `${Math.floor(hours)} h` : `${Math.floor(hours * 60)} min`;
}

/** What is known so far, and what is needed: a clause. */
export function spanClause(observed: ObservedSpan): string {
  const { since, days, neededDays, limit } = observed;
  const needed = `--look-back needs ${pluralise(neededDays, 'day', 'days')}`;
  if (since === undefined)
    return `no record of its pushes was read${limit.code === 'unread' ? ` (${unreadClause(limit.reason)})` : ''}, and ${needed}`;
  const length =
    days >= 2
      ? `${Math.floor(days)} days`
      : days * 24 >= 1
        ? pluralise(Math.floor(days * 24), 'hour', 'hours')
        : pluralise(Math.floor(days * 24 * 60), 'minute', 'minutes');
  const what = limit.code === 'created' ? 'it was created' : 'the records of its pushes begin';
  return `${what} only ${length} ago, and ${needed}`;
}

/** How to know more: a sentence, empty if enough is known. */
export function howToKnow(observed: ObservedSpan): string {
  if (isLongEnough(observed)) return '';
  const { since, days, neededDays, limit, firstAudit } = observed;
  // The time of the audit.
  const now = since === undefined ? undefined : since + days * day;
  const file =
    firstAudit !== undefined
      ? `audit again with the same --tags-file on ${dayOf(firstAudit + neededDays * day)}`
      : now !== undefined
        ? `audit with --tags-file now and again on ${dayOf(now + neededDays * day)}`
        : `audit with --tags-file now and again after ${pluralise(neededDays, 'day', 'days')}`;
  switch (limit.code) {
    case 'created':
      return `Audit again on ${dayOf((since ?? 0) + neededDays * day)}.`;
    case 'push-events': {
      const events = Math.ceil((limit.read * neededDays) / Math.max(days, 1 / (24 * 60)) / 1000) * 1000;
      return events > maxEventsSuggested
        ? sentence(file)
        : `Read about ${events} events (--push-events ${events}), or ${file}.`;
    }
    case 'ended-early':
      return `Reading ended early (${unreadClause(limit.reason)}): audit again, or ${file}.`;
    case 'unread':
      return limit.reason.code === 'denied'
        ? `Allow ${limit.reason.action}, or ${file}.`
        : limit.reason.code === 'pushes-not-requested'
          ? `Audit without --push-events 0, or ${file}.`
          : sentence(file);
    case 'history':
      return sentence(file);
    default:
      return limit satisfies never;
  }
}

function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}
