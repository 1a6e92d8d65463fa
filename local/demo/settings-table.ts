import type { AuthorSettings, Origin } from './author-settings.ts';
import type { RepositoryChange } from './harden-template.ts';
import { lifecycleWords } from './lifecycle-words.ts';
import type { RepositorySettings } from './repository-settings.ts';
import { colours } from './screen.ts';

/** Columns of an 80-column terminal: indentation, setting, value before, value after. */
const indentation = '    ';
const labelWidth = 20;
const beforeWidth = 22;
const afterWidth = 80 - indentation.length - labelWidth - beforeWidth;

/** The settings of one repository, below its name. */
export function settingsTable({ name, before, after, authors }: RepositoryChange): string {
  const heading = name.length < labelWidth + 2 ? '' : `  ${colours.bold(name)}\n`;
  const first = row(
    heading === '' ? `  ${name}` : '',
    before === undefined ? '(new)' : 'before',
    before === undefined ? 'now' : 'after',
    'heading',
  );
  const rows = settingsRows(after, authors).map(([label, now, origin], index) => {
    const was = before === undefined ? '' : (settingsRows(before, authors)[index]?.[1] ?? '');
    return row(
      `    ${label}`,
      was,
      origin === undefined ? now : `${now} (${origin})`,
      origin !== undefined || was === now ? 'same' : 'changed',
    );
  });
  return [heading + first, ...rows].join('\n');
}

function settingsRows(
  settings: RepositorySettings,
  authors: AuthorSettings,
): readonly [string, string, Origin][] {
  return [
    ['tags', mutabilityWords(settings), authors.tags],
    ['scan on push', settings.scanOnPush ? 'on' : 'off', authors.scanOnPush],
    ['scanning in effect', frequencyWords(settings.scanFrequency), undefined],
    ['lifecycle', lifecycleWords(settings.lifecyclePolicyText), authors.lifecycle],
  ];
}

function mutabilityWords({ mutability, exclusions }: RepositorySettings): string {
  const words = mutability.startsWith('IMMUTABLE') ? 'immutable' : 'mutable';
  return exclusions.length > 0 ? `${words} except ${exclusions.join(', ')}` : words;
}

function frequencyWords(frequency: string | undefined): string {
  switch (frequency) {
    case 'SCAN_ON_PUSH':
      return 'on push';
    case 'CONTINUOUS_SCAN':
      return 'continuous';
    case 'MANUAL':
      return 'manual';
    default:
      return frequency ?? 'unknown';
  }
}

/** A line of the table; several lines if a value is too long for its column. */
function row(label: string, was: string, now: string, kind: 'heading' | 'same' | 'changed'): string {
  const wasLines = wrap(was, beforeWidth - 2);
  const nowLines = wrap(now, afterWidth);
  const lines: string[] = [];
  for (let index = 0; index < Math.max(wasLines.length, nowLines.length, 1); index += 1) {
    const name = (index === 0 ? label : '').padEnd(indentation.length + labelWidth);
    const left = (wasLines[index] ?? '').padEnd(beforeWidth);
    const right = nowLines[index] ?? '';
    lines.push(
      `${styled(name, kind, 'label')}${styled(left, kind, 'was')}${styled(right, kind, 'now')}`.trimEnd(),
    );
  }
  return lines.join('\n');
}

function styled(text: string, kind: 'heading' | 'same' | 'changed', column: 'label' | 'was' | 'now'): string {
  if (kind === 'heading') return column === 'label' ? colours.bold(text) : colours.dim(text);
  return kind === 'changed' && column === 'now' ? colours.green(text) : text;
}

/** Wraps at spaces; a word that is longer than a line is not split. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
