import { descriptionOf } from '../../aws/sns/forms.ts';
import { adviceOf } from './advice.ts';
import type { Alert } from './alert.ts';
import { clip } from './vulnerability.ts';
import {
  countsInWords,
  countsOnce,
  eventCountsInWords,
  goneInWords,
  lineOf,
  suppressedLine,
} from './wording.ts';

const maxFindings = 10;
// It names packages, whose names come from images and can be long.
const maxStep = 500;

/**
 * The form that Amazon Q Developer in chat applications displays: a custom notification, version 1.0
 * (https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html).
 */
export function chatOf(alert: Alert, subject: string): object {
  const { image, console } = alert;
  const lines = [
    `\`${image.digest}\``,
    ...commitLine(alert),
    ...linesOf(alert),
    ...problemLines(alert.problems),
  ];
  return {
    version: '1.0',
    source: 'custom',
    id: `ecr-hardening-${image.digest.replace(/^sha256:/, '').slice(0, 32)}`,
    content: {
      textType: 'client-markdown',
      title: escaped(subject),
      description: descriptionOf(lines),
      nextSteps: [plain(clip(adviceOf(alert), maxStep)), `<${console}|Open it in the console>`],
    },
    metadata: {
      threadId: `ecr-hardening ${image.repository}`.slice(0, 250),
      summary: escaped(subject),
      eventType: alert.kind,
      relatedResources: [`${image.repository}@${image.digest}`],
    },
  };
}

const maxProblems = 5;

/** Settings that have no effect, and what could not be read; also of those who are notified in a chat alone. */
export function problemLines(problems: readonly string[]): readonly string[] {
  if (problems.length === 0) return [];
  const rest = problems.length - maxProblems;
  return [
    'Configuration problems',
    ...problems.slice(0, maxProblems).map(plain),
    ...(rest > 0 ? [`and ${rest} more`] : []),
  ];
}

function commitLine({ commit }: Alert): string[] {
  if (commit === undefined) return [];
  return [
    `commit ${commit.url === undefined ? commit.hash : `<${escaped(commit.url.replaceAll('|', '%7C'))}|${commit.hash}>`}`,
  ];
}

function linesOf(alert: Alert): string[] {
  switch (alert.kind) {
    case 'findings': {
      const shown = (alert.news?.findings.length ? alert.news.findings : alert.findings).slice(
        0,
        maxFindings,
      );
      const { unread } = alert;
      return [
        ...(unread === undefined
          ? [countsInWords(countsOnce(alert))]
          : [...eventCountsInWords(alert), plain(`Only ${unread.read} could be read: ${unread.reason}`)]),
        ...shown.map((finding) => plain(lineOf(finding))),
      ];
    }
    case 'suppressed':
      return [
        countsInWords(countsOnce(alert)),
        ...alert.suppressed.slice(0, maxFindings).map((each) => plain(suppressedLine(each))),
      ];
    case 'failed':
      return [plain(alert.reason ?? alert.status), ...eventCountsInWords(alert)];
    case 'gone':
      return [`Findings: ${goneInWords(alert)}`];
    default:
      return alert satisfies never;
  }
}

const signs: Readonly<Record<string, string>> = { '[': '［', ']': '］', '*': '＊', '`': "'", '@': '＠' };

/**
 * A text of others as it stands: package names come from images and cannot be trusted, so none may mention a channel, create
 * a link or an image, or format what is around it. The signs that Markdown reads become their wide forms, since not every chat
 * application knows a backslash before one.
 */
export function plain(text: string): string {
  return escaped(text)
    .replace(/[[\]*`]|@(?=(?:here|channel|everyone|all)\b)/gi, (sign) => signs[sign] ?? sign)
    .replaceAll('://', ': //');
}

/** What begins a mention or a link everywhere. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
