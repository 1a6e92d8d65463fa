/** How a queue is emptied without losing a message: what is received is deleted only once its use is done. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Call, type Calls, callsOf } from '../calls.ts';
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

/** A queue, until a deadline; what failed is made good until a later one. */
export interface Queue {
  /** All messages, at most about so many; fewer only where the queue has no more. @throws after which they are shown again */
  receive(max: number): Promise<readonly QueueMessage[]>;
  /** Deletes messages. @throws when some could not be deleted, after which they are shown again */
  delete(messages: readonly QueueMessage[]): Promise<void>;
  /**
   * Shows messages to receivers again, at once, because of an error. Those that cannot be shown again are when the queue says.
   *
   * @returns the error, which also says what could not be shown again
   */
  release(messages: readonly QueueMessage[], error: unknown): Promise<unknown>;
}

// SQS takes and gives 10 messages a call.
const batch = 10;
const concurrent = 10;
// A receive that does not wait asks only some of SQS's servers, and may find nothing in a queue that has messages.
const waitSeconds = 2;

export function connectQueue(
  queueUrl: string,
  environment: Environment,
): { until(deadline: Deadline, last: Deadline): Queue; close(): void } {
  const calls = callsOf(() => new SQSClient(clientSettings(environment, 'SQS')));
  return { until: (deadline, last) => queueUntil(queueUrl, calls, deadline, last), close: calls.close };
}

function queueUntil(queueUrl: string, calls: Calls<SQSClient>, deadline: Deadline, last: Deadline): Queue {
  const { receive } = batchCalls(queueUrl, calls.until(deadline));
  const { show, remove } = batchCalls(queueUrl, calls.until(last));
  const release: Queue['release'] = async (messages, error) => {
    try {
      await inBatches(messages, show);
      return error;
    } catch (further) {
      // The first error is the cause.
      return new AggregateError([error, further], `${messageOf(error)}; then: ${messageOf(further)}`);
    }
  };
  return {
    async receive(max) {
      const found: QueueMessage[] = [];
      const work = async () => {
        while (found.length < max) {
          const received = await receive();
          if (received.length === 0) return;
          found.push(...received);
        }
      };
      try {
        await mapConcurrently(Array.from({ length: concurrent }), work, concurrent);
      } catch (error) {
        throw await release(found, error);
      }
      return found;
    },
    async delete(messages) {
      try {
        const kept = await inBatches(messages, remove);
        const failed = kept.reduce((sum, number) => sum + number, 0);
        if (failed > 0) throw new Error(`${failed} messages could not be deleted from ${queueUrl}`);
      } catch (error) {
        // Hidden, they would make the next attempt succeed, and nobody would know. Of those that are deleted nothing is shown.
        throw await release(messages, error);
      }
    },
    release,
  };
}

/** The calls for up to ten messages. */
function batchCalls(QueueUrl: string, call: Call<SQSClient>) {
  return {
    async receive(): Promise<readonly QueueMessage[]> {
      const input = { QueueUrl, MaxNumberOfMessages: batch, WaitTimeSeconds: waitSeconds };
      const { Messages = [] } = await call(
        'ReceiveMessage',
        (client, options) => client.send(new ReceiveMessageCommand(input), options),
        QueueUrl,
      );
      return Messages.map(({ Body = '', ReceiptHandle = '' }) => ({ body: Body, receipt: ReceiptHandle }));
    },
    async show(entries: readonly Entry[]): Promise<void> {
      const Entries = entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
      await call(
        'ChangeMessageVisibilityBatch',
        (client, options) =>
          client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }), options),
        QueueUrl,
      );
    },
    /** How many could not be deleted. */
    async remove(Entries: Entry[]): Promise<number> {
      const { Failed = [] } = await call(
        'DeleteMessageBatch',
        (client, options) => client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }), options),
        QueueUrl,
      );
      return Failed.length;
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Entry {
  readonly Id: string;
  readonly ReceiptHandle: string;
}

/** Calls for ten messages at a time; the results. */
function inBatches<Result>(
  messages: readonly QueueMessage[],
  work: (entries: Entry[]) => Promise<Result>,
): Promise<Result[]> {
  return mapConcurrently(
    chunks(messages, batch),
    (chunk) => work(chunk.map(({ receipt }, index) => ({ Id: `${index}`, ReceiptHandle: receipt }))),
    concurrent,
  );
}
