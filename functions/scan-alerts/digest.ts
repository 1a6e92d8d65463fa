import type { Context } from 'aws-lambda';
import { type Deadline, deadlineIn } from '../../aws/deadline.ts';
import { httpsFormOf } from '../../aws/sns/forms.ts';
import { publish } from '../../aws/sns/publish.ts';
import { connectQueue, type Queue, type QueueMessage } from '../../aws/sqs/drain.ts';
import { visibleJson } from '../../core/visible.ts';
import { digestOf } from './digest/digest.ts';
import { parseEntry } from './digest/entry.ts';
import { digestMessage } from './digest/message.ts';
import { type DigestSettings, digestSettings } from './settings.ts';

// A queue hides at most 120,000 messages at once, and the memory of the function holds so many well.
const maxAlerts = 50_000;
const shareOfSending = 0.8;

/**
 * Publishes the alerts that wait in the queue as one message, and then deletes them: one that could not be published, or deleted,
 * is in the next digest. A day without alerts has no digest.
 *
 * What it throws makes Lambda try again, and in the end keep the reason in the dead-letter queue.
 */
export async function handler(
  _event: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<void> {
  const settings = digestSettings(process.env);
  if (settings === undefined) throw new Error('AlertDigestQueueUrl is missing');
  // Enough is left to fail with a reason of our own.
  const ownMs = context.getRemainingTimeInMillis() - 2_000;
  const deadline = deadlineIn(ownMs);
  // And before that to show the alerts again: hidden ones would make the next attempt end as on a day without alerts.
  const sending = deadlineIn(ownMs * shareOfSending);
  const connection = connectQueue(settings.queueUrl, process.env);
  const queue = connection.until(sending, deadline);
  try {
    let messages: readonly QueueMessage[];
    do {
      messages = await queue.receive(maxAlerts);
      if (messages.length > 0) await sendDigest(messages, queue, settings, sending);
    } while (messages.length >= maxAlerts);
  } finally {
    connection.close();
    sending.dispose();
    deadline.dispose();
  }
}

async function sendDigest(
  messages: readonly QueueMessage[],
  queue: Queue,
  { atOnceFrom }: DigestSettings,
  deadline: Deadline,
): Promise<void> {
  const read = messages.map((message) => ({ message, entry: parseEntry(message.body) }));
  const entries = read.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  const unreadable = read.length - entries.length;
  const digest = digestOf(entries, unreadable, atOnceFrom);
  try {
    const { AlertTopicArn: topic = '' } = process.env;
    await publish(topic, digestMessage(digest, httpsFormOf(process.env)), process.env, deadline);
  } catch (error) {
    // The next attempt is to find them.
    throw await queue.release(messages, error);
  }
  await queue.delete(read.flatMap(({ message, entry }) => (entry === undefined ? [] : [message])));
  console.log(
    visibleJson({
      level: 'INFO',
      version: process.env.Version,
      message: 'digest published',
      alerts: digest.alerts,
      repositories: digest.rows.length,
      unreadable,
    }),
  );
}
