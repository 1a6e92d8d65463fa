/** A sweep's notification as one message of SNS. Pure. */
import { bodyOf, type Forms, type HttpsForm } from '../../aws/sns/forms.ts';
import type { Message } from '../../aws/sns/publish.ts';
import { visibleIn } from '../../core/visible.ts';
import type { SweepSummary } from '../../sweep/summarise.ts';
import type { ReportPlace, SweepMessage } from '../../wording/sweep/notification.ts';
import { chatOf } from './chat.ts';

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html; some is left for the attributes, which count too.
const maxBytes = 256 * 1024 - 2_048;
// Names of repositories have up to 256 characters: only lists of very long ones are shortened, and their counts stay.
const sizes = [
  { maxNames: 20, maxCharacters: 60_000 },
  { maxNames: 5, maxCharacters: 30_000 },
  { maxNames: 1, maxCharacters: 15_000 },
  { maxNames: 0, maxCharacters: 5_000 },
] as const;
type Size = (typeof sizes)[number];

/** The message, at most 256 KB: one that SNS refuses would be refused after each sweep. */
export function messageOf(
  message: SweepMessage,
  summary: SweepSummary,
  place: ReportPlace,
  httpsForm: HttpsForm,
): Message {
  // Names of repositories and stacks are others' texts; line breaks are this product's own.
  const subject = visibleIn(message.subject);
  const whole = message.text.split('\n').map(visibleIn).join('\n');
  const bodies = sizes.map(
    (size) => () => bodyOf(formsOf({ subject, whole }, summary, place, size), httpsForm),
  );
  const fitting = bodies.find((body) => Buffer.byteLength(body()) <= maxBytes) ?? bodies.at(-1);
  const { failed = 0 } = summary.states;
  return {
    subject,
    body: fitting?.() ?? '',
    attributes: { kind: 'sweep', ...(failed > 0 ? { severity: 'HIGH' } : {}) },
  };
}

function formsOf(
  { subject, whole }: { readonly subject: string; readonly whole: string },
  { info, states, atRisk, changes, repositories, reasons, stacks, previous }: SweepSummary,
  place: ReportPlace,
  { maxNames, maxCharacters }: Size,
): Forms {
  const { sweep, action, mode, registry, startedAt } = info;
  const text =
    whole.length <= maxCharacters
      ? whole
      : `${whole.slice(0, maxCharacters)}\n\nThe rest is in the report: s3://${place.bucket}/${place.page}\n`;
  const short = <Entry extends { readonly names: readonly string[] }>(entry: Entry) => ({
    ...entry,
    names: entry.names.slice(0, maxNames),
  });
  const json = JSON.stringify(
    visibleIn({
      ...{ version: '1', kind: 'sweep', subject, sweep, action, mode, registry, startedAt, previous },
      ...{ repositories, states, atRisk: short(atRisk), reasons: reasons.slice(0, 20).map(short) },
      stacks: stacks.slice(0, 20).map(short),
      changes: changes.slice(0, 50).map(short),
      report: place,
      text,
    }),
  );
  const chat = chatOf({
    subject,
    text,
    id: `ecr-hardening-${sweep}`,
    region: registry.region,
    eventType: 'sweep',
  });
  return { text, json, chat };
}
