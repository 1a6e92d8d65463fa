/** A sweep's notification as one message of SNS. Pure. */
import type { Message } from '../../aws/sns/publish.ts';
import { visibleIn } from '../../core/visible.ts';
import type { SweepSummary } from '../../sweep/summarise.ts';
import type { ReportPlace, SweepMessage } from '../../wording/sweep/notification.ts';

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: 256 KB. The lists of a notification end long before.
const maxCharacters = 60_000;

/**
 * Email and every protocol without a form of its own get plain text, queues and functions get JSON, and HTTPS
 * subscriptions, which Amazon Q Developer in chat applications uses, get its custom notification
 * (https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html).
 */
export function messageOf(message: SweepMessage, summary: SweepSummary, place: ReportPlace): Message {
  // Names of repositories and stacks are others' texts; line breaks are this product's own.
  const subject = visibleIn(message.subject);
  const text = message.text.split('\n').map(visibleIn).join('\n').slice(0, maxCharacters);
  const { info, states, atRisk, changes, repositories, reasons, stacks, previous } = summary;
  const { sweep, action, mode, registry, startedAt } = info;
  const machine = JSON.stringify(
    visibleIn({
      ...{ version: '1', kind: 'sweep', subject, sweep, action, mode, registry, startedAt, previous },
      ...{ repositories, states, atRisk, reasons: reasons.slice(0, 20), stacks: stacks.slice(0, 20) },
      changes: changes.slice(0, 50),
      report: place,
      text,
    }),
  );
  const chat = JSON.stringify({
    version: '1.0',
    source: 'custom',
    id: `ecr-hardening-${sweep}`.slice(0, 64),
    content: { textType: 'client-markdown', title: escaped(subject), description: escaped(text) },
    metadata: {
      threadId: `ecr-hardening keeper ${registry.region}`,
      summary: escaped(subject),
      eventType: 'sweep',
    },
  });
  return {
    subject,
    body: JSON.stringify({ default: text, sqs: machine, lambda: machine, https: chat }),
    attributes: { kind: 'sweep', ...((states.failed ?? 0) > 0 ? { severity: 'HIGH' } : {}) },
  };
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
