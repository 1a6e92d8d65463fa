/** The report formats of an audit. A new format is a file of its own, a line here and its name in `auditFormats`. */
import { visibleIn } from '../../core/visible.ts';
import { auditCsv } from '../../reports/audit-csv.ts';
import { auditJson } from '../../reports/audit-json.ts';
import { joined } from '../../reports/json-chunks.ts';
import type { DescribedRepositories, ReportedAudit } from '../../wording/audit/describe.ts';
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

type AuditChunks = (
  audit: ReportedAudit,
  context: ReportContext,
) => Iterable<string> | Promise<Iterable<string>>;

const reports: Readonly<Record<AuditFormat, AuditChunks>> = {
  table: (audit, { colours, top }) => [auditText(audit, colours, top)],
  json: auditJson,
  csv: auditCsv,
  sarif: (audit, { version }) => auditSarif(audit, version),
  // Loaded only when it is asked for: its charts cost the other formats time.
  html: async (audit, { version }) =>
    (await import('../../reports/audit-html.ts')).htmlChunks(audit, version),
};

/**
 * A report in pieces, which shows nothing hidden of tags, stack names and policies. Of an audit whose repositories are not in
 * memory no more than a piece is in memory.
 */
export async function auditChunks(
  format: AuditFormat,
  { repositories, ...audit }: ReportedAudit,
  context: ReportContext,
): Promise<Iterable<string>> {
  return joined(
    await reports[format]({ ...visibleIn(audit), repositories: visibleRepositories(repositories) }, context),
  );
}

function visibleRepositories(repositories: DescribedRepositories): DescribedRepositories {
  return {
    length: repositories.length,
    *[Symbol.iterator]() {
      for (const repository of repositories) yield visibleIn(repository);
    },
  };
}

type AuditReport = (audit: ReportedAudit, context: ReportContext) => Promise<string>;

const reportIn =
  (format: AuditFormat): AuditReport =>
  async (audit, context) =>
    [...(await auditChunks(format, audit, context))].join('');

/** The whole reports. */
export const auditReports: Readonly<Record<AuditFormat, AuditReport>> = {
  table: reportIn('table'),
  json: reportIn('json'),
  csv: reportIn('csv'),
  sarif: reportIn('sarif'),
  html: reportIn('html'),
};
