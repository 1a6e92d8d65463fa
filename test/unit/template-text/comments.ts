import { lexemesOf } from '../../../template-text/lexemes.ts';

/** Signs of the lexer's own, which stand for no text. */
const marks = ['\x02', '\x18', '\x1f'];
const scalarMark = '\x1f';

/** A comment to insert: where, as a part of all the places, and how deeply. */
export interface CommentPlan {
  readonly place: number;
  readonly indent: number;
}

/**
 * A YAML text with comment lines of any indentation between its lines. Only where a comment can stand: neither in a
 * scalar nor behind a block scalar, which a deeper line would continue.
 */
export function withComments(text: string, plans: readonly CommentPlan[]): string {
  const places = placesIn(text);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const comments = plans.map(({ place, indent }, index) => ({
    at: places[place % places.length] ?? 0,
    line: `${' '.repeat(indent)}# inserted ${index}: {a, [b] 'c' "d" &e *f !g${eol}`,
  }));
  let result = text;
  for (const { at, line } of comments.toSorted((one, other) => other.at - one.at))
    result = result.slice(0, at) + line + result.slice(at);
  return result;
}

function placesIn(text: string): readonly number[] {
  const places: number[] = [];
  let at = 0;
  let before = '';
  let isBehindBlock = false;
  for (const lexeme of lexemesOf(text)) {
    if (marks.includes(lexeme)) {
      before = lexeme;
      continue;
    }
    at += lexeme.length;
    if (before === scalarMark) isBehindBlock = false;
    if (/^[|>]/.test(lexeme)) isBehindBlock = true;
    else if (before === scalarMark && isBlockContent(text, at)) isBehindBlock = true;
    else if (/^[^\s#]/.test(lexeme)) isBehindBlock = false;
    if (/^\r?\n$/.test(lexeme) && !isBehindBlock) places.push(at);
    before = lexeme;
  }
  return places;
}

/** A block scalar's text is the only scalar that ends with its line. */
function isBlockContent(text: string, end: number): boolean {
  return end === text.length || text[end - 1] === '\n';
}
