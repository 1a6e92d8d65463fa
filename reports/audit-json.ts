import type { ReportedAudit } from '../wording/audit/describe.ts';
import { jsonChunks } from './json-chunks.ts';

/** One JSON object; a value that could not be read is `{"unknown": "<reason>"}`. */
export function auditJson({ repositories, ...audit }: ReportedAudit): Iterable<string> {
  const { registry, registries, at, ...rest } = audit;
  // Of several registries there is a list in place of the one.
  const of = registries === undefined ? { registry } : { registries };
  return jsonChunks((list) => ({ version: '1', ...of, at, repositories: list, ...rest }), repositories, 1);
}
