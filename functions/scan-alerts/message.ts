/** An alert as one message of SNS: plain text, JSON for programs, and the form that chat applications display. Pure. */
import { bodyOf, type HttpsForm } from '../../aws/sns/forms.ts';
import type { Message } from '../../aws/sns/publish.ts';
import { visibleIn } from '../../core/visible.ts';
import { adviceOf } from './advice.ts';
import type { Alert } from './alert.ts';
import { chatOf } from './amazon-q.ts';
import { largest, maxBytes } from './fit.ts';
import { subjectOf } from './subject.ts';
import type { Suppressed } from './suppression.ts';
import { maxProblems, textOf } from './text.ts';
import { clip } from './vulnerability.ts';
import { worstSeverityOf } from './wording.ts';

// A longer list is not readable.
const maxInText = 30;
// ECR accepts 1,000 tags for an image.
const maxTags = 100;

/** The message, at most 256 KB: where it would be longer, findings are left out at the end, and counted. */
export function messageOf(given: Alert, httpsForm: HttpsForm): Message {
  // Package names and reasons come from images and tags, and cannot be trusted.
  const shown = visibleIn(given);
  const alert = { ...shown, problems: shown.problems.map((problem) => clip(problem)) };
  const subject = subjectOf(alert);
  const chat = JSON.stringify(chatOf(alert, subject));
  const write = (max: number): string => {
    const text = textOf(alert, Math.min(max, maxInText));
    const json = JSON.stringify({ ...machineOf(alert, subject, max), text });
    return bodyOf({ text, json, chat }, httpsForm);
  };
  const all = Math.max(...listsOf(alert).map(({ length }) => length));
  const max = largest(all, (number) => Buffer.byteLength(write(number)) <= maxBytes);
  return { subject, body: write(max), attributes: attributesOf(alert) };
}

/** The lists that are shortened if the message would be too long. */
function listsOf(alert: Alert): readonly (readonly unknown[])[] {
  if (alert.kind === 'findings') return [alert.findings, alert.suppressed];
  return [alert.kind === 'suppressed' ? alert.suppressed : []];
}

/** The form for programs; `omitted` findings did not fit. */
function machineOf(alert: Alert, subject: string, max: number): object {
  const { image, commit, scanner, console, problems } = alert;
  const common = {
    version: '1',
    subject,
    image: { ...image, tags: image.tags.slice(0, maxTags), tagCount: image.tags.length },
    commit,
    scanner,
    console,
    advice: adviceOf(alert),
    problems: problems.slice(0, maxProblems),
    omittedProblems: Math.max(0, problems.length - maxProblems),
    eventCounts: alert.eventCounts,
  };
  switch (alert.kind) {
    case 'findings': {
      const { kind, threshold, counts, findings, suppressed, news, unread } = alert;
      return {
        ...common,
        kind,
        threshold,
        counts,
        findings: findings.slice(0, max),
        omitted: Math.max(0, findings.length - max),
        unread,
        suppressed: suppressed.length,
        suppressions: suppressed.slice(0, max).map(suppressionOf),
        news: news && {
          since: news.since,
          count: news.findings.length,
          ids: news.findings.slice(0, max).map(({ id }) => id),
        },
      };
    }
    case 'suppressed': {
      const { kind, threshold, counts, suppressed } = alert;
      return {
        ...common,
        kind,
        threshold,
        counts,
        suppressed: suppressed.length,
        suppressions: suppressed.slice(0, max).map(suppressionOf),
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

/** A suppressed finding, until when and by what; Inspector returns no end and no reason. */
function suppressionOf({ finding: { id, severity, package: name }, by }: Suppressed): object {
  const what = { id, severity, package: name };
  return by === 'Amazon Inspector'
    ? { ...what, by }
    : { ...what, until: by.until, by: by.by, reason: by.reason };
}

function attributesOf(alert: Alert): Readonly<Record<string, string>> {
  const { kind, image, scanner } = alert;
  const worst = worstSeverityOf(alert);
  return { kind, repository: image.repository, scanner, ...(worst === undefined ? {} : { severity: worst }) };
}
