/** The notification of a batch of events as one message of SNS. Pure. */
import { bodyOf, type Forms, type HttpsForm } from '../../aws/sns/forms.ts';
import type { Message } from '../../aws/sns/publish.ts';
import { visibleIn } from '../../core/visible.ts';
import type { EventOutcome } from '../../sweep/events/events-context.ts';
import { type EventsPlace, eventsMessage } from '../../wording/sweep/events.ts';
import { chatOf } from './chat.ts';

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html; some is left for the attributes, which count too.
const maxBytes = 256 * 1024 - 2_048;

/**
 * The message, at most 256 KB: where it would be longer, repositories are left out of the form for programs, and the text
 * is cut.
 *
 * @param outcomes at least one
 */
export function eventsNotification(
  outcomes: readonly EventOutcome[],
  place: EventsPlace,
  { name, httpsForm }: { readonly name: string; readonly httpsForm: HttpsForm },
): Message {
  const message = eventsMessage(outcomes, place);
  // Names, ARNs and user agents are others' texts; line breaks are this product's own.
  const subject = visibleIn(message.subject);
  const whole = message.text.split('\n').map(visibleIn).join('\n');
  const sizes = [outcomes.length, 50, 20, 5, 0];
  const bodies = sizes.map(
    (max) => () => bodyOf(formsOf(outcomes.slice(0, max), { subject, whole, place, name }), httpsForm),
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

const maxCharacters = 60_000;

function formsOf(
  outcomes: readonly EventOutcome[],
  {
    subject,
    whole,
    place: { registry, mode },
    name,
  }: { readonly subject: string; readonly whole: string; readonly place: EventsPlace; readonly name: string },
): Forms {
  const text =
    whole.length <= maxCharacters ? whole : `${whole.slice(0, maxCharacters)}\n\nThe rest is left out.\n`;
  const json = JSON.stringify(
    visibleIn({
      ...{ version: '1', kind: 'events', subject, registry, mode },
      repositories: outcomes.map(machineOf),
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
