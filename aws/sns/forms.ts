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

// Slack shows 3,000 characters of a block and 40,000 of a message, and nobody reads more in a channel.
const maxDescription = 8_000;
const left = '… The rest is left out here: a subscription by email or of a queue has it.';

/** The description of a chat application's notification: as many whole lines as fit, and that others are left out. */
export function descriptionOf(lines: readonly string[]): string {
  const whole = lines.join('\n');
  if (whole.length <= maxDescription) return whole;
  const most = maxDescription - left.length - 1;
  const cut = whole.slice(0, most + 1);
  const end = cut.lastIndexOf('\n');
  // Of one very long line its beginning.
  const kept = end === -1 ? withoutPartOfAnEntity(cut.slice(0, most)) : cut.slice(0, end);
  return `${kept.toWellFormed()}\n${left}`;
}

/** Chat applications have &amp;, &lt; and &gt; for these three characters. */
function withoutPartOfAnEntity(text: string): string {
  return text.replace(/&[a-z]{0,3}$/, '');
}
