import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isAlias, isMap, isPair, isScalar, isSeq } from 'yaml';
import { projectRoot } from '../../../local/paths.ts';
import { type Composed, compose } from '../../../template-text/compose.ts';
import { composeBlocks } from '../../../template-text/compose-blocks.ts';
import { composeJson } from '../../../template-text/compose-json.ts';
import fc from '../../support/fast-check.ts';
import { runsOf } from '../../support/share.ts';

const texts = globSync('{template,hook,examples/*,test/golden*/*,test/fixtures/**/*}.{yaml,template}', {
  cwd: projectRoot,
}).map((file) => readFileSync(join(projectRoot, file), 'utf8'));
const isJson = (text: string) => text.replace(/^\uFEFF/, '').startsWith('{');
const yaml = texts.filter((text) => !isJson(text));

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

describe('YAML composed by its lines', () => {
  test('is what the library composes, of nearly every template', () => {
    const composed = yaml.filter((text) => isComposed(composeBlocks(text), text));
    expect(composed.length).toBeGreaterThan(0.9 * yaml.length);
  });

  test.each([
    '!about: first\nnext: 1\n',
    '!!binary about: first\n',
    'a: 1\n\n:\n  b: 2\n',
    'a: >-\n{ b: true }\n',
    'a: |+\n[ b ]\n',
    'a: !Get#Att\n  b: 1\n',
    'a:\n  - |1\n    b\n',
    'a:\n  - - >+2\n        b\n\n',
    'a:\n-\n- b\n',
  ])('of %j is what the library composes, or is left to it', (text) => {
    isComposed(composeBlocks(text), text);
  });

  // No time is asserted; with a pattern that tries each space anew, each of these takes most of a minute.
  test.each(['a: b@c\n', 'a: "b"@c\n', 'a: [b@c]\n', 'a: [b]@c\n', 'a: !Ref@b\n', 'a: b@#\n'])(
    'of %j with very many spaces is read at once',
    (text) => {
      const wide = text.replace('@', ' '.repeat(400_000));
      isComposed(composeBlocks(wide), wide);
    },
    20_000,
  );

  /** What is put anywhere into a text. */
  const pieces = fc.constantFrom(
    ...[
      ':',
      ': ',
      '#',
      ' #',
      '- ',
      '-',
      '"',
      "'",
      '&a ',
      '*a',
      '!Ref ',
      '!',
      '|',
      '>',
      '|\n',
      '>-\n',
      '{',
      '}',
      '[',
      ']',
    ],
    ...[
      ',',
      '\n',
      '  ',
      ' ',
      '\n\n',
      '? ',
      '%',
      '@',
      '`',
      '---\n',
      '...\n',
      '~',
      'yes',
      '0x1F',
      '012',
      '1e3',
      '.inf',
      '<<: ',
    ],
    ...['\\', '\n# c\n', 'é', '\u2028', '=', '1:20', '2001-01-01', 'null', '!!str ', '! ', '\r\n', '\t'],
  );
  const place = fc.nat({ max: 1_000_000 });
  const edit = fc.oneof(
    fc.record({ at: place, removed: fc.nat({ max: 3 }), added: fc.oneof(fc.constant(''), pieces) }),
    fc.record({ line: place, by: fc.constantFrom(-1, 1) }),
  );
  type Edit = { at: number; removed: number; added: string } | { line: number; by: number };

  function edited(text: string, each: Edit): string {
    if ('at' in each) {
      const at = each.at % (text.length + 1);
      return text.slice(0, at) + each.added + text.slice(at + each.removed);
    }
    const lines = text.split('\n');
    const index = each.line % lines.length;
    const line = lines[index] ?? '';
    lines[index] = each.by > 0 ? ` ${line}` : line.slice(1);
    return lines.join('\n');
  }

  test('is what the library composes, also of a text that is edited anywhere, or is left to it', () => {
    let composed = 0;
    const numRuns = runsOf({ share: 500, whole: 1_500 });
    fc.assert(
      fc.property(
        fc.constantFrom(...yaml.filter(({ length }) => length < 4000)),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        (original, edits) => {
          const text = edits.reduce<string>(edited, original);
          if (isComposed(composeBlocks(text), text)) composed += 1;
        },
      ),
      { numRuns },
    );
    expect(composed).toBeGreaterThan(numRuns / 6);
  });
});

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
