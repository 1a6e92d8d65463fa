import type { Audit } from '../../core/audit/audit.ts';

/** One self-contained page. */
export function htmlReport(audit: Audit, version: string): string {
  return `<!doctype html><title>${version} ${audit.total}</title>`;
}
