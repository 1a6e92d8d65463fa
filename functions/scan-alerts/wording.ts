/** Pieces that the subject, the text and the chat message have in common. Pure. */
import type { Alert } from './alert.ts';
import {
  type Counts,
  countInEvent,
  isAtLeast,
  type Severity,
  severities,
  type Threshold,
  worstOf,
} from './severity.ts';
import type { Suppressed } from './suppression.ts';
import type { Vulnerability } from './vulnerability.ts';

/** The findings at or above the threshold. */
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

/** How many findings at or above the threshold there are: as many as were read, or as the event counts if some were not. */
export function numberOf({ findings, threshold, unread, eventCounts = {} }: FindingsAlert): number {
  const read = atThreshold(findings, threshold).length;
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

const maxUpgrades = 5;

/** One sentence of remediation. */
export function adviceOf(alert: Alert): string {
  switch (alert.kind) {
    case 'findings': {
      if (alert.unread !== undefined)
        return 'Open the image in the console, or run aws ecr describe-image-scan-findings, to see the findings that are missing here.';
      const upgrades = new Set(
        atThreshold(alert.findings, alert.threshold).flatMap(({ package: name, fixed }) =>
          typeof fixed === 'string' ? [`${name} ${fixed}`] : [],
        ),
      );
      if (alert.scanner === 'BASIC')
        return 'Rebuild the image on an up-to-date base image and push it with a new tag. Only enhanced scanning reports whether there is a fix.';
      if (upgrades.size === 0)
        return 'No fix is available yet: remove the package if the image does not need it, or suppress the finding with a reason and an expiry date.';
      const named = [...upgrades].slice(0, maxUpgrades).join(', ');
      const rest = upgrades.size > maxUpgrades ? ` and ${upgrades.size - maxUpgrades} more` : '';
      return `Rebuild the image with ${named}${rest} and push it with a new tag.`;
    }
    case 'suppressed':
      return 'Check that the suppressions still apply. When one ends, the next scan of the image reports its findings.';
    case 'failed':
      return /UNSUPPORTED/i.test(`${alert.status} ${alert.reason}`)
        ? 'Build the image on an operating system that ECR scanning supports, or scan it in your build pipeline.'
        : 'Start the scan again (aws ecr start-image-scan); if that fails too, scan the image in your build pipeline.';
    case 'gone':
      return 'If you still need the image, push it again to have it scanned.';
    default:
      return alert satisfies never;
  }
}
