/** One text for each protocol of SNS. Pure. */

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html; some is left for the attributes, which count too.
export const maxMessageBytes = 256 * 1024 - 2_048;

/** A notification, whose texts are visible already. */
export interface Notification {
  readonly subject: string;
  readonly text: string;
  /** For programs, as JSON. */
  readonly machine: string;
  /** For chat applications: at most 64 characters count. */
  readonly id: string;
  readonly region: string;
  readonly eventType: string;
}

/**
 * Email and every protocol without a form of its own get plain text, queues and functions get JSON, and HTTPS
 * subscriptions, which Amazon Q Developer in chat applications uses, get its custom notification
 * (https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html).
 */
export function bodyForProtocols({ subject, text, machine, id, region, eventType }: Notification): string {
  const chat = JSON.stringify({
    version: '1.0',
    source: 'custom',
    id: id.slice(0, 64),
    content: { textType: 'client-markdown', title: escaped(subject), description: escaped(text) },
    metadata: { threadId: `ecr-hardening keeper ${region}`, summary: escaped(subject), eventType },
  });
  return JSON.stringify({ default: text, sqs: machine, lambda: machine, https: chat });
}

const signs: Readonly<Record<string, string>> = {
  '[': '［',
  ']': '］',
  '*': '＊',
  '`': "'",
  '@': '＠',
  '<': '＜',
  '>': '＞',
};

/** Text in which a chat application reads no link and no mention. */
function escaped(text: string): string {
  return text.replace(/[[\]*`@<>]/g, (sign) => signs[sign] ?? sign);
}
