/** One message in the form of each protocol of SNS. Pure. */
import { isOneOf } from '../../core/json.ts';
import type { Environment } from '../client-settings.ts';

/** What HTTPS endpoints receive. Amazon Q Developer in chat applications is one of them, and reads only the first. */
export const httpsForms = ['Chat', 'Json'] as const;
export type HttpsForm = (typeof httpsForms)[number];

/** The parameter AlertHttpsForm. @throws when it has a value that is not allowed */
export function httpsFormOf({ AlertHttpsForm: form = 'Chat' }: Environment): HttpsForm {
  if (!isOneOf(httpsForms, form))
    throw new Error(`the parameter AlertHttpsForm must be one of ${httpsForms.join(', ')}`);
  return form;
}

/** The same message for people, for programs, and for a chat application. */
export interface Forms {
  /** Plain text. */
  readonly text: string;
  /** JSON. */
  readonly json: string;
  /** JSON: a custom notification (https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html). */
  readonly chat: string;
}

/**
 * The body of a message with `MessageStructure: json`: email and every protocol without a form of its own get the text, queues and
 * functions the JSON, and HTTPS endpoints what the parameter says. Each form counts toward SNS's limit.
 */
export function bodyOf({ text, json, chat }: Forms, httpsForm: HttpsForm): string {
  const http = httpsForm === 'Json' ? { http: json, https: json } : { https: chat };
  return JSON.stringify({ default: text, sqs: json, lambda: json, ...http });
}
