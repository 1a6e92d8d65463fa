/** Scalars on one line, as the library would read them. */
import { Document, isScalar, Scalar } from 'yaml';
import { yamlOptions } from './yaml-options.ts';

/** A document without contents. */
export function emptyDocument(): Document {
  return new Document(undefined, yamlOptions);
}

/** A text in quotes without escapes, and at most a comment behind it; undefined for anything else. */
export function quotedScalar(text: string, from: number): Scalar | undefined {
  const [, double, single] = /^(?:"([^"\\]*)"|'([^']*)') *(?: #.*)?$/s.exec(text) ?? [];
  const source = double ?? single;
  if (source === undefined) return undefined;
  const to = from + source.length + 2;
  const type = double === undefined ? Scalar.QUOTE_SINGLE : Scalar.QUOTE_DOUBLE;
  return Object.assign(new Scalar<unknown>(source), { source, type, range: [from, to, to] });
}

/**
 * A text without quotes, and at most a comment behind it; undefined where it may be something else.
 *
 * @param isTagged whether a tag makes it a text in any case
 */
export function plainScalar(
  text: string,
  from: number,
  document: Document,
  isTagged: boolean,
): Scalar | undefined {
  const comment = text.indexOf(' #');
  const source = withoutSpacesBehind(comment < 0 ? text : text.slice(0, comment));
  if (!/^[A-Za-z0-9_./$]/.test(source) || /: |:$/.test(source)) return undefined;
  const to = from + source.length;
  const value = isTagged || isWord(source) ? source : meaningOf(source, document);
  return Object.assign(new Scalar<unknown>(value), { source, type: Scalar.PLAIN, range: [from, to, to] });
}

/** A pattern such as / +$/ tries each of many spaces inside a text anew, which takes minutes. */
function withoutSpacesBehind(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end -= 1;
  return text.slice(0, end);
}

/** Whether a text is nothing but a text in YAML 1.1: most are. */
function isWord(source: string): boolean {
  return /^[A-Za-z]/.test(source) && !/^(?:y|yes|n|no|true|false|on|off|null)$/i.test(source);
}

/** What a text without quotes means: a number, true, or the text itself. */
export function meaningOf(source: string, { schema, options }: Document): unknown {
  const tag = schema.tags.find(
    (each) => each.default === true && each.collection === undefined && each.test?.test(source) === true,
  );
  if (tag === undefined || tag.collection !== undefined) return source;
  const value = tag.resolve(source, () => undefined, options);
  return isScalar(value) ? value.value : value;
}
