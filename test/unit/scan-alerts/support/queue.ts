/** A queue of SQS, as far as it is called here (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/). */
import { createHash, randomUUID } from 'node:crypto';
import { isList, isObject, type Json, type JsonObject, member } from '../../../../core/json.ts';

export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  /** Received and not deleted, and so hidden from other receivers. */
  isHidden: boolean;
}

export interface WorldQueue {
  readonly messages: StoredMessage[];
  /** The body of the response, or undefined for an operation that it does not have. */
  serve(operation: string, input: JsonObject): Json | undefined;
}

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export function startQueue(): WorldQueue {
  const messages: StoredMessage[] = [];
  const entriesOf = (input: JsonObject) => {
    const entries = member(input, 'Entries');
    return isList(entries) ? entries.filter((each): each is JsonObject => isObject(each)) : [];
  };
  const idOf = (entry: JsonObject) => String(member(entry, 'ReceiptHandle'));
  const done = (entries: readonly JsonObject[]): Json => ({
    Successful: entries.map((entry) => ({ Id: String(member(entry, 'Id')) })),
  });
  return {
    messages,
    serve(operation, input) {
      switch (operation) {
        case 'SendMessage': {
          const body = String(member(input, 'MessageBody'));
          messages.push({ id: randomUUID(), body, isHidden: false });
          return { MessageId: messages.at(-1)?.id ?? '', MD5OfMessageBody: md5(body) };
        }
        case 'ReceiveMessage': {
          const found = messages.filter(({ isHidden }) => !isHidden).slice(0, 10);
          for (const message of found) message.isHidden = true;
          return {
            Messages: found.map(({ id, body }) => ({
              ...{ MessageId: id, ReceiptHandle: id },
              ...{ Body: body, MD5OfBody: md5(body) },
            })),
          };
        }
        case 'DeleteMessageBatch': {
          const entries = entriesOf(input);
          const ids = new Set(entries.map(idOf));
          messages.splice(0, messages.length, ...messages.filter(({ id }) => !ids.has(id)));
          return done(entries);
        }
        case 'ChangeMessageVisibilityBatch': {
          const entries = entriesOf(input);
          const ids = new Set(entries.map(idOf));
          for (const message of messages) if (ids.has(message.id)) message.isHidden = false;
          return done(entries);
        }
        default:
          return undefined;
      }
    },
  };
}
