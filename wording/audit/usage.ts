/** Who uses images that a lifecycle policy would expire, and which services could not be asked. */
import type { Expiry, ImageLost } from '../../audit/audit.ts';
import type { RegistryReading } from '../../audit/reading.ts';
import { isUnknown } from '../../core/known.ts';
import { usageSources } from '../../core/usage/evidence.ts';
import type { SmallestKeepImages } from '../../core/usage/keep-images.ts';
import { formatRange, pluralise } from '../format.ts';
import { serviceName, unreadReason, usersText } from '../image-usage.ts';
import { dayOf } from './day-of.ts';

// A message is one line of a table or of a list.
const maxNamed = 5;

/** Which services were asked what uses images, and which could not be: at most two sentences. */
export function usageSentences({ usage }: RegistryReading): string[] {
  if (usage === undefined || isUnknown(usage)) return [];
  const asked = usageSources.flatMap((source) => {
    const result = usage[source];
    return result === undefined ? [] : [{ name: serviceName(source), result }];
  });
  const unread = asked.flatMap(({ name, result }) =>
    isUnknown(result) ? [`${name} (${unreadReason(result.unknown)})`] : [],
  );
  const read = ['pull times', ...asked.filter(({ result }) => !isUnknown(result)).map(({ name }) => name)];
  return [
    `Images in use are known from ${read.join(', ')}.`,
    ...(unread.length === 0
      ? []
      : [`Not read: ${unread.join('; ')}. Images that only these use count as unused.`]),
  ];
}

/** An image that would be lost, with what uses it: `build-3 (arn:aws:ecs:... and 2 more)`. */
export function lostClause({ digest, tags, users, moreUsers, pulledAt }: ImageLost): string {
  const name = tags.length === 0 ? digest.slice(0, 'sha256:'.length + 12) : tags.join(', ');
  const by = usersText(users, users.length);
  if (users.length > 0) return `${name} (${by}${moreUsers > 0 ? ` and ${moreUsers} more` : ''})`;
  return pulledAt === undefined ? name : `${name} (pulled on ${dayOf(pulledAt)})`;
}

/** The first images that would be lost: `: build-3 (...), build-9 (...) and 12 more`; empty if there are none. */
export function lostList({ lost, inUseOrPulled }: Expiry): string {
  const named = lost.slice(0, maxNamed).map(lostClause);
  const rest = inUseOrPulled.atMost - named.length;
  return named.length === 0 ? '' : `: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** `134 images in use, and 33 more pulled within 90 days`; of images of which that is not known only the pulls. */
export function usedClause({ inUse, inUseOrPulled }: Expiry, days: number): string {
  if (isUnknown(inUse) || inUse.atMost === 0)
    return `${formatRange(inUseOrPulled)} pulled within ${days} days`;
  const more = {
    atLeast: Math.max(0, inUseOrPulled.atLeast - inUse.atLeast),
    atMost: inUseOrPulled.atMost - inUse.atMost,
  };
  const pulled = more.atMost > 0 ? `, and ${formatRange(more)} more pulled within ${days} days` : '';
  return `${formatRange(inUse)} ${inUse.atMost === 1 ? 'image' : 'images'} in use${pulled}`;
}

/** What KeepImages has to be: a sentence. */
export function keepSentence({
  smallest,
  forInUse,
  forPushes,
  days,
  perDay,
  untaggedInUse,
}: SmallestKeepImages): string {
  const rate = perDay >= 10 ? Math.round(perDay) : Math.round(perDay * 10) / 10;
  const reasons = [
    `${pluralise(days, 'day', 'days')} of pushes are ${pluralise(forPushes, 'image', 'images')} (${rate} a day)`,
    ...(forInUse > 0
      ? [`the oldest image in use or pulled lately is number ${forInUse.toLocaleString('en')}`]
      : []),
  ];
  const untagged =
    untaggedInUse > 0
      ? ` ${pluralise(untaggedInUse, 'image in use has', 'images in use have')} no tag: set ExpireUntaggedAfterDays: 0 to keep ${untaggedInUse === 1 ? 'it' : 'them'}.`
      : '';
  return `At least ${smallest}: ${reasons.join(', and ')}.${untagged}`;
}
