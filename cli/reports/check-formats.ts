/** The report formats of `check`. A new format is a file of its own, and its name and its case here. */
import type { Colours } from '../colours.ts';
import type { LocatedFinding } from '../findings.ts';
import { githubReport } from './github.ts';
import { jsonReport } from './json.ts';
import { junitReport } from './junit.ts';
import { sarifReport } from './sarif.ts';
import { textReport } from './text.ts';

export const formats = ['text', 'json', 'sarif', 'junit', 'github'] as const;
export type Format = (typeof formats)[number];

/** What a report says beside the findings. */
export interface ReportContext {
  /** The files that were read. */
  readonly read: readonly string[];
  readonly version: string;
  readonly colours: Colours;
}

/** The findings in a format. */
export function checkReport(
  format: Format,
  findings: readonly LocatedFinding[],
  { read, version, colours }: ReportContext,
): string {
  switch (format) {
    case 'text':
      return textReport(read, findings, colours);
    case 'json':
      return jsonReport(findings);
    case 'sarif':
      return sarifReport(findings, version);
    case 'junit':
      return junitReport(read, findings);
    case 'github':
      return githubReport(findings);
    default:
      return format satisfies never;
  }
}
