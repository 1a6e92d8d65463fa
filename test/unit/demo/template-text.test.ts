import { describe, expect, test } from '@jest/globals';
import { Problem } from '../../../core/problem.ts';
import { parseTemplate } from '../../../template-text/parse.ts';

/** Parses `value` as the one property of a template and gives it back. */
function property(value: string): unknown {
  const document = parseTemplate(`Resources:\n  R:\n    Type: A::B::C\n    Value: ${value}\n`, 'x.yaml');
  return JSON.parse(JSON.stringify(document)).Resources.R.Value;
}

describe('the short forms of intrinsic functions', () => {
  test.each([
    ['!Ref Name', { Ref: 'Name' }],
    ['!Condition IsTest', { Condition: 'IsTest' }],
    ['!Sub text', { 'Fn::Sub': 'text' }],
    ['!GetAtt A.Arn', { 'Fn::GetAtt': ['A', 'Arn'] }],
    ['!GetAtt A.Outputs.Name', { 'Fn::GetAtt': ['A', 'Outputs.Name'] }],
    ['!GetAtt [A, Arn]', { 'Fn::GetAtt': ['A', 'Arn'] }],
    ['!If [C, !Ref A, !Ref AWS::NoValue]', { 'Fn::If': ['C', { Ref: 'A' }, { Ref: 'AWS::NoValue' }] }],
    ['!Join ["-", [a, !Ref B]]', { 'Fn::Join': ['-', ['a', { Ref: 'B' }]] }],
    ['!Not [!Equals [a, b]]', { 'Fn::Not': [{ 'Fn::Equals': ['a', 'b'] }] }],
    ['!Select [0, !GetAZs ""]', { 'Fn::Select': [0, { 'Fn::GetAZs': '' }] }],
    [
      '!Transform { Name: M, Parameters: { A: 1 } }',
      { 'Fn::Transform': { Name: 'M', Parameters: { A: 1 } } },
    ],
    ['!Base64 { Fn::Sub: x }', { 'Fn::Base64': { 'Fn::Sub': 'x' } }],
    ['!ToJsonString { a: 1 }', { 'Fn::ToJsonString': { a: 1 } }],
    ['!GetStackOutput { StackName: S }', { 'Fn::GetStackOutput': { StackName: 'S' } }],
  ])('%s becomes the long form', (short, long) => {
    expect(property(short)).toEqual(long);
  });

  test('a tag that CloudFormation has not is refused with its place', () => {
    expect(() => property('!GetAttr A.Arn')).toThrow(
      'x.yaml, line 4, column 21: CloudFormation has no intrinsic function !GetAttr',
    );
  });
});

describe('scalars, as the YAML 1.1 of CloudFormation has them', () => {
  test.each<[string, unknown]>([
    ['2012-10-17', '2012-10-17'],
    ['2001-12-14t21:59:43.10-05:00', '2001-12-14t21:59:43.10-05:00'],
    ['yes', true],
    ['"yes"', 'yes'],
    ['Off', false],
    ['Y', 'Y'],
    ['n', 'n'],
    ['~', null],
    ['', null],
    ['0755', 493],
    ['012345678901', '012345678901'],
    ['123456789012', 123456789012],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['1.5', 1.5],
    ['.inf', '.inf'],
    ['|\n      two\n      lines', 'two\nlines\n'],
  ])('%j', (text, value) => {
    expect(property(text)).toEqual(value);
  });

  test('keys stay what was written, also when they look like numbers or booleans', () => {
    expect(property('{ 012345678901: a, on: b, 08: c }')).toEqual({
      '012345678901': 'a',
      on: 'b',
      '08': 'c',
    });
  });

  test('an alias stands for what its anchor names', () => {
    expect(property('{ a: &x { b: 1 }, c: *x }')).toEqual({ a: { b: 1 }, c: { b: 1 } });
  });
});

