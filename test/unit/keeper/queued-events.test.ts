import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  eventsIn,
  isFinal,
  maxReceives,
  queuedEvents,
  sortMessages,
} from '../../../functions/keeper/queued-events.ts';
import { projectRoot } from '../../../local/paths.ts';
import type { EventOutcome } from '../../../sweep/events/events-context.ts';
import { bareResult } from '../../../sweep/result-of.ts';
import fc from '../../support/fast-check.ts';

const home = {
  registryId: '123456789012',
  region: 'us-east-1',
  ownRoles: ['arn:aws:iam::123456789012:role/own'],
};
const [created] = JSON.parse(readFileSync(join(projectRoot, 'events/keeper-created.json'), 'utf8'));
const record = (messageId: string, body: unknown, receives = 1) => ({
  messageId,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  attributes: { ApproximateReceiveCount: String(receives) },
});
const queued = (...records: readonly object[]) => queuedEvents({ Records: records }, home);
const idsOf = (messages: readonly { readonly messageId: string }[]) =>
  messages.map(({ messageId }) => messageId);
const fails = () => 'failed: ThrottlingException';
const works = () => undefined;

describe('a message of the queue of events', () => {
  test('is done once its repository is, and comes again where that has failed', () => {
    const messages = queued(record('one', created));
    expect(sortMessages(messages, works)).toEqual({ deadLetters: [], again: [] });
    expect(idsOf(sortMessages(messages, fails).again)).toEqual(['one']);
  });

  test('that has failed too often goes to the dead letters, with the reason', () => {
    const messages = queued(record('one', created, maxReceives), record('two', created, maxReceives - 1));
    const { deadLetters, again } = sortMessages(messages, fails);
    expect(deadLetters).toMatchObject([{ message: { messageId: 'one' }, reason: fails() }]);
    expect(idsOf(again)).toEqual(['two']);
  });

  test.each([
    ['no JSON', 'no JSON {', 'it is not an object'],
    ['nothing', '', 'it is not an object'],
    ['another form', { source: 'aws.ecr', detail: {} }, 'its detail-type is not one that the keeper knows'],
  ])('with %s goes there at once', (_which, body, reason) => {
    expect(sortMessages(queued(record('one', body)), works).deadLetters).toMatchObject([{ reason }]);
  });

  test('that is not acted on is done', () => {
    const failed = { ...created, detail: { ...created.detail, errorCode: 'AccessDenied' } };
    expect(sortMessages(queued(record('one', failed)), fails)).toEqual({ deadLetters: [], again: [] });
  });

  test('is reported as failed only if nobody tries it again', () => {
    const messages = queued(record('one', created));
    const outcome: EventOutcome = {
      repository: 'team/orders',
      events: eventsIn(messages),
      result: bareResult({ index: 0, name: 'team/orders', arn: 'arn' }, { state: 'failed' }),
    };
    expect(isFinal(outcome, sortMessages(messages, fails))).toBe(false);
    expect(isFinal(outcome, sortMessages(queued(record('one', created, maxReceives)), fails))).toBe(true);
  });
});

test('whatever a queue sends, every message is done, comes again, or is in the dead letters', () => {
  const bodies = fc.oneof(fc.string(), fc.json(), fc.constant(JSON.stringify(created)));
  const records = fc.array(fc.record({ messageId: fc.uuid(), body: bodies, attributes: fc.anything() }));
  fc.assert(
    fc.property(records, (given) => {
      const messages = queuedEvents(JSON.parse(JSON.stringify({ Records: given })), home);
      expect(idsOf(messages)).toEqual(given.map(({ messageId }) => messageId));
      const { deadLetters, again } = sortMessages(messages, fails);
      const unknown = messages.filter(({ parsed }) => parsed.kind === 'unknown');
      const left = new Set(idsOf([...deadLetters.map(({ message }) => message), ...again]));
      for (const { messageId } of unknown) expect(left).toContain(messageId);
    }),
  );
  expect(queuedEvents(null, home)).toEqual([]);
});
