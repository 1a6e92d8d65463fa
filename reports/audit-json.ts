import type { ReportedAudit } from '../wording/audit/describe.ts';
import { jsonChunks } from './json-chunks.ts';

/** One JSON object; a value that could not be read is `{"unknown": "<reason>"}`. */
export function auditJson({ repositories, ...audit }: ReportedAudit): Iterable<string> {
  const { registry, at, ...rest } = audit;
  return jsonChunks((list) => ({ version: '1', registry, at, repositories: list, ...rest }), repositories, 1);
}
