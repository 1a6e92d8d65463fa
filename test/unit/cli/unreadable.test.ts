import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildBin } from '../../support/command.ts';
import { isSentence, unsafe, Workplace } from './run.ts';

const repository = '{"Type":"AWS::ECR::Repository"}';
const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]']
  .concat(
    [...'bcdefghi'].map((name, index) => {
      const before = 'abcdefgh'[index];
      return `${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`;
    }),
  )
  .concat(`Resources: { A: ${repository} }`)
  .join('\n');

const inputs: readonly [string, string, string | Uint8Array, RegExp][] = [
  [
    'Jinja',
    'jinja.yaml',
    'Resources:\n{% for a in b %}\n  {{ a }}:\n    Type: X\n{% endfor %}\n',
    /Jinja or Go template/,
  ],
  [
    'Go templating',
    'go.yaml',
    'Resources:\n  {{- range .Names }}\n  A: {{ . }}\n  {{- end }}\n',
    /Jinja or Go template/,
  ],
  ['broken YAML', 'broken.yaml', 'Resources:\n  A: [1, 2\n  B: 3\n', /, line \d+, column \d+: /],
  ['broken JSON', 'broken.json', '{"Resources": {"A": {"Type": }\n', /, line \d+, column \d+: /],
  ['10 MB', 'large.yaml', 'x'.repeat(10_000_000), /has 10000000 bytes/],
  ['a YAML bomb', 'bomb.yaml', bomb, /, line \d+, column \d+: too many or too deeply nested/],
  ['deep YAML', 'deep.yaml', `Resources: {A: ${'['.repeat(50_000)}`, /, line \d+, column \d+: too many or/],
  [
    'deep JSON',
    'deep.json',
    `{"Resources":{"A":{"Type":${'['.repeat(50_000)}${']'.repeat(50_000)}}}}`,
    /too many or/,
  ],
  [
    'a policy in a text, nested deeply',
    'text.json',
    JSON.stringify({
      Resources: {
        A: {
          Type: 'AWS::ECR::Repository',
          Properties: { RepositoryPolicyText: `{"Statement":${'['.repeat(9000)}${']'.repeat(9000)}}` },
        },
      },
    }),
    /nested too deeply/,
  ],
  // V8 ended the process where it had to compile an expression near the end of the stack.
  ...[500, 1000, 3000].flatMap((depth): [string, string, string, RegExp][] => {
    const choice = `${'{"Fn::If":["C",'.repeat(depth)}"MUTABLE"${',"IMMUTABLE"]}'.repeat(depth)}`;
    const text = `{"Resources":{"A":{"Type":"AWS::ECR::Repository","Properties":{"ImageTagMutability":${choice}}}}}`;
    return [
      [`${depth} Fn::Ifs in each other`, `ifs-${depth}.json`, text, /, line 1, column \d+: too many or/],
      [`the same as YAML`, `ifs-${depth}.yaml`, `# a\n${text}`, /, line 2, column \d+: too many or/],
    ];
  }),
  ['an alias in its own anchor', 'self.yaml', 'Resources: &r\n  A: *r\n', /, line \d+, column \d+: /],
  ['an alias of nothing', 'alias.yaml', 'Resources:\n  A: *none\n', /, line 2, column \d+: .*none/],
  ['a tab', 'tab.yaml', 'Resources:\n\tA:\n\t\tType: X\n', /, line 2, column 1: .*[Tt]abs/],
  [
    'two documents',
    'two.yaml',
    'Resources: {A: {Type: X}}\n---\nResources: {}\n',
    /, line 2, column 1: a second document/,
  ],
  ['an unknown tag', 'tag.yaml', 'Resources:\n  A: !Nonsense x\n', /, line 2, column \d+: .*!Nonsense/],
  ['nothing', 'empty.yaml', '', /is not a map/],
  ['comments alone', 'comments.yaml', '# nothing\n', /is not a map/],
  ['a list', 'list.yaml', '- a\n', /is not a map/],
  ['no Resources', 'values.yaml', 'image: nginx\n', /no Resources/],
  ['a resource that is none', 'odd.yaml', 'Resources:\n  A: text\n', /Resources\.A/],
  ['an image', 'image.yaml', new Uint8Array([0x89, 0x50, 0xff, 0xfe, 0x00]), /not UTF-8 text/],
];

const place = new Workplace();
beforeAll(() => {
  buildBin();
  place.write(Object.fromEntries(inputs.map(([, file, text]) => [file, text])));
  place.write({ 'good.yaml': unsafe });
  mkdirSync(join(place.folder, 'folder.yaml'));
});
afterAll(() => place.remove());

describe.each(['check', 'expand', 'diff'])('%s answers one sentence, and exit code 2, to', (command) => {
  // All three read in the same way.
  const some = inputs.filter((_, index) => command === 'check' || index % 4 === 0);
  test.each(some)('%s', (_what, file, _text, words) => {
    const { code, out, err } = place.run([command, file]);
    expect({ code, out, isSentence: isSentence(err), err }).toEqual({
      code: 2,
      out: '',
      isSentence: true,
      err,
    });
    expect(err).toMatch(words);
    expect(err.startsWith(file)).toBe(true);
  });

  test.each([
    ['a folder', 'folder.yaml', /is a folder/],
    ['no such file', 'none.yaml', /There is no file none\.yaml/],
    ['no such folder', 'good.yaml/none.yaml', /none\.yaml/],
    ['a name too long for a file', 'n'.repeat(5_000), /could not be read/],
    ['a pattern that no file matches', 'none/*.yaml', /No file matches none\/\*\.yaml/],
    ['no such option', '--nonsense', /unknown option/],
  ])('%s', (_what, file, words) => {
    const { code, err } = place.run([command, file]);
    expect(code).toBe(2);
    expect(err).toMatch(words);
    expect(err).not.toMatch(/\bat .*:\d+:\d+/);
  });
});

describe('check answers one sentence, and exit code 2, to', () => {
  test.each(inputs)('%s on standard input', (_what, _file, text, words) => {
    const { code, out, err } = place.run(['check', '-'], { input: Buffer.from(text).toString('utf8') });
    expect({ code, out, isSentence: isSentence(err) }).toEqual({ code: 2, out: '', isSentence: true });
    // What is no text is text by now.
    if (text instanceof Uint8Array) return;
    expect(err).toMatch(words);
    expect(err.startsWith('standard input')).toBe(true);
  });
});

describe('beside what cannot be read', () => {
  test('a good template is still checked', () => {
    const { code, out, err } = place.run(['check', 'broken.yaml', 'good.yaml', 'none.yaml']);
    expect(code).toBe(2);
    expect(err.trimEnd().split('\n')).toHaveLength(2);
    expect(out).toContain('good.yaml');
    expect(out).toContain('3 findings in 1 template.');
  });

  test('a pattern that no file matches keeps nothing from being checked', () => {
    const { code, out, err } = place.run(['check', 'none/*.yaml', 'good.yaml']);
    expect(code).toBe(2);
    expect(isSentence(err)).toBe(true);
    expect(out).toContain('3 findings in 1 template.');
  });

  test('a quoted {{ name }} is text like any other', () => {
    place.write({
      'braces.yaml': `${unsafe}      Tags: [{ Key: a, Value: '{{resolve:ssm:x}} {{ name }}' }]\n`,
    });
    expect(place.run(['check', 'braces.yaml'])).toMatchObject({ code: 1, err: '' });
  });
});
