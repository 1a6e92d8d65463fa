import { groupBy } from '../../core/group-by.ts';
import { visible } from '../../core/visible.ts';
import type { Colours } from '../colours.ts';
import type { LocatedFinding, Severity } from '../findings.ts';
import { withFixesJoined } from './fixes.ts';

/** For people: by template, each finding on two lines, and a summary. */
export function textReport(
  files: readonly string[],
  findings: readonly LocatedFinding[],
  { bold, dim, red, yellow, cyan, green }: Colours,
): string {
  const paint: Readonly<Record<Severity, (text: string) => string>> = {
    error: red,
    warning: yellow,
    note: cyan,
  };
  const byFile = groupBy(withFixesJoined(findings), ({ file }) => file);
  const blocks = files.flatMap((file) => {
    const own = byFile.get(file);
    if (own === undefined) return [];
    const lines = own.map(({ line, column, level, control, place, message, fix, details = [] }) => {
      const where = `${line}:${column}`.padEnd(8);
      if (fix !== undefined)
        return `  ${dim(where)}${paint[level](level.padEnd(9))}${bold(place)}: ${message}`;
      return `  ${dim(where)}${paint[level](level.padEnd(9))}${bold(control.padEnd(17))}${place}${[message, ...details].map((each) => `\n${' '.repeat(19)}${each}`).join('')}`;
    });
    return [`${bold(visible(file))}\n${lines.join('\n')}`];
  });
  const bad = findings.filter(({ level }) => level !== 'note').length;
  if (files.length === 0) return '';
  const templates = `${files.length} ${files.length === 1 ? 'template' : 'templates'}`;
  const explained = findings.find(({ level, about }) => level !== 'note' && about !== undefined);
  const more = explained === undefined ? '' : ` More about one: ecr-hardening explain ${explained.control}`;
  const summary =
    bad === 0
      ? green(`No findings in ${templates}.`)
      : `${bad} ${bad === 1 ? 'finding' : 'findings'} in ${templates}.${more}`;
  return `${[...blocks, summary].join('\n\n')}\n`;
}
