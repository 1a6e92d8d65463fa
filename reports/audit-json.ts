import { visibleJson } from '../core/visible.ts';
import type { DescribedAudit } from '../wording/audit/describe.ts';

/** One JSON object; a value that could not be read is `{"unknown": "<reason>"}`. */
export function auditJson(audit: DescribedAudit): string {
  return `${visibleJson({ version: '1', ...audit }, 2)}\n`;
}
