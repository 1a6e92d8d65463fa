import { styleText } from 'node:util';
import type { Hardened, Hardening } from './harden-template.ts';
import { settingsTable, wrap } from './settings-table.ts';

/** What came of one template, in lines of at most 80 columns (file names and reasons' words may be longer). */
export function showTemplate(file: string, hardening: Hardening): string {
  const lines = hardening.kind === 'failed' ? showReason(file, hardening.reason) : showChanges(hardening);
  return `\n${styleText('bold', file)}\n${lines}\n`;
}

function showChanges({ changes, standIns }: Hardened): string {
  const tables = changes.map(settingsTable);
  if (tables.length === 0) tables.push('  deployed; it has no repository');
  if (standIns.length > 0) {
    tables.push(marked(' ', `with a stand-in for what AWS would look up: ${standIns.join(', ')}`));
  }
  return tables.join('\n\n');
}

/** The file stands above already, so its reason need not begin with it again. */
function showReason(file: string, reason: string): string {
  const rest = reason.startsWith(`${file} `) ? `it ${reason.slice(file.length + 1)}` : reason;
  return marked(styleText('red', '✗'), rest);
}

function marked(mark: string, text: string): string {
  const [first = '', ...rest] = wrap(text.replace(/\s+/g, ' ').trim(), 76);
  return [`  ${mark} ${first}`, ...rest.map((line) => `    ${line}`)].join('\n');
}
