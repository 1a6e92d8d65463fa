/** The lines of a text in YAML, as far as its blocks are told apart by them. */
import type { Document } from 'yaml';

/** A line with its content's place; `column` is that of an item's content behind its dashes while that is read. */
export interface Line {
  from: number;
  column: number;
  /** The end of the line, without its line break. */
  readonly to: number;
  /** Whether it is blank, or has nothing but a comment. */
  readonly isEmpty: boolean;
  readonly isBlank: boolean;
}

/** A text, and how far it is read. */
export interface BlockReader {
  readonly text: string;
  readonly lines: readonly Line[];
  readonly document: Document;
  /** The line to read. */
  next: number;
}

/** Thrown where only the library can go on. */
export const unusual = new Error('written in another way');

/** The lines of a text, and where each begins. */
export function linesOf(text: string): { readonly lines: readonly Line[]; readonly lineStarts: number[] } {
  const lines: Line[] = [];
  const lineStarts: number[] = [];
  for (let from = 0; from <= text.length; ) {
    lineStarts.push(from);
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end - (text[end - 1] === '\r' ? 1 : 0);
    let content = from;
    while (content < to && text[content] === ' ') content += 1;
    const isBlank = content === to;
    lines.push({
      from: content,
      column: content - from,
      to,
      isBlank,
      isEmpty: isBlank || text[content] === '#',
    });
    if (end < 0) break;
    from = end + 1;
  }
  return { lines, lineStarts };
}

function skipEmpty(reader: BlockReader): void {
  while (reader.lines[reader.next]?.isEmpty === true) reader.next += 1;
}

/** Empty lines, and the mark at which a document begins. */
export function skipStart(reader: BlockReader): void {
  const line = nextLine(reader);
  if (line === undefined || reader.text.slice(line.from - line.column, line.to) !== '---') return;
  reader.next += 1;
  skipEmpty(reader);
}

/** The next line with content. */
export function nextLine(reader: BlockReader): Line | undefined {
  skipEmpty(reader);
  return reader.lines[reader.next];
}

/** Whether a line is an item of a list. */
export function isItem({ text }: BlockReader, { from, to }: Line): boolean {
  return text[from] === '-' && (from + 1 === to || text[from + 1] === ' ');
}

/** The line behind the last one that belongs to the entry that is read: the first with content that is not more indented. */
export function endOfEntry({ lines, next }: BlockReader, column: number): number {
  let end = next + 1;
  for (let index = end; index < lines.length; index += 1) {
    const line = lines[index];
    if (line === undefined || (line.column <= column && !line.isBlank)) break;
    if (!line.isBlank) end = index + 1;
  }
  // Blank lines belong to a block scalar that keeps them.
  while (lines[end]?.isBlank === true) end += 1;
  return end;
}
