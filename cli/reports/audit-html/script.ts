/** The script of the page: what sorts its table. It is a library's, and stands in the page itself. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The bundle has it written in (tools/build-cli.mjs), since it has no node_modules beside it. */
declare const ECR_HARDENING_SORT_SCRIPT: string;

/** sortable-tablesort, with its keyboard support. */
export function sortScript(): string {
  if (typeof ECR_HARDENING_SORT_SCRIPT === 'string') return ECR_HARDENING_SORT_SCRIPT;
  const folder = join(import.meta.dirname, '..', '..', '..', 'node_modules', 'sortable-tablesort', 'dist');
  return sortFiles.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
}

/** The same as in tools/build-cli.mjs. */
const sortFiles = ['sortable.min.js', 'sortable.a11y.min.js'];
