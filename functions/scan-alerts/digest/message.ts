/** A digest as one message of SNS, in the forms of an alert. Pure. */
import { bodyOf, descriptionOf, type HttpsForm } from '../../../aws/sns/forms.ts';
import type { Message } from '../../../aws/sns/publish.ts';
import { visibleIn } from '../../../core/visible.ts';
import { escaped, plain, problemLines } from '../amazon-q.ts';
import { largest, maxBytes } from '../fit.ts';
import { clip } from '../vulnerability.ts';
import type { Digest } from './digest.ts';
import { adviceOf, digestText, headlineOf, lineOf, maxProblems, summaryOf } from './text.ts';

// A longer list is not readable.
const maxInText = 50;
const maxInChat = 10;

/** The message, at most 256 KB: where it would be longer, repositories are left out at the end, and counted. */
export function digestMessage(given: Digest, httpsForm: HttpsForm): Message {
  // Names of packages and tags come from others, and cannot be trusted.
  const shown = visibleIn(given);
  const digest = { ...shown, problems: shown.problems.map((problem) => clip(problem)) };
  const { severity, rows } = digest;
  const worst = severity === null ? '' : `, worst ${severity}`;
  const subject = `[DIGEST] ${headlineOf(digest)}${worst}`;
  const chat = JSON.stringify(chatOf(digest, subject));
  const write = (max: number): string => {
    const text = digestText(digest, Math.min(max, maxInText));
    const json = JSON.stringify({ ...machineOf(digest, subject, max), text });
    return bodyOf({ text, json, chat }, httpsForm);
  };
  const max = largest(rows.length, (number) => Buffer.byteLength(write(number)) <= maxBytes);
  return {
    subject,
    body: write(max),
    attributes: { kind: 'digest', ...(severity === null ? {} : { severity }) },
  };
}

/** The form for programs; `omitted` repositories did not fit. */
function machineOf(digest: Digest, subject: string, max: number): object {
  const { from, to, alerts, kinds, severity, rows, problems, atOnceFrom } = digest;
  return {
    ...{ version: '1', kind: 'digest', subject, from, to, alerts, kinds, severity, atOnceFrom },
    repositories: rows.slice(0, max).map(({ newest, ...row }) => ({
      ...row,
      newest: { ...newest, problems: undefined },
    })),
    omitted: Math.max(0, rows.length - max),
    problems: problems.slice(0, maxProblems),
    omittedProblems: Math.max(0, problems.length - maxProblems),
  };
}

/** A custom notification, version 1.0 (https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html). */
function chatOf(digest: Digest, subject: string): object {
  const shown = digest.rows.slice(0, maxInChat).map((row) => plain(lineOf(row)));
  const rest = digest.rows.length - shown.length;
  return {
    version: '1.0',
    source: 'custom',
    id: `ecr-hardening-digest-${digest.to ?? 'empty'}`.slice(0, 64),
    content: {
      textType: 'client-markdown',
      title: escaped(subject),
      description: descriptionOf([
        ...summaryOf(digest),
        ...shown,
        ...(rest > 0 ? [`and ${rest} more`] : []),
        ...problemLines(digest.problems),
      ]),
      nextSteps: [plain(adviceOf(digest))],
    },
    metadata: { threadId: 'ecr-hardening digest', summary: escaped(subject), eventType: 'digest' },
  };
}