describe('text that is no template', () => {
  const sentence = (text: string) => {
    try {
      parseTemplate(text, 'f.yaml');
    } catch (error) {
      expect(error).toBeInstanceOf(Problem);
      return error instanceof Error ? error.message : '';
    }
    return 'parsed';
  };

  test.each([
    [
      'Resources:\n  {% for name in names %}\n  {{ name }}:\n    Type: AWS::ECR::Repository\n  {% endfor %}\n',
      'line 2, column 3',
    ],
    [
      'Resources:\n  R:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryName: {{ name }}\n',
      'line 5, column 23',
    ],
    [
      'Resources:\n{{- range .Values.names }}\n  R{{ . }}:\n    Type: AWS::ECR::Repository\n{{- end }}\n',
      'line 2, column 1',
    ],
    ['{{ template "all" . }}\n', 'line 1, column 1'],
  ])('template language is named as such, with its place (%#)', (text, place) => {
    expect(sentence(text)).toBe(
      `f.yaml is not YAML: it looks like a Jinja or Go template (${place}), so render it first and pass the file that comes out.`,
    );
  });

  test.each([
    ['in quotes', "'{{ Time }}'"],
    ['in plain text', 'PT{{ Time }}'],
    ['in a block scalar', '|\n      sleep {{ Time }}\n      {% raw %}'],
    ['in a comment', 'x # {{ Time }}'],
    ['as a dynamic reference', '"{{resolve:ssm:/x}}"'],
  ])('braces %s are not what is wrong elsewhere', (_where, value) => {
    expect(sentence(`Resources:\n  R:\n    Value: ${value}\n  S: [\n`)).toMatch(
      /^f\.yaml, line \d+, column \d+: Flow sequence/,
    );
  });

  test('curly brackets inside a quoted value are a value', () => {
    expect(property("'{{ name }}'")).toBe('{{ name }}');
    expect(property('"{{resolve:ssm:/x}}"')).toBe('{{resolve:ssm:/x}}');
  });

  test.each([
    ['Resources:\n  R:\n   - [', /^f\.yaml, line 3, column \d+: /],
    ['Resources:\n\tR: 1\n', /^f\.yaml, line 2, column 1: /],
    ['{ "Resources": { "R": { "Type": "x" } ', /^f\.yaml, line 1, column \d+: /],
    ['---\nA: 1\n---\nB: 2\n', /^f\.yaml, line 3, column 1: /],
    ['Resources:\n  R: *nowhere\n', /^f\.yaml, line 2, column 6: no anchor &nowhere/],
    ['Resources:\n  R: &r\n    again: *r\n', /^f\.yaml, line \d+, column \d+: too many or too deeply/],
    ['Resources:\n  R:\n    <<: text\n', /^f\.yaml, line 3, column 5: a merge key \(<<\) takes a mapping/],
    ['', /^f\.yaml is not a map/],
    ['- a\n', /^f\.yaml is not a map/],
    ['just text\n', /^f\.yaml is not a map/],
    ['Parameters: {}\n', /^f\.yaml has no Resources/],
    ['Resources: {}\n', /^f\.yaml has no Resources/],
    ['Resources: []\n', /^f\.yaml has no Resources/],
    [
      'Resources:\n  Description: all\n',
      /^f\.yaml has Resources\.Description, .*line 2, column 3.*Any Resources member must be an object/,
    ],
  ])('%j is refused in one sentence', (text, expected) => {
    expect(sentence(text)).toMatch(expected);
    expect(sentence(text)).not.toContain('\n');
  });

  test('a loop of AWS::LanguageExtensions may stand among the resources as a list', () => {
    const text = 'Resources:\n  Fn::ForEach::All: [N, [a, b], { R: { Type: AWS::ECR::Repository } }]\n';
    expect(parseTemplate(text, 'f.yaml')).toEqual({
      Resources: { 'Fn::ForEach::All': ['N', ['a', 'b'], { R: { Type: 'AWS::ECR::Repository' } }] },
    });
  });

  test('JSON is read as JSON, tabs included', () => {
    expect(parseTemplate('{\n\t"Resources": {\n\t\t"R": { "Type": "yes" }\n\t}\n}', 'x.json')).toEqual({
      Resources: { R: { Type: 'yes' } },
    });
  });
});
