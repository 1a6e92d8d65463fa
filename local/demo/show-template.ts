import type { Hardened, Hardening } from './harden-template.ts';
import { colours } from './screen.ts';
import { settingsTable, wrap } from './settings-table.ts';

/** The result of one template in lines of at most 80 columns; file names and words of reasons may be longer. */
export function showTemplate(file: string, hardening: Hardening): string {
  const lines = hardening.kind === 'failed' ? showReason(file, hardening.reason) : showChanges(hardening);
  return `\n${colours.bold(file)}\n${lines}\n`;
}

function showChanges({ changes, findings, placeholders }: Hardened): string {
  const tables = changes.map(settingsTable);
  if (tables.length === 0) tables.push('  deployed; it has no repositories');
  if (findings.length > 0) tables.push(findings.map((each) => marked(colours.yellow('!'), each)).join('\n'));
  if (placeholders.length > 0) {
    tables.push(marked(' ', `with placeholders for parameters of AWS: ${placeholders.join(', ')}`));
  }
  return tables.join('\n\n');
}

/** The heading is the file's name, so the reason does not repeat it. */
function showReason(file: string, reason: string): string {
  const rest = reason.startsWith(`${file} `) ? `it ${reason.slice(file.length + 1)}` : reason;
  return marked(colours.red('✗'), rest);
}

function marked(mark: string, text: string): string {
  const [first = '', ...rest] = wrap(text.replace(/\s+/g, ' ').trim(), 76);
  return [`  ${mark} ${first}`, ...rest.map((line) => `    ${line}`)].join('\n');
}
