/** Pieces that the subject, the text and the chat message have in common. Pure. */
import type { Alert } from './alert.ts';
import {
  type Counts,
  countInEvent,
  countOf,
  isAtLeast,
  type Severity,
  severities,
  type Threshold,
  worstOf,
} from './severity.ts';
import type { Suppressed } from './suppression.ts';
import { oncePerFinding, type Vulnerability } from './vulnerability.ts';

/** The findings at or above the threshold, each once. */
export function countedAtThreshold(
  findings: readonly Vulnerability[],
  { threshold, scanner }: Pick<FindingsAlert, 'threshold' | 'scanner'>,
): readonly Vulnerability[] {
  return oncePerFinding(atThreshold(findings, threshold), scanner);
}

/** The findings at or above the threshold, once for each package. */
export function atThreshold(
  findings: readonly Vulnerability[],
  threshold: Threshold,
): readonly Vulnerability[] {
  return findings.filter(({ severity }) => isAtLeast(severity, threshold));
}

/** Such as `1 finding` or `3 findings`. */
export function pluralise(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Such as `CRITICAL     CVE-2026-1234  openssl 3.0.1, fixed in 3.0.2`. */
export function lineOf({ id, severity, package: name, installed, fixed }: Vulnerability): string {
  const what = [name, installed].filter((each) => each !== '').join(' ') || 'package not named';
  const fix = fixed === null ? ', no fix yet' : fixed === undefined ? '' : `, fixed in ${fixed}`;
  return `${severity.padEnd(13)}${id}  ${what}${fix}`;
}

/** Such as `2 CRITICAL, 10 HIGH`; severities without findings are left out. */
export function countsInWords(counts: Partial<Counts>): string {
  const words = severities.flatMap((severity) => {
    const count = counts[severity] ?? 0;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return words.join(', ') || 'nothing';
}

/** The counts of an event: Inspector counts findings that are LOW or INFORMATIONAL only in its total. */
export function countsOfEvent(counts: Partial<Counts>, scanner: Alert['scanner']): string {
  const words = countsInWords(counts);
  return scanner === 'ENHANCED' ? words.replace('UNRATED', 'LOW or below') : words;
}

/** Such as `The event of the scan counts 7 CRITICAL, 61 HIGH.`; nothing if the event has no counts. */
export function eventCountsInWords({ eventCounts = {}, scanner }: Alert): readonly string[] {
  if (worstOf(eventCounts) === undefined) return [];
  return [`The event of the scan counts ${countsOfEvent(eventCounts, scanner)}.`];
}

/** What is known of the findings of an image that is gone: the counts of its event, where that has any. */
export function goneInWords({
  counts,
  eventCounts,
  scanner,
}: Extract<Alert, { readonly kind: 'gone' }>): string {
  if (worstOf(counts) === undefined) return 'unknown';
  return eventCounts === undefined ? countsInWords(counts) : countsOfEvent(counts, scanner);
}

/** The counts of the findings that are reported, or of the suppressed ones where all are, each once. */
export function countsOnce(alert: Extract<Alert, { readonly kind: 'findings' | 'suppressed' }>): Counts {
  const { scanner } = alert;
  const list = alert.kind === 'findings' ? alert.findings : alert.suppressed.map(({ finding }) => finding);
  return countOf(oncePerFinding(list, scanner));
}

/** How many findings at or above the threshold there are: as many as were read, or as the event counts if some were not. */
export function numberOf(alert: FindingsAlert): number {
  const { findings, threshold, unread, eventCounts = {} } = alert;
  const read = countedAtThreshold(findings, alert).length;
  return unread === undefined ? read : Math.max(read, countInEvent(eventCounts, threshold));
}

/** An alert about findings. */
export type FindingsAlert = Extract<Alert, { readonly kind: 'findings' }>;

/** The highest severity that is known of an image; undefined if none is. */
export function worstSeverityOf(alert: Alert): Severity | undefined {
  switch (alert.kind) {
    case 'findings': {
      const counted = alert.unread === undefined ? undefined : worstOf(alert.eventCounts ?? {});
      const read = alert.findings[0]?.severity;
      return severities.find((each) => each === read || each === counted);
    }
    case 'suppressed':
    case 'gone':
      return worstOf(alert.counts);
    case 'failed':
      return undefined;
    default:
      return alert satisfies never;
  }
}

/** Such as `CVE-2026-1234 openssl, until 2026-12-31 by the parameter Suppress: not reachable`. */
export function suppressedLine({ finding, by }: Suppressed): string {
  const what = `${finding.id} ${finding.package}`;
  if (by === 'Amazon Inspector') return `${what}, by a suppression rule of Amazon Inspector`;
  return `${what}, until ${by.until} by ${by.by}: ${by.reason}`;
}
