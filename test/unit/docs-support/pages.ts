import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../local/paths.ts';

/** Every page that users read, by its path in the project. */
export const pages: readonly string[] = [
  ...['README.md', 'README.ja.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter((file) =>
    existsSync(join(projectRoot, file)),
  ),
  ...['docs', 'examples'].flatMap((folder) =>
    existsSync(join(projectRoot, folder))
      ? readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.md'))
          .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
          .sort()
      : [],
  ),
];

export const textOf = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');

/** A block of code in a page. */
export interface Block {
  /** The page and the line of its first line, for whoever has to mend it. */
  readonly where: string;
  /** The word after the fence; `indented` for a block of four spaces; empty for a fence without a word. */
  readonly language: string;
  readonly text: string;
  /** The comment in the line before it, without its arrows. */
  readonly mark: string | undefined;
}

/** The blocks of code of a page, in order. */
export function blocksOf(file: string, page = textOf(file)): readonly Block[] {
  const lines = page.split('\n');
  const blocks: Block[] = [];
  const add = (start: number, language: string, content: readonly string[], above: number) => {
    const mark = /^<!-- (.*) -->$/.exec(lines[above]?.trim() ?? '')?.[1];
    const text = content.map((line) => `${line}\n`).join('');
    blocks.push({ where: `${file}:${start + 1}`, language, text, mark });
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const [, indent = '', fence, language = ''] = /^( *)(`{3,}|~{3,})([\w-]*)/.exec(line) ?? [];
    if (fence !== undefined) {
      let end = at + 1;
      while (end < lines.length && lines[end]?.trim() !== fence) end += 1;
      const content = lines.slice(at + 1, end).map((each) => each.slice(indent.length));
      add(at + 1, language, content, at - 1);
      at = end;
      continue;
    }
    // Four spaces make code only where no paragraph goes on.
    const above = lines[at - 1]?.trim() ?? '';
    if (!/^ {4}\S/.test(line) || (above !== '' && !above.endsWith('-->'))) continue;
    let end = at + 1;
    while (/^ {4}/.test(lines[end] ?? '')) end += 1;
    add(
      at,
      'indented',
      lines.slice(at, end).map((each) => each.slice(4)),
      at - 1,
    );
    at = end - 1;
  }
  return blocks;
}

/** A command that a page tells its reader to type. */
export interface DocumentedCommand {
  readonly where: string;
  readonly text: string;
  readonly needsAccount: boolean;
}

/** The commands of a page, one a line; what `console` shows without a prompt is what a command has said. */
export function commandsOf(file: string, page = textOf(file)): readonly DocumentedCommand[] {
  return blocksOf(file, page)
    .filter(({ language }) => ['indented', 'sh', 'bash', 'shell', 'console'].includes(language))
    .flatMap(({ where, language, text, mark }) =>
      text
        .replaceAll(/\\\n\s*/g, '')
        .split('\n')
        .filter((line) => language !== 'console' || line.startsWith('$ '))
        .map((line) =>
          line
            .replace(/^\$ /, '')
            .replace(/(^|\s+)#\s.*$/, '')
            .trim(),
        )
        .filter((line) => line !== '')
        .map((line) => ({ where, text: line, needsAccount: mark === 'needs an account' })),
    );
}
