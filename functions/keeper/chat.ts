/** A notification of the keeper for chat applications. Pure. */

/** Its texts, which are visible already. */
export interface ChatNotification {
  readonly subject: string;
  readonly text: string;
  /** At most 64 characters count. */
  readonly id: string;
  readonly region: string;
  readonly eventType: string;
}

/** https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html */
export function chatOf({ subject, text, id, region, eventType }: ChatNotification): string {
  return JSON.stringify({
    version: '1.0',
    source: 'custom',
    id: id.slice(0, 64),
    content: { textType: 'client-markdown', title: escaped(subject), description: escaped(text) },
    metadata: { threadId: `ecr-hardening keeper ${region}`, summary: escaped(subject), eventType },
  });
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
