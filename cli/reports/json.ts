import { visibleJson } from '../../core/visible.ts';
import type { LocatedFinding } from '../findings.ts';

/** One JSON object: the findings, each with its control's metadata. */
export function jsonReport(findings: readonly LocatedFinding[]): string {
  const entries = findings.map(({ about, details: _details, fix: _fix, ...finding }) => ({
    ...finding,
    ...(about === undefined
      ? {}
      : {
          title: about.title,
          why: about.why,
          remediation: about.remediation,
          source: about.source,
          relatedChecks: about.relatedChecks,
        }),
  }));
  return `${visibleJson({ version: '1', findings: entries }, 2)}\n`;
}
