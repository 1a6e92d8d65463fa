import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../../local/paths.ts';
import { checkNode, choosePython, pythonNames } from '../../../tools/setup/requirements.mjs';

const python = (name: string, minor: number, hasVenv = true) => ({ name, version: [3, minor], hasVenv });

describe('the lists of Python packages', () => {
  const folder = join(projectRoot, 'local', 'requirements');

  test.each(readdirSync(folder))(
    '%s pins each package to a version and to the hashes of its files',
    (file) => {
      const lines = readFileSync(join(folder, file), 'utf8').replaceAll('\\\n', ' ').split('\n');
      const packages = lines.filter((line) => line !== '' && !line.startsWith('#'));
      // The lists of cfn-lint and of pre-commit only add to that of the SAM CLI; the peers of benchmarks need few.
      expect(packages.length).toBeGreaterThan(/^(cfn-lint|pre-commit|bench)/.test(file) ? 4 : 40);
      for (const each of packages)
        expect(each).toMatch(/^[a-z0-9-]+(\[[a-z0-9,-]+\])?==[\w.+!]+( +--hash=sha256:[0-9a-f]{64})+$/);
    },
  );
});

describe('what set-up needs', () => {
  test('an old Node is refused in one sentence that says what to do', () => {
    expect(() => checkNode('18.20.1')).toThrow(
      'Node 20 or later is required, and this is 18.20.1: install a newer version from https://nodejs.org.',
    );
    expect(() => checkNode('20.0.0')).not.toThrow();
  });

  test('the first Python that is new enough and makes environments is taken', () => {
    expect(
      choosePython([python('python3', 9), python('python3.12', 12, false), python('python3.11', 11)]),
    ).toEqual(python('python3.11', 11));
  });

  test('a Python without venv is refused with the package that brings it', () => {
    expect(() => choosePython([python('python3', 11, false)])).toThrow(
      /python3 cannot create virtual environments.*sudo apt-get install python3-venv" \(or python3\.11-venv\)/,
    );
  });

  test('an old Python, or none, is refused with what was found', () => {
    expect(() => choosePython([python('python3', 8)])).toThrow(
      /Python 3\.10 or later is required, and python3 is 3\.8/,
    );
    expect(() => choosePython([], '')).toThrow(
      /and none was found: install it, or set the variable PYTHON to its path/,
    );
    expect(() => choosePython([], '/opt/pyton')).toThrow(
      /^The variable PYTHON is \/opt\/pyton, which is no Python that runs: set it to the path of Python 3\.10 or later, or unset it\.$/,
    );
  });

  test("the user's own choice is the only one", () => {
    expect(pythonNames({ PYTHON: '/opt/python' })).toEqual(['/opt/python']);
    expect(pythonNames({})[0]).toBe('python3');
  });
});
