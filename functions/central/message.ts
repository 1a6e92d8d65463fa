/** A notification of the centre as one message of SNS. Pure. */
import type { Message } from '../../aws/sns/publish.ts';
import { visibleIn } from '../../core/visible.ts';
import type { CentralRegistry } from '../../sweep/central/registries.ts';
import type { SweepMessage } from '../../wording/sweep/notification.ts';

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: 256 KB, of which each protocol's text is a part.
const maxCharacters = 60_000;
const maxRegistries = 50;

/** Text for people, and JSON for queues and functions. */
export function messageOf({ subject, text }: SweepMessage, news: readonly CentralRegistry[]): Message {
  // Names of repositories are others' texts; line breaks are this product's own.
  const shown = text.split('\n').map(visibleIn).join('\n');
  const whole =
    shown.length <= maxCharacters
      ? shown
      : `${shown.slice(0, maxCharacters).toWellFormed()}\n\nThe rest is in the page.\n`;
  const machine = JSON.stringify(
    visibleIn({
      ...{ version: '1', kind: 'central-sweeps', subject },
      registries: news.slice(0, maxRegistries).map(({ changes, ...about }) => ({
        ...about,
        changes: changes.map(({ value, count }) => ({ value, count })),
      })),
    }),
  );
  return {
    subject: visibleIn(subject),
    body: JSON.stringify({ default: whole, sqs: machine, lambda: machine }),
    attributes: { kind: 'central-sweeps' },
  };
}
