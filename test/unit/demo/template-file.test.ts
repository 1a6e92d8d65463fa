import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Problem } from '../../../core/problem.ts';
import { parametersFor, readTemplate, withOwnStack } from '../../../local/demo/template-file.ts';

const Resources = { R: { Type: 'AWS::ECR::Repository' } };
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('reading a template file', () => {
  test('the stack is named after the file, in characters that a stack name may have', () => {
    const path = file('9 lives_of.ecr.yaml', JSON.stringify({ Resources }));
    expect(readTemplate(path).stackName).toBe('try-9-lives-of-ecr');
    const taken = new Set<string>();
    expect([readTemplate(path), readTemplate(path)].map((one) => withOwnStack(one, taken).stackName)).toEqual(
      ['try-9-lives-of-ecr', 'try-9-lives-of-ecr-2'],
    );
  });

  test('a byte order mark is no part of the template', () => {
    expect(readTemplate(file('bom.json', `\ufeff${JSON.stringify({ Resources })}`)).document).toEqual({
      Resources,
    });
  });

  test.each([
    ['a missing file', () => join(folder, 'none.yaml'), /^There is no file .*none\.yaml: /],
    ['a folder', () => folder, /is a folder: /],
    ['an image', () => file('image.png', Buffer.from([0x89, 0x50, 0xff, 0xfe])), /is not UTF-8 text: /],
    [
      'a file of five megabytes',
      () => file('large.yaml', Buffer.alloc(5_000_000, 32)),
      /takes no template over 1 MB/,
    ],
  ])('%s is refused in one sentence', (_, path, sentence) => {
    expect(() => readTemplate(path())).toThrow(Problem);
    expect(() => readTemplate(path())).toThrow(sentence);
  });
});

describe('the values for its parameters', () => {
  const Parameters = {
    Stage: { Type: 'String' },
    Zone: { Type: 'AWS::EC2::AvailabilityZone::Name' },
    Keep: { Type: 'Number', Default: 0 },
    Prefix: { Type: 'String', Default: '' },
  };
  const template = { file: 'a.yaml', stackName: 'try-a', document: { Parameters, Resources } };

  test('every missing one is named at once, with the option that gives it', () => {
    expect(() => parametersFor(template, new Map())).toThrow(
      'a.yaml needs the parameters Stage, Zone, which have no default: add --parameter Stage=VALUE --parameter Zone=VALUE.',
    );
    expect(() => parametersFor(template, new Map([['Zone', 'us-east-1a']]))).toThrow(
      'a.yaml needs the parameter Stage, which has no default: add --parameter Stage=VALUE.',
    );
  });

  test('a value overrides a default, and one for another template is left out', () => {
    const given = new Map([
      ['Stage', ''],
      ['Zone', 'z'],
      ['Keep', '3'],
      ['Elsewhere', 'x'],
    ]);
    expect(parametersFor(template, given)).toEqual({ Stage: '', Zone: 'z', Keep: '3' });
  });
});
