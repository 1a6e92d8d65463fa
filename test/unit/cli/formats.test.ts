import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseDocument } from 'yaml';
import { buildBin } from '../../support/command.ts';
import { unsafe, Workplace } from './run.ts';
import { sarifValidator } from './sarif-validator.ts';

const place = new Workplace();
/** Names that the formats have signs of their own for. */
const odd = 'a#b, <c> & "d"?%20é:1.yaml';
beforeAll(() => {
  buildBin();
  place.write({
    'unsafe.yaml': unsafe,
    [odd]: unsafe,
    'clean.yaml': 'Resources: { Q: { Type: AWS::SQS::Queue } }\n',
  });
});
afterAll(() => place.remove());
const check = (format: string, ...files: readonly string[]) =>
  place.run(['check', '--format', format, ...files]).out;

describe('SARIF', () => {
  test.each([
    ['findings', ['unsafe.yaml', 'clean.yaml']],
    ['no findings', ['clean.yaml']],
    ['an odd name', [odd]],
    ['nothing that could be read', ['none.yaml']],
  ])('is valid against its schema: %s', (_what, files) => {
    const validate = sarifValidator();
    validate(JSON.parse(check('sarif', ...files)));
    expect(validate.errors ?? []).toEqual([]);
  });

  test('the schema refuses what is no SARIF', () => {
    expect(sarifValidator()({ version: '2.1.0', runs: [{ results: [] }] })).toBe(false);
  });

  test('has line, column, rule and place of each finding, and its help', () => {
    const [run] = JSON.parse(check('sarif', 'unsafe.yaml')).runs;
    expect(run.results).toHaveLength(3);
    for (const { ruleId, ruleIndex, locations } of run.results) {
      const rule = run.tool.driver.rules[ruleIndex];
      expect(rule).toMatchObject({ id: ruleId, helpUri: expect.stringMatching(/^https:/) });
      const [{ physicalLocation }] = locations;
      expect(physicalLocation).toEqual({
        artifactLocation: { uri: 'unsafe.yaml' },
        region: { startLine: 4, startColumn: 5 },
      });
    }
    expect(
      run.tool.driver.rules.flatMap(
        ({ properties }: { properties?: { tags: string[] } }) => properties?.tags,
      ),
    ).toEqual(expect.arrayContaining(['Security Hub ECR.2', 'CKV_AWS_51']));
  });

  test('names a file by a URI that leads back to it', () => {
    const [run] = JSON.parse(check('sarif', odd)).runs;
    const [{ physicalLocation }] = run.results[0].locations;
    const uri = new URL(physicalLocation.artifactLocation.uri, 'file:///base/');
    expect(decodeURIComponent(uri.pathname)).toBe(`/base/${odd}`);
  });

  test.each([
    ['an absolute path', () => [join(place.folder, 'unsafe.yaml')], '.', 'unsafe.yaml'],
    ['a path with steps to nowhere', () => ['./sub/../unsafe.yaml'], '.', 'unsafe.yaml'],
    ['a path out of the working directory', () => ['../unsafe.yaml'], 'sub', '../unsafe.yaml'],
    ['a name with a backslash', () => ['sub/a\\b.yaml'], '.', 'sub/a%5Cb.yaml'],
  ])(
    'names a file from the working directory on, where code hosts look for it: %s',
    (_what, files, cwd, uri) => {
      place.write({ 'sub/a\\b.yaml': unsafe });
      const { out } = place.run(['check', '--format', 'sarif', ...files()], { cwd });
      const [{ physicalLocation }] = JSON.parse(out).runs[0].results[0].locations;
      expect(physicalLocation.artifactLocation).toEqual({ uri });
    },
  );

  test('names a file elsewhere, which was named from the root on, by a URL', () => {
    place.write({ 'sub/x.yaml': unsafe });
    const file = join(place.folder, 'unsafe.yaml');
    const { out } = place.run(['check', '--format', 'sarif', file], { cwd: 'sub' });
    const [{ physicalLocation }] = JSON.parse(out).runs[0].results[0].locations;
    expect(physicalLocation.artifactLocation).toEqual({ uri: pathToFileURL(file).href });
  });
});

