/** The pieces that subject, text and chat have in common. Pure. */
import type { Alert } from './alert.ts';
import { type Counts, isAtLeast, severities, type Threshold } from './severity.ts';
import type { Vulnerability } from './vulnerability.ts';

/** Those as bad as the threshold, or worse. */
export function bad(findings: readonly Vulnerability[], threshold: Threshold): readonly Vulnerability[] {
  return findings.filter(({ severity }) => isAtLeast(severity, threshold));
}

/** Such as `1 finding` or `3 findings`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Such as `CRITICAL     CVE-2026-1234  openssl 3.0.1, fixed in 3.0.2`. */
export function lineOf({ id, severity, package: name, installed, fixed }: Vulnerability): string {
  const what = [name, installed].filter((each) => each !== '').join(' ') || 'package not named';
  const fix = fixed === null ? ', no fix yet' : fixed === undefined ? '' : `, fixed in ${fixed}`;
  return `${severity.padEnd(13)}${id}  ${what}${fix}`;
}

/** Such as `2 CRITICAL, 10 HIGH`; without what is zero. */
export function countsInWords(counts: Partial<Counts>): string {
  const words = severities.flatMap((severity) => {
    const count = counts[severity] ?? 0;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  return words.join(', ') || 'nothing';
}

const mostUpgrades = 5;

/** One sentence about what to do. */
export function adviceOf(alert: Alert): string {
  switch (alert.kind) {
    case 'findings': {
      const upgrades = new Set(
        bad(alert.findings, alert.threshold).flatMap(({ package: name, fixed }) =>
          typeof fixed === 'string' ? [`${name} ${fixed}`] : [],
        ),
      );
      if (alert.scanner === 'BASIC')
        return 'Build the image again on an up-to-date base, and push it under a new tag; whether there is a fix, only enhanced scanning says.';
      if (upgrades.size === 0)
        return 'No fix is known yet: see whether the image needs the package, or suppress the finding with a reason and a last day.';
      const named = [...upgrades].slice(0, mostUpgrades).join(', ');
      const rest = upgrades.size > mostUpgrades ? ` and ${upgrades.size - mostUpgrades} more` : '';
      return `Build the image again with ${named}${rest}, and push it under a new tag.`;
    }
    case 'failed':
      return /UNSUPPORTED/i.test(`${alert.status} ${alert.reason}`)
        ? "Build the image on an operating system that ECR's scanning supports, or scan it in the build."
        : 'Start the scan again (aws ecr start-image-scan); where that fails too, scan the image in the build.';
    case 'gone':
      return 'If the image is still needed, push it again: then it is scanned again.';
    default:
      return alert satisfies never;
  }
}
