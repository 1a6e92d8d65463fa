/** The report formats of an audit. A new format is a file of its own, a line here and its name in `auditFormats`. */
import { visibleIn } from '../../core/visible.ts';
import { auditCsv } from '../../reports/audit-csv.ts';
import { auditJson } from '../../reports/audit-json.ts';
import type { DescribedAudit } from '../../wording/audit/describe.ts';
import type { Colours } from '../colours.ts';
import type { AuditFormat } from '../commands/audit-options.ts';
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

type AuditReport = (audit: DescribedAudit, context: ReportContext) => string | Promise<string>;

const reports: Readonly<Record<AuditFormat, AuditReport>> = {
  table: (audit, { colours, top }) => auditText(audit, colours, top),
  json: auditJson,
  csv: auditCsv,
  sarif: (audit, { version }) => auditSarif(audit, version),
  // Loaded only when it is asked for: its charts cost the other formats time.
  html: async (audit, { version }) =>
    (await import('../../reports/audit-html.ts')).htmlReport(audit, version),
};

/** The reports, which show nothing hidden of tags, stack names and policies. */
export const auditReports: Readonly<Record<AuditFormat, AuditReport>> = {
  table: (audit, context) => reports.table(visibleIn(audit), context),
  json: (audit, context) => reports.json(visibleIn(audit), context),
  csv: (audit, context) => reports.csv(visibleIn(audit), context),
  sarif: (audit, context) => reports.sarif(visibleIn(audit), context),
  html: (audit, context) => reports.html(visibleIn(audit), context),
};
