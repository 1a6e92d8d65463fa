/** Pieces that the subject, the text and the chat message have in common. Pure. */
import type { Alert } from './alert.ts';
import { type Counts, isAtLeast, severities, type Threshold } from './severity.ts';
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

const maxUpgrades = 5;

/** One sentence of remediation. */
export function adviceOf(alert: Alert): string {
  switch (alert.kind) {
    case 'findings': {
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
