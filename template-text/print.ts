/** How new values are written into a template's text: in the style around them. */
import { Document, isMap, isScalar } from 'yaml';
import { isList, isObject, type Json } from '../core/json.ts';
import type { TemplateDocument } from './document.ts';
import { yamlOptions } from './yaml-options.ts';

/** The style of a text. */
export interface Style {
  readonly isJson: boolean;
  readonly eol: '\n' | '\r\n' | '\r';
  /** One level of indentation. */
  readonly step: string;
}

/** The style of a text: one level of indentation is that of the first map inside another one. */
export function styleOf({ text, lined, isJson, document }: TemplateDocument): Style {
  const [eol = '\n'] = (['\r\n', '\n', '\r'] as const).filter((each) => text.includes(each));
  const root = document.contents;
  const pairs = isMap(root) ? root.items : [];
  const maps = pairs.map(({ value }) => value).filter((value) => isMap(value) && value.items.length > 0);
  const inner = maps.find((value) => isMap(value) && value.flow !== true) ?? maps[0];
  const outside = indentOf(lined, pairs[0]?.key) ?? '';
  // In JSON the first level is already inside a brace.
  const step = isJson
    ? outside
    : indentOf(lined, isMap(inner) ? inner.items[0]?.key : undefined)?.slice(outside.length);
  return { isJson, eol, step: step !== undefined && /^(\t+| {1,8})$/.test(step) ? step : '  ' };
}

/** The text before a key on its line, if it is only space. */
function indentOf(text: string, key: unknown): string | undefined {
  const offset = isScalar(key) ? key.range?.[0] : undefined;
  if (offset === undefined) return undefined;
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).replace(/^\uFEFF/, '');
  return /^\s*$/.test(before) ? before : undefined;
}

/** A value on one line, as in JSON, which YAML's flow style takes as well. */
export function inFlow(value: Json, style: Style): string {
  if (style.isJson) return JSON.stringify(value);
  if (isList(value))
    return value.length === 0 ? '[]' : `[${value.map((each) => inFlow(each, style)).join(', ')}]`;
  if (!isObject(value)) return scalar(value);
  const entries = Object.entries(value).map(([key, each]) => `${scalar(key)}: ${inFlow(each, style)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** A value over several lines, as in a JSON file that is printed so; the first line has no indentation. */
export function inLines(value: Json, indent: string, { eol, step }: Style): string {
  return JSON.stringify(value, null, step).replaceAll('\n', `${eol}${indent}`);
}

/**
 * A key and its value in YAML's block style, one or more lines that end without a line break.
 *
 * @param indent the text before the key
 */
export function inBlock(key: string, value: Json, indent: string, { eol, step }: Style): string {
  const document = new Document({ [key]: value }, yamlOptions);
  const text = document.toString({
    lineWidth: 0,
    indent: step.includes('\t') ? 2 : step.length,
    singleQuote: true,
    flowCollectionPadding: true,
  });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `${indent}${line}`))
    .join(eol);
}

/** One scalar such that YAML 1.1 reads it back, within a flow collection too. */
function scalar(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value);
  const isPlain =
    /^[A-Za-z_][\w./ +-]*$/.test(value) && !/ $|^(y|n|yes|no|on|off|true|false|null|~)$/i.test(value);
  if (isPlain) return value;
  return /['\n\r\t\\]|[^ -~]/.test(value) ? JSON.stringify(value) : `'${value}'`;
}
