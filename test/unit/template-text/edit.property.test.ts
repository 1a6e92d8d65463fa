import { describe, expect, test } from '@jest/globals';
import { Lexer } from 'yaml';
import { harden } from '../../../cloudformation/harden.ts';
import { isObject, type Json, type JsonObject } from '../../../core/json.ts';
import type { Policy } from '../../../core/policy/policy.ts';
import { readDocument } from '../../../template-text/document.ts';
import type { Edit } from '../../../template-text/edit/editor.ts';
import { editsFor, editTemplate, withoutAliases } from '../../../template-text/edit.ts';
import { describeFinding } from '../../../wording/findings.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';
import { policies, secrets, template } from '../core/arbitrary-templates.ts';
import { styledYaml } from './styled-yaml.ts';

/** Texts over several lines at the end of Properties, and a Transform that goes. */
const written = fc
  .tuple(template, fc.constantFrom('', 'one line', 'two\nlines\n', 'two\n\nlines'), fc.boolean())
  .map(([value, last, isNamed]): JsonObject => {
    const resources = mapResources(value.Resources ?? null, last);
    const named = isNamed ? { Transform: ['EcrHardening', 'AWS::LanguageExtensions'] } : {};
    return { ...value, ...named, Resources: resources };
  });

function mapResources(value: Json, last: string): Json {
  if (!isObject(value) || last === '') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => {
      const properties = isObject(each) && isObject(each.Properties) ? each.Properties : undefined;
      return [
        key,
        properties === undefined || !isObject(each)
          ? each
          : { ...each, Properties: { ...properties, Last: last } },
      ];
    }),
  );
}

const tape = fc.array(fc.nat(997), { minLength: 1, maxLength: 60 });
const cases = fc.record({ value: written, other: written, tape, policy: policies });
const runs = { numRuns: runsOf({ share: 80, whole: 250 }) };

function hardened(value: JsonObject, policy: Policy): JsonObject {
  const { fragment } = harden(value, {
    policy,
    parameters: secrets,
    today: () => '2026-11-24',
    describe: describeFinding,
  });
  const { Transform: _, ...rest } = fragment;
  return rest;
}

/** The comments of a text; what looks like one in a scalar is none. */
function commentsOf(text: string): readonly { readonly text: string; readonly at: number }[] {
  const found: { text: string; at: number }[] = [];
  let at = 0;
  let before = '';
  for (const token of new Lexer().lex(text)) {
    if (before !== scalarMark && token.startsWith('#')) found.push({ text: token, at });
    if (!marks.includes(token)) at += token.length;
    before = token;
  }
  return found;
}
const scalarMark = '\x1f';
const marks = ['\x02', '\x18', scalarMark];

const isIn = (at: number, { from, to }: Edit) => from <= at && at < to;

/** The lines of a text that no edit touches. */
function untouched(text: string, edits: readonly Edit[]): readonly string[] {
  let at = 0;
  return text.split('\n').filter((line) => {
    const [start, end] = [at, at + line.length];
    at = end + 1;
    return !edits.some(({ from, to }) =>
      from === to ? start < from && from <= end : from <= end && start < to,
    );
  });
}

function expectInOrder(lines: readonly string[], text: string): void {
  const output = text.split('\n').map((line) => line.replace(/\r$/, ''));
  let at = 0;
  for (const line of lines) {
    const found = output.indexOf(line.replace(/\r$/, ''), at);
    expect({ line, isThere: found >= 0 }).toEqual({ line, isThere: true });
    at = found + 1;
  }
}

function expectEdited(original: string, after: JsonObject): void {
  const read = readDocument(original, 't.yaml');
  const output = editTemplate(read, after);
  const before = withoutAliases(read);
  const { text } = before;
  expect(readDocument(output, 't.yaml').value).toEqual(after);

  const edits = editsFor(before, after);
  let from = 0;
  let rest = output;
  for (const edit of edits) {
    expect(edit.from).toBeGreaterThanOrEqual(from);
    const kept = text.slice(from, edit.from) + edit.text;
    expect(rest.startsWith(kept)).toBe(true);
    rest = rest.slice(kept.length);
    from = edit.to;
  }
  expect(rest).toBe(text.slice(from));
  expectInOrder(untouched(text, edits), output);

  expect(commentsOf(text).map((comment) => comment.text)).toEqual(
    commentsOf(original).map((comment) => comment.text),
  );
  const kept = commentsOf(text).filter(({ at }) => !edits.some((edit) => isIn(at, edit)));
  expect(commentsOf(output).map((comment) => comment.text)).toEqual(kept.map((comment) => comment.text));
}

describe('editing a template', () => {
  test('printed in any style reads as what was printed', () => {
    fc.assert(
      fc.property(written, tape, (value, choices) => {
        expect(readDocument(styledYaml(value, choices), 't.yaml').value).toEqual(value);
      }),
      runs,
    );
  });

  test('gives a text that means what the macro makes of it, and nothing outside the edits changes', () => {
    fc.assert(
      fc.property(cases, ({ value, tape: choices, policy }) => {
        expectEdited(styledYaml(value, choices), hardened(value, policy));
      }),
      runs,
    );
  });

  test('gives a text that means any other template as well', () => {
    fc.assert(
      fc.property(cases, ({ value, tape: choices, other }) =>
        expectEdited(styledYaml(value, choices), other),
      ),
      runs,
    );
  });
});
