/** The report formats of `check`. A new format is a file of its own, and its name and its case here. */
import type { Colours } from '../colours.ts';
import type { LocatedFinding } from '../findings.ts';

export const formats = ['text', 'json', 'sarif', 'junit', 'github'] as const;
export type Format = (typeof formats)[number];

/** What a report says beside the findings. */
export interface ReportContext {
  /** The files that were read. */
  readonly read: readonly string[];
  readonly version: string;
  readonly colours: Colours;
}

/** The findings in a format, which is loaded only here: `--help` needs the names alone. */
export async function checkReport(
  format: Format,
  findings: readonly LocatedFinding[],
  { read, version, colours }: ReportContext,
): Promise<string> {
  switch (format) {
    case 'text':
      return (await import('./text.ts')).textReport(read, findings, colours);
    case 'json':
      return (await import('./json.ts')).jsonReport(findings);
    case 'sarif':
      return (await import('./sarif.ts')).sarifReport(findings, version);
    case 'junit':
      return (await import('./junit.ts')).junitReport(read, findings);
    case 'github':
      return (await import('./github.ts')).githubReport(findings);
    default:
      return format satisfies never;
  }
}
