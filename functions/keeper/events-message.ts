/** The notification of a batch of events as one message of SNS. Pure. */
import { bodyOf, type Forms, type HttpsForm } from '../../aws/sns/forms.ts';
import type { Message } from '../../aws/sns/publish.ts';
import { visibleIn } from '../../core/visible.ts';
import type { EventOutcome } from '../../sweep/events/events-context.ts';
import { type EventsPlace, eventsMessage } from '../../wording/sweep/events.ts';
import { chatOf } from './chat.ts';

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html; some is left for the attributes, which count too.
const maxBytes = 256 * 1024 - 2_048;
// The text is in each form: with AlertHttpsForm: Json five times. A batch has at most 100 events.
const sizes = [
  { maxRepositories: 100, maxCharacters: 60_000 },
  { maxRepositories: 50, maxCharacters: 60_000 },
  { maxRepositories: 20, maxCharacters: 30_000 },
  { maxRepositories: 5, maxCharacters: 15_000 },
  { maxRepositories: 0, maxCharacters: 5_000 },
] as const;
type Size = (typeof sizes)[number];

/**
 * The message, at most 256 KB: where it would be longer, repositories are left out of the form for programs, and the text
 * is cut. One that SNS refuses would never be sent, since its events would make the same one again.
 *
 * @param outcomes at least one
 */
export function eventsNotification(
  outcomes: readonly EventOutcome[],
  place: EventsPlace,
  { name, httpsForm }: { readonly name: string; readonly httpsForm: HttpsForm },
): Message {
  // Names and ARNs are others' texts: a line break in one could begin a line about another repository.
  const message = eventsMessage(visibleIn(outcomes), place);
  // Line breaks that are left are this product's own.
  const subject = visibleIn(message.subject);
  const whole = message.text.split('\n').map(visibleIn).join('\n');
  const bodies = sizes.map(
    (size) => () => bodyOf(formsOf(outcomes, { subject, whole, place, name }, size), httpsForm),
  );
  const isUrgent = outcomes.some(
    ({ result: { state } }) => state === 'failed' || state === 'left-after-drift',
  );
  return {
    subject,
    body: (bodies.find((body) => Buffer.byteLength(body()) <= maxBytes) ?? bodies.at(-1))?.() ?? '',
    attributes: { kind: 'events', ...(isUrgent ? { severity: 'HIGH' } : {}) },
  };
}

function formsOf(
  outcomes: readonly EventOutcome[],
  {
    subject,
    whole,
    place: { registry, mode },
    name,
  }: { readonly subject: string; readonly whole: string; readonly place: EventsPlace; readonly name: string },
  { maxRepositories, maxCharacters }: Size,
): Forms {
  const text =
    whole.length <= maxCharacters
      ? whole
      : `${whole.slice(0, maxCharacters).toWellFormed()}\n\nThe rest is left out.\n`;
  const json = JSON.stringify(
    visibleIn({
      ...{ version: '1', kind: 'events', subject, registry, mode },
      repositories: outcomes.slice(0, maxRepositories).map(machineOf),
      omitted: Math.max(0, outcomes.length - maxRepositories),
      text,
    }),
  );
  const id = `ecr-hardening-${name}`;
  return { text, json, chat: chatOf({ subject, text, id, region: registry.region, eventType: 'events' }) };
}

function machineOf({ repository, events, result, drift, lifecycle, publicBy, unread }: EventOutcome) {
  const { arn, state, changes, reason, exemption, stack, notes } = result;
  return {
    ...{ name: repository, arn, state, changes, reason, exemption, stack, notes, drift, lifecycle, unread },
    isPublic: publicBy === undefined ? undefined : publicBy.length > 0,
    events: events.map(({ id, action, at, by }) => ({ id, action, at: new Date(at).toISOString(), by })),
  };
}
