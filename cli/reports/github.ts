import { visible } from '../../core/visible.ts';
import type { LocatedFinding, Severity } from '../findings.ts';
import { withFixesJoined } from './fixes.ts';

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/**
 * Workflow commands, which GitHub shows beside the lines
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
 */
export function githubReport(findings: readonly LocatedFinding[]): string {
  return withFixesJoined(findings)
    .map(({ file, line, column, level, control, place, message, fix }) => {
      const title = property(fix === undefined ? `${control} ${place}` : place);
      const properties = `file=${property(file)},line=${line},col=${column},title=${title}`;
      return `::${commands[level]} ${properties}::${data(message)}\n`;
    })
    .join('');
}

function data(text: string): string {
  return visible(text).replaceAll('%', '%25');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
