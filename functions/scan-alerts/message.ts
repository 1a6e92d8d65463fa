/** An alert as one message of SNS: text for people, JSON for machines, and the form that chat applications show. Pure. */
import type { Alert } from './alert.ts';
import { chatOf } from './amazon-q.ts';
import { subjectOf } from './subject.ts';
import { textOf } from './text.ts';
import { adviceOf } from './wording.ts';

/** What SNS publishes. */
export interface Message {
  readonly subject: string;
  /** JSON with a text for each protocol (MessageStructure: json). */
  readonly body: string;
  /** By which subscriptions can be filtered. */
  readonly attributes: Readonly<Record<string, string>>;
}

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html; some is left for the attributes, which count too.
const mostBytes = 256 * 1024 - 2_048;
// More than that nobody reads.
const mostInText = 30;
// ECR takes a thousand tags for an image.
const mostTags = 100;

/**
 * The message, at most 256 KB: where it would be longer, findings are left out at the end, and their number is told.
 *
 * People get text (email, and whatever has no form of its own), queues and functions get JSON, and HTTPS
 * subscriptions, which Amazon Q Developer in chat applications has, its custom notification.
 */
export function messageOf(alert: Alert): Message {
  const subject = subjectOf(alert);
  const https = JSON.stringify(chatOf(alert, subject));
  const write = (most: number): string => {
    const text = textOf(alert, Math.min(most, mostInText));
    const machine = JSON.stringify({ ...machineOf(alert, subject, most), text });
    return JSON.stringify({ default: text, sqs: machine, lambda: machine, https });
  };
  const all = alert.kind === 'findings' ? alert.findings.length : 0;
  const most = largest(all, (number) => Buffer.byteLength(write(number)) <= mostBytes);
  return { subject, body: write(most), attributes: attributesOf(alert) };
}

/** The largest number up to `most` that fits, found by halves: what fits with more fits with fewer. */
function largest(most: number, isFitting: (number: number) => boolean): number {
  if (isFitting(most)) return most;
  let low = 0;
  let high = most;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isFitting(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** The form for machines; `omitted` findings did not fit. */
function machineOf(alert: Alert, subject: string, most: number): object {
  const { image, commit, scanner, console, problems } = alert;
  const common = {
    version: '1',
    subject,
    image: { ...image, tags: image.tags.slice(0, mostTags), tagCount: image.tags.length },
    commit,
    scanner,
    console,
    advice: adviceOf(alert),
    problems,
  };
  switch (alert.kind) {
    case 'findings': {
      const { kind, threshold, counts, findings, suppressed, news } = alert;
      return {
        ...common,
        kind,
        threshold,
        counts,
        findings: findings.slice(0, most),
        omitted: Math.max(0, findings.length - most),
        suppressed: suppressed.length,
        news: news && {
          since: news.since,
          count: news.findings.length,
          ids: news.findings.slice(0, most).map(({ id }) => id),
        },
      };
    }
    case 'failed':
      return { ...common, kind: alert.kind, status: alert.status, reason: alert.reason };
    case 'gone':
      return { ...common, kind: alert.kind, threshold: alert.threshold, counts: alert.counts };
    default:
      return alert satisfies never;
  }
}

function attributesOf(alert: Alert): Readonly<Record<string, string>> {
  const { kind, image, scanner } = alert;
  const worst = kind === 'findings' ? alert.findings[0]?.severity : undefined;
  return { kind, repository: image.repository, scanner, ...(worst === undefined ? {} : { severity: worst }) };
}
