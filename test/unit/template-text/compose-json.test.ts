import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import { type Composed, compose } from '../../../template-text/compose.ts';
import { composeJson } from '../../../template-text/compose-json.ts';

/** What a check reads of a node. */
function shape(node: unknown): unknown {
  if (isAlias(node)) return ['alias', node.source, node.range?.[0]];
  if (isPair(node)) return [shape(node.key), shape(node.value)];
  if (isMap(node) || isSeq(node))
    return [
      node.constructor.name,
      node.anchor,
      node.tag,
      node.flow === true,
      node.range?.[0],
      node.items.map(shape),
    ];
  if (!isScalar(node)) return node;
  const { anchor, tag, type, source, value, range } = node;
  return ['scalar', anchor, tag, type, source, value, range?.[0], type?.startsWith('BLOCK') ? range?.[1] : 0];
}

function read({ document, lines }: Composed): unknown {
  return [shape(document.contents), lines.lineStarts];
}

/** Whether a text was composed quickly; if so, as the library does, which finds no fault with it. */
function isComposed(quick: Composed | undefined, text: string): boolean {
  if (quick === undefined) return false;
  const whole = compose(text);
  expect(whole.document.errors).toEqual([]);
  expect(read(quick)).toEqual(read(whole));
  return true;
}

describe('JSON', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('Fn::Sub', '# x', ': ', '{{resolve:', '<<', 'x'.repeat(1100)),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(name, fc.double({ noNaN: true }), fc.integer(), fc.boolean(), fc.constant(null)),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(name, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }));

  test('is composed as the library composes it, or is left to it', () => {
    let composed = 0;
    fc.assert(
      fc.property(
        fc.dictionary(name, tree, { minKeys: 1, maxKeys: 4 }),
        fc.constantFrom(0, 1, 4),
        (value, indent) => {
          const text = JSON.stringify(value, null, indent);
          if (isComposed(composeJson(text), text)) composed += 1;
        },
      ),
      { numRuns: 400 },
    );
    expect(composed).toBeGreaterThan(100);
  });

  test('whose key is not on the line of its colon is left to the library, which refuses it', () => {
    expect(composeJson('{"a"\n: 1}')).toBeUndefined();
    expect(composeJson(`{"${'a'.repeat(2000)}": 1}`)).toBeUndefined();
    expect(composeJson(`${'['.repeat(500)}${']'.repeat(500)}`)).toBeUndefined();
  });
});
