import { tokensOf } from './tokens.ts';

/**
 * Where a Jinja or Go template begins on the lines down to that of an error: an opening brace that no quotes hold, and
 * another one or a `%` behind it. `{{ Time }}` in quotes or in text is a value like any other, so it is never the cause.
 */
export function templatingBefore(text: string, offset: number): number | undefined {
  const lineEnd = text.indexOf('\n', offset);
  const end = lineEnd < 0 ? text.length : lineEnd;
  return tokensOf(text.slice(0, end)).find(
    ({ from, text: token }) => token === '{' && /^\{[%#{](?!resolve:)/.test(text.slice(from, from + 12)),
  )?.from;
}
