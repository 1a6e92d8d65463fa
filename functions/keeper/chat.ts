/** A notification of the keeper for chat applications. Pure. */
import { descriptionOf } from '../../aws/sns/forms.ts';

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
    content: {
      textType: 'client-markdown',
      title: escaped(subject),
      description: descriptionOf(escaped(text).split('\n')),
    },
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
  // An address of the Web is a link without any signs; those of this product's buckets, s3://, are none.
  return text.replace(/[[\]*`@<>]/g, (sign) => signs[sign] ?? sign).replace(/(?<=https?:)\/\//gi, ' //');
}
