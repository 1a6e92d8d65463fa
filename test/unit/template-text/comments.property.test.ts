import { describe, expect, test } from '@jest/globals';
import { isEqual, isObject, type Json, type JsonObject, mapMembers } from '../../../core/json.ts';
import { readDocument } from '../../../template-text/document.ts';
import { editTemplate } from '../../../template-text/edit.ts';
import { expandTemplate } from '../../../template-text/expand.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';
import { template } from '../core/arbitrary-templates.ts';
import { type CommentPlan, withComments } from './comments.ts';
import { styledYaml } from './styled-yaml.ts';

const options = { environment: {}, parameters: {}, transformParameters: {}, today: '2026-11-24' };
const ours = { Name: 'EcrHardening', Parameters: { MutableTags: ['latest', 'dev'] } };
const transforms = fc.constantFrom<JsonObject>(
  {},
  { Transform: 'EcrHardening' },
  { Transform: [ours, 'AWS::LanguageExtensions'] },
  { Transform: ['AWS::LanguageExtensions', ours] },
);
const cases = fc.record({
  value: fc.tuple(transforms, template).map(([transform, rest]): JsonObject => ({ ...transform, ...rest })),
  tape: fc.array(fc.nat(997), { minLength: 1, maxLength: 60 }),
  plans: fc.array(fc.record({ place: fc.nat(997), indent: fc.nat(14) }), { minLength: 1, maxLength: 8 }),
});
const runs = { numRuns: runsOf({ share: 80, whole: 250 }) };

const commentLines = (text: string) => text.split(/\r?\n/).filter((line) => /^\s*# inserted /.test(line));

/** The text that expand makes; undefined where the macro refuses the template. */
function expanded(text: string): string | undefined {
  const before = readDocument(text, 't.yaml');
  const after = expandTemplate(before.value, options);
  return 'refusal' in after ? undefined : editTemplate(before, after.template);
}

function textOf(value: JsonObject, tape: readonly number[], plans: readonly CommentPlan[]): string {
  const text = styledYaml(value, tape);
  const commented = withComments(text, plans);
  expect(isEqual(readDocument(commented, 't.yaml').value, readDocument(text, 't.yaml').value)).toBe(true);
  return commented;
}

describe('comments of any indentation at any place', () => {
  test('change nothing of what expand makes, and twice is once', () => {
    fc.assert(
      fc.property(cases, ({ value, tape, plans }) => {
        const plain = expanded(styledYaml(value, tape));
        const output = expanded(textOf(value, tape, plans));
        expect(output === undefined).toBe(plain === undefined);
        if (output === undefined || plain === undefined) return;
        expect(readDocument(output, 't.yaml').value).toEqual(readDocument(plain, 't.yaml').value);
        expect(expanded(output)).toBe(output);
      }),
      runs,
    );
  });

  test('stay, each with its indentation and in their order, where nothing is taken out', () => {
    fc.assert(
      fc.property(template, cases, (value, { tape, plans }) => {
        const text = textOf(value, tape, plans);
        const before = readDocument(text, 't.yaml');
        const added = withMore(before.value);
        if (!isObject(added)) return;
        expect(commentLines(editTemplate(before, added))).toEqual(commentLines(text));
      }),
      runs,
    );
  });
});

/** Another key behind the last one of every map, those directly in lists left out. */
function withMore(value: Json): Json {
  if (!isObject(value) || Object.keys(value).some((key) => /^(Fn::|Ref$|Condition$)/.test(key))) return value;
  return { ...mapMembers(value, withMore), More: { a: 1 } };
}
