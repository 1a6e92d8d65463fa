/** How a queue is emptied without losing a message: what is received is deleted only once its use is done. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Calls, callsOf } from '../calls.ts';
import { chunks } from '../chunks.ts';
import { clientSettings, type Environment } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';
import { mapConcurrently } from '../map-concurrently.ts';

/** A message that is hidden from other receivers for as long as the queue says. */
export interface QueueMessage {
  readonly body: string;
  /** By which it is deleted, or shown again. */
  readonly receipt: string;
}

/** A queue, until a deadline. */
export interface Queue {
  /** All messages, at most about so many; fewer only where the queue has no more. @throws after which they are shown again */
  receive(max: number): Promise<readonly QueueMessage[]>;
  /** Deletes messages. @throws when some could not be deleted: they come again */
  delete(messages: readonly QueueMessage[]): Promise<void>;
  /** Shows messages to receivers again, at once. */
  release(messages: readonly QueueMessage[]): Promise<void>;
}

// SQS takes and gives 10 messages a call.
const batch = 10;
const concurrent = 10;
// A receive that does not wait asks only some of SQS's servers, and may find nothing in a queue that has messages.
const waitSeconds = 2;

export function connectQueue(
  queueUrl: string,
  environment: Environment,
): { until(deadline: Deadline): Queue; close(): void } {
  const calls = callsOf(() => new SQSClient(clientSettings(environment, 'SQS')));
  return { until: (deadline) => queueUntil(queueUrl, calls, deadline), close: calls.close };
}

function queueUntil(QueueUrl: string, calls: Calls<SQSClient>, deadline: Deadline): Queue {
  const call = calls.until(deadline);
  const receiveBatch = async (): Promise<readonly QueueMessage[]> => {
    const { Messages = [] } = await call(
      'ReceiveMessage',
      (client, options) =>
        client.send(
          new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: batch, WaitTimeSeconds: waitSeconds }),
          options,
        ),
      QueueUrl,
    );
    return Messages.map(({ Body = '', ReceiptHandle = '' }) => ({ body: Body, receipt: ReceiptHandle }));
  };
  const release: Queue['release'] = async (messages) => {
    await inBatches(messages, async (entries) => {
      const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
      await call(
        'ChangeMessageVisibilityBatch',
        (client, options) =>
          client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }), options),
        QueueUrl,
      );
      return 0;
    });
  };
  return {
    async receive(max) {
      const found: QueueMessage[] = [];
      const work = async () => {
        while (found.length < max) {
          const received = await receiveBatch();
          if (received.length === 0) return;
          found.push(...received);
        }
      };
      try {
        await mapConcurrently(Array.from({ length: concurrent }), work, concurrent);
      } catch (error) {
        await release(found);
        throw error;
      }
      return found;
    },
    async delete(messages) {
      const kept = await inBatches(messages, async (Entries) => {
        const { Failed = [] } = await call(
          'DeleteMessageBatch',
          (client, options) => client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }), options),
          QueueUrl,
        );
        return Failed.length;
      });
      if (kept > 0) throw new Error(`${kept} messages could not be deleted from ${QueueUrl}`);
    },
    release,
  };
}

/** Calls for ten messages at a time; the sum of the results. */
async function inBatches(
  messages: readonly QueueMessage[],
  work: (entries: { readonly Id: string; readonly ReceiptHandle: string }[]) => Promise<number>,
): Promise<number> {
  const numbers = await mapConcurrently(
    chunks(messages, batch),
    (chunk) => work(chunk.map(({ receipt }, index) => ({ Id: `${index}`, ReceiptHandle: receipt }))),
    concurrent,
  );
  return numbers.reduce((sum, number) => sum + number, 0);
}
