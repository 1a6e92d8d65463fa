/** A notification of the centre as one message of SNS. Pure. */
import type { Message } from '../../aws/sns/publish.ts';
import { visibleIn } from '../../core/visible.ts';
import type { CentralRegistry } from '../../sweep/central/registries.ts';
import type { SweepMessage } from '../../wording/sweep/notification.ts';

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html; some is left for the attributes, which count too.
const maxBytes = 256 * 1024 - 2_048;
// What an account reports has its own length: where it is too long, the text is shortened and registries are left out, and counted.
const sizes = [
  { maxRegistries: 50, maxCharacters: 60_000 },
  { maxRegistries: 20, maxCharacters: 30_000 },
  { maxRegistries: 5, maxCharacters: 15_000 },
  { maxRegistries: 0, maxCharacters: 5_000 },
] as const;

/**
 * Text for people, and JSON for queues and functions; at most 256 KB: one that SNS refuses would keep all reports that arrive with it
 * from the page.
 */
export function messageOf({ subject, text }: SweepMessage, news: readonly CentralRegistry[]): Message {
  // Names of repositories are others' texts; line breaks are this product's own.
  const shown = text.split('\n').map(visibleIn).join('\n');
  const bodies = sizes.map((size) => () => bodyOf(visibleIn(subject), shown, news, size));
  const fitting = bodies.find((body) => Buffer.byteLength(body()) <= maxBytes) ?? bodies.at(-1);
  return {
    subject: visibleIn(subject),
    body: fitting?.() ?? '',
    attributes: { kind: 'central-sweeps' },
  };
}

function bodyOf(
  subject: string,
  text: string,
  news: readonly CentralRegistry[],
  { maxRegistries, maxCharacters }: (typeof sizes)[number],
): string {
  const whole =
    text.length <= maxCharacters
      ? text
      : `${text.slice(0, maxCharacters).toWellFormed()}\n\nThe rest is in the page.\n`;
  const machine = JSON.stringify(
    visibleIn({
      ...{ version: '1', kind: 'central-sweeps', subject },
      registries: news.slice(0, maxRegistries).map(({ changes, ...about }) => ({
        ...about,
        changes: changes.map(({ value, count }) => ({ value, count })),
      })),
      omitted: Math.max(0, news.length - maxRegistries),
    }),
  );
  return JSON.stringify({ default: whole, sqs: machine, lambda: machine });
}
