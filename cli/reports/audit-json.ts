import type { Audit } from '../../audit/audit.ts';

/** One JSON object; a value that could not be read is `{"unknown": "<reason>"}`. */
export function auditJson(audit: Audit): string {
  return `${JSON.stringify({ version: '1', ...audit }, null, 2)}\n`;
}
