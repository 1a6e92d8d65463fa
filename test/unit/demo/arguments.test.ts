import { describe, expect, test } from '@jest/globals';
import { Problem } from '../../../core/problem.ts';
import { readArguments } from '../../../local/demo/arguments.ts';

describe('the command line', () => {
  test('nothing at all asks for the examples on any free port', () => {
    expect(readArguments([])).toEqual({
      help: false,
      keep: false,
      port: undefined,
      parameters: new Map(),
      templates: [],
    });
  });

  test('templates and options may stand in any order', () => {
    const given = readArguments(['a.yaml', '--keep', '--port', '4566', 'b.json']);
    expect(given).toMatchObject({ keep: true, port: 4566, templates: ['a.yaml', 'b.json'] });
  });

  test('a parameter value may hold equals signs and commas, and may be empty', () => {
    const { parameters } = readArguments(['--parameter', 'A=x=1,y=2', '--parameter=B=']);
    expect([...parameters]).toEqual([
      ['A', 'x=1,y=2'],
      ['B', ''],
    ]);
  });

  test.each([
    [['--kep'], /'--kep'.*--help/],
    [['--port'], /--port.*--help/],
    [['--keep=yes'], /--keep.*--help/],
    [['--port', '0'], /--port must be a number from 1 to 65535/],
    [['--port', '65536'], /--port must be/],
    [['--port', '80a'], /--port must be/],
    [['--parameter', 'Name'], /--parameter must have the form Name=Value/],
    [['--parameter', '=x'], /--parameter must have the form Name=Value/],
  ])('%j is refused in one sentence', (argv, sentence) => {
    expect(() => readArguments(argv)).toThrow(Problem);
    expect(() => readArguments(argv)).toThrow(sentence);
    expect(() => readArguments(argv)).not.toThrow(/\n/);
  });
});
