/** The report formats of an audit. A new format is a file of its own, a line here and its name in `auditFormats`. */
import type { DescribedAudit } from '../../wording/audit/describe.ts';
import type { Colours } from '../colours.ts';
import type { AuditFormat } from '../commands/audit-options.ts';
import { auditCsv } from './audit-csv.ts';
import { auditJson } from './audit-json.ts';
import { auditSarif } from './audit-sarif.ts';
import { auditText } from './audit-text.ts';

/** What a report may depend on besides the audit. */
export interface ReportContext {
  /** This product's version. */
  readonly version: string;
  readonly colours: Colours;
  /** Maximum rows of the table; 0: all. */
  readonly top: number;
}

export const auditReports: Readonly<
  Record<AuditFormat, (audit: DescribedAudit, context: ReportContext) => string | Promise<string>>
> = {
  table: (audit, { colours, top }) => auditText(audit, colours, top),
  json: auditJson,
  csv: auditCsv,
  sarif: (audit, { version }) => auditSarif(audit, version),
  // Loaded only when it is asked for: its charts cost the other formats time.
  html: async (audit, { version }) => (await import('./audit-html.ts')).htmlReport(audit, version),
};
