/** The messages of the queue of events, parsed once, and which of them have failed for good. Pure. */
import { entriesOf, isObject, type Json, member } from '../../core/json.ts';
import type { RegistryEvent } from '../../core/registry-events/event.ts';
import { type Home, jsonIn, type ParsedEvent, parseEvent } from '../../core/registry-events/parse.ts';
import type { EventOutcome } from '../../sweep/events/events-context.ts';

/** One message, and what it says. */
export interface QueuedEvent {
  readonly messageId: string;
  readonly body: string;
  /** From 1. */
  readonly receives: number;
  readonly parsed: ParsedEvent;
}

/** As often a message is received before it goes to the dead letters; the queue itself allows one more (template.yaml). */
export const maxReceives = 5;

/** @param event that of an event source mapping, as Lambda sends it */
export function queuedEvents(event: unknown, home: Home): readonly QueuedEvent[] {
  const records = isObject(event) ? entriesOf(member(event, 'Records')) : [];
  return records.flatMap((record) => (isObject(record) ? [messageIn(record, home)] : []));
}

function messageIn(record: Readonly<Record<string, Json>>, home: Home): QueuedEvent {
  const { messageId, body, attributes } = record;
  const receives = isObject(attributes) ? Number(attributes.ApproximateReceiveCount) : 1;
  return {
    messageId: String(messageId),
    body: typeof body === 'string' ? body : '',
    receives: Number.isNaN(receives) ? 1 : receives,
    parsed: parseEvent(jsonIn(body), home),
  };
}

/** The events among messages. */
export function eventsIn(messages: readonly QueuedEvent[]): readonly RegistryEvent[] {
  return messages.flatMap(({ parsed }) => (parsed.kind === 'event' ? [parsed.event] : []));
}

/** A message that nobody will try again, and why. */
export interface DeadLetter {
  readonly message: QueuedEvent;
  readonly reason: string;
}

export interface Sorted {
  readonly deadLetters: readonly DeadLetter[];
  /** To be received again. */
  readonly again: readonly QueuedEvent[];
}

/** @param reasonOf of a repository's name, why it has failed; undefined where it has not */
export function sortMessages(
  messages: readonly QueuedEvent[],
  reasonOf: (repository: string) => string | undefined,
): Sorted {
  const deadLetters: DeadLetter[] = [];
  const again: QueuedEvent[] = [];
  for (const message of messages) {
    const { parsed, receives } = message;
    if (parsed.kind === 'unknown') deadLetters.push({ message, reason: parsed.reason });
    if (parsed.kind !== 'event') continue;
    const reason = reasonOf(parsed.event.repository);
    if (reason === undefined) continue;
    if (receives < maxReceives) again.push(message);
    else deadLetters.push({ message, reason });
  }
  return { deadLetters, again };
}

/** Whether nobody will try an outcome again, so that it may be reported. */
export function isFinal({ repository, result }: EventOutcome, { again }: Pick<Sorted, 'again'>): boolean {
  return (
    result.state !== 'failed' ||
    !again.some(({ parsed }) => parsed.kind === 'event' && parsed.event.repository === repository)
  );
}

/** The messages of these outcomes. */
export function messagesAbout(
  messages: readonly QueuedEvent[],
  outcomes: readonly EventOutcome[],
): readonly QueuedEvent[] {
  const names = new Set(outcomes.map(({ repository }) => repository));
  return messages.filter(({ parsed }) => parsed.kind === 'event' && names.has(parsed.event.repository));
}
