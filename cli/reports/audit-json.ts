import type { DescribedAudit } from '../../wording/audit/describe.ts';

/** One JSON object; a value that could not be read is `{"unknown": "<reason>"}`. */
export function auditJson(audit: DescribedAudit): string {
  return `${JSON.stringify({ version: '1', ...audit }, null, 2)}\n`;
}