describe('JUnit', () => {
  test.each([['unsafe.yaml'], [odd], ['clean.yaml']])('is well-formed XML: %s', (file) => {
    expect(faultsOf(check('junit', file, 'clean.yaml'))).toEqual([]);
  });

  test('has a suite for each template, and a case for each finding', () => {
    const xml = check('junit', 'unsafe.yaml', 'clean.yaml');
    expect(xml.match(/<testsuite [^>]*>/g)).toEqual([
      '<testsuite name="unsafe.yaml" tests="3" failures="3">',
      '<testsuite name="clean.yaml" tests="1" failures="0">',
    ]);
    expect(xml.match(/<failure /g)).toHaveLength(3);
  });

  test('names no two cases of a class alike, of which GitLab would show one', () => {
    const filter =
      '{ ImageTagMutabilityExclusionFilterType: WILDCARD, ImageTagMutabilityExclusionFilterValue: latest }';
    const twice = `{ ImageTagMutability: IMMUTABLE, ImageTagMutabilityExclusionFilters: [${filter}, ${filter}] }`;
    const same = `Resources: { Orders: { Type: AWS::ECR::Repository, Properties: ${twice} } }\n`;
    place.write({ 'same/a.yaml': unsafe, 'same/b.yaml': unsafe, 'same/c.yaml': same });
    const names = check('junit', 'same').match(/classname="[^"]*" name="[^"]*"/g) ?? [];
    expect(names.length).toBeGreaterThan(7);
    expect(new Set(names).size).toBe(names.length);
    expect(names[0]).toBe(
      'classname="TagImmutability" name="same/a.yaml: Orders.Properties.ImageTagMutability"',
    );
  });

  test('the judge of XML finds faults', () => {
    for (const xml of ['<a>', '<a></b>', '<a b="1/>', '<a>&</a>', '<a b="<"/>', '<a/><a/>', '<a>\x01</a>'])
      expect(faultsOf(xml)).not.toEqual([]);
  });
});

describe('workflow commands for GitHub', () => {
  test('are one line for each finding, whose signs are escaped', () => {
    const lines = check('github', 'unsafe.yaml', odd).trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    for (const line of lines)
      expect(line).toMatch(/^::(error|warning|notice) file=[^,:]+,line=\d+,col=\d+,title=[^,:]+::.+$/);
    expect(lines[0]).toMatch(
      /^::warning file=unsafe\.yaml,line=4,col=5,title=TagImmutability Orders\.Properties/,
    );
    expect(lines[3]).toContain('file=a#b%2C <c> & "d"?%2520é%3A1.yaml,');
    expect(check('github', 'clean.yaml')).toBe('');
  });
});

test('JSON is YAML too, as every JSON is', () => {
  expect(parseDocument(check('json', odd)).errors).toEqual([]);
});

/** What keeps a text from being well-formed XML (https://www.w3.org/TR/xml/#sec-well-formed), for what we write. */
function faultsOf(xml: string): readonly string[] {
  const faults: string[] = [];
  const open: string[] = [];
  let roots = 0;
  const rest = xml
    .replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>/, '')
    .replace(/<(\/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>/g, (_all, end, name, attributes, empty) => {
      if (/&(?!(amp|lt|gt|quot|apos);)/.test(attributes)) faults.push(`& in ${attributes}`);
      if (end === '' && open.length === 0) roots += 1;
      if (end === '/' && open.pop() !== name) faults.push(`</${name}>`);
      if (end === '' && empty === '') open.push(name);
      return '';
    });
  if (/[<>]|&(?!(amp|lt|gt|quot|apos);)/.test(rest)) faults.push(`a sign in ${rest.trim()}`);
  if (/[^\P{Cc}\t\n\r]/u.test(xml)) faults.push('a control character');
  if (open.length > 0) faults.push(`${open.join(', ')} left open`);
  if (roots !== 1) faults.push(`${roots} roots`);
  return faults;
}
