/**
 * Texts of others, such as logical IDs, tags and package names, as they may be shown: what steers a terminal, a viewer or a build
 * log is written as an escape, so that it cannot hide, reorder or forge what is around it. Every text goes through here before
 * it is shown.
 */

/**
 * Control characters, C1 among them; format characters, which are bidirectional or have no width; line and paragraph
 * separators; halves of surrogate pairs; what is no character, which SQS refuses; fillers that look like nothing, and what Unicode
 * keeps free to be shown as nothing.
 */
const hidden = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{NChar}\u115f\u1160\u2065\u3164\uffa0\ufff0-\ufff8\u{e0000}-\u{e0fff}]|\u034f`;

/**
 * Most texts have only what ASCII prints, and none of them. Making an expression of Unicode's categories takes V8 0.8 ms, which was a sixth of what
 * the macro adds to a cold start, so it is made for the first text that needs it.
 */
const notPrinted = /[^ -~]/;
const notPrintedInLines = /[^ -~\n]/;

let escaped: RegExp | undefined;
let escapedInLines: RegExp | undefined;

/**
 * Commands of build logs. GitHub reads a line that begins with `::`, and `##[` anywhere in it, as Azure Pipelines reads
 * `##vso[` and TeamCity `##teamcity[`
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands).
 */
const commands = /^\s*:|#(?=#\w*\[)/g;

const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text of others on one line, as it may be shown anywhere. */
export function visible(text: string): string {
  return withoutHidden(text).replace(
    commands,
    (found) => `${found.slice(0, -1)}\\u00${found.charCodeAt(found.length - 1).toString(16)}`,
  );
}

function withoutHidden(text: string): string {
  if (!notPrinted.test(text)) return text;
  escaped ??= new RegExp(hidden, 'gu');
  return text.replace(escaped, escapeOf);
}

/**
 * The same for all texts in a value; where nothing changes it is the value itself, since an audit of 10,000 repositories is
 * large.
 *
 * @param value of objects, lists and scalars only
 */
export function visibleIn<T>(value: T): T;
export function visibleIn(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) {
    const shown = value.map((each: unknown) => visibleIn(each));
    return shown.every((each, index) => each === value[index]) ? value : shown;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const shown = entries.map(([key, each]): [string, unknown] => [visible(key), visibleIn(each)]);
  const isSame = shown.every(
    ([key, each], index) => key === entries[index]?.[0] && each === entries[index]?.[1],
  );
  return isSame ? value : Object.fromEntries(shown);
}

/** Lines of our own that quote others, for a terminal: line breaks, tabs and colours stay. */
export function visibleLines(text: string): string {
  if (!notPrintedInLines.test(text)) return text;
  // A colour, or, at the beginning, the progress display going back to the start of its line.
  const ours = new RegExp(`^\\r\\u001b\\[2K|\\u001b\\[\\d+m|[\\n\\t]|${hidden}`, 'gu');
  const isOurs = (found: string) => found === '\n' || found === '\t' || found.includes('\u001b[');
  return text.replace(ours, (found) => (isOurs(found) ? found : escapeOf(found)));
}

/** A value as JSON that shows nothing hidden either; it means the same. */
export function visibleJson(value: unknown, space?: number): string {
  // JSON.stringify breaks lines itself, where it indents; all else can be only in texts.
  const text = JSON.stringify(value, null, space);
  if (!notPrintedInLines.test(text)) return text;
  // A match for each line of a large report would take as much memory as the report.
  escapedInLines ??= new RegExp(`(?!\\n)(?:${hidden})`, 'gu');
  return text.replace(escapedInLines, jsonEscapes);
}

function escapeOf(found: string): string {
  const code = found.codePointAt(0) ?? 0;
  return names[found] ?? (code > 0xffff ? `\\u{${code.toString(16)}}` : jsonEscapes(found));
}

function jsonEscapes(found: string): string {
  return [...Array(found.length).keys()]
    .map((index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}
