import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { summaryOf } from '../../../action/summary.mjs';
import { projectRoot } from '../../../local/paths.ts';
import { bin, buildBin } from '../../support/command.ts';
import { blocksOf } from '../docs-support/pages.ts';
import { unsafe } from './run.ts';
import { sarifValidator } from './sarif-validator.ts';

const temporary = mkdtempSync(join(tmpdir(), 'ecr-hardening-pipelines-'));
/** The package, as it is unpacked into a repository. */
const unpacked = join(temporary, 'package');
const compose = 'services:\n  web: { image: nginx }\n';
let folder = '';

beforeAll(() => {
  buildBin();
  const options = ['--json', '--ignore-scripts', '--offline', '--pack-destination', temporary];
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', ...options], { cwd: projectRoot, encoding: 'utf8' }),
  );
  execFileSync('tar', ['-xzf', join(temporary, packed.filename), '-C', temporary]);
});
beforeEach(() => {
  folder = mkdtempSync(join(temporary, 'work-'));
  mkdirSync(join(folder, 'stacks'));
  writeFileSync(join(folder, 'stacks', 'orders.yaml'), unsafe);
  writeFileSync(join(folder, 'docker-compose.yaml'), compose);
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** The variables of this process without those that change what is printed. */
const environment = () => {
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...rest } = process.env;
  return rest;
};

/** Runs action.yml as a runner does: https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax */
function runAction(given: Readonly<Record<string, string>>, path = unpacked) {
  const { inputs, outputs, runs } = parse(readFileSync(join(path, 'action.yml'), 'utf8'));
  expect(runs.using).toBe('composite');
  expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(given)));
  const withInputs = (text: string) =>
    text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_all, name) => given[name] ?? inputs[name].default);
  const [output, summary] = ['output', 'summary'].map((name) => join(folder, `.${name}`));
  let [code, out, err] = [0, '', ''];
  for (const { shell, run, env } of runs.steps) {
    expect(shell).toBe('bash');
    // What is in an input is never part of the script.
    expect(run).not.toContain('${{');
    writeFileSync(join(temporary, 'script.sh'), run);
    const variables = Object.entries<string>(env).map(([name, text]) => [name, withInputs(text)]);
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', join(temporary, 'script.sh')],
      {
        cwd: folder,
        encoding: 'utf8',
        env: {
          ...environment(),
          ...Object.fromEntries(variables),
          GITHUB_ACTION_PATH: path,
          GITHUB_WORKSPACE: folder,
          GITHUB_OUTPUT: output,
          GITHUB_STEP_SUMMARY: summary,
        },
      },
    );
    [code, out, err] = [status ?? -1, out + stdout, err + stderr];
  }
  const textOf = (file = '') => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const written = Object.fromEntries(
    textOf(output)
      .trim()
      .split('\n')
      .map((line) => line.split('=')),
  );
  expect(Object.keys(outputs)).toEqual(['sarif-file', 'findings']);
  return { code, out, err, outputs: written, summary: textOf(summary) };
}

describe('the action', () => {
  test('has no other outputs than its own, whatever an input has in it', () => {
    const { outputs } = runAction({ paths: 'stacks', 'sarif-file': 'ecr-hardening.sarif\nother=1' });
    expect(outputs).toEqual({ 'sarif-file': 'ecr-hardening.sarif', findings: '3' });
  });

  test('shows annotations, and writes SARIF, a summary with a table, and outputs', () => {
    const { code, out, outputs, summary } = runAction({ paths: 'stacks' });
    expect(code).toBe(1);
    expect(out.match(/^::warning file=stacks\/orders\.yaml,/gm)).toHaveLength(3);
    expect(outputs).toEqual({ 'sarif-file': 'ecr-hardening.sarif', findings: '3' });
    const validate = sarifValidator();
    const sarif = JSON.parse(readFileSync(join(folder, 'ecr-hardening.sarif'), 'utf8'));
    validate(sarif);
    expect(validate.errors ?? []).toEqual([]);
    expect(sarif.runs[0].results).toHaveLength(3);
    expect(summary).toMatch(/^### EcrHardening: 3 findings\n\n\| file \| level \| control /);
    expect(summary.match(/^\| stacks\/orders\.yaml:4 \| warning \| /gm)).toHaveLength(3);
  });

  test('without paths checks the whole repository, or the paths of .ecr-hardening.yaml', () => {
    expect(runAction({ 'fail-on': 'error' })).toMatchObject({ code: 0, outputs: { findings: '3' } });
    writeFileSync(join(folder, '.ecr-hardening.yaml'), 'paths: [docker-compose.yaml]\n');
    expect(runAction({}).code).toBe(2);
    expect(runAction({ 'allow-no-templates': 'true', summary: 'false' }).code).toBe(0);
  });

  test('passes each input to the command, and none to the shell', () => {
    writeFileSync(join(folder, 'a b$(touch owned)`touch owned`.yaml'), unsafe);
    const { code, out, outputs, summary } = runAction({
      paths: 'a b$(touch owned)`touch owned`.yaml\nstacks',
      only: 'ScanOnPush,Retain',
      'transform-parameters': 'Retain=true\nKeepImages=5',
      'sarif-file': 'reports.sarif',
    });
    expect({ code, findings: outputs.findings }).toEqual({ code: 1, findings: '6' });
    expect(existsSync(join(folder, 'owned'))).toBe(false);
    expect(existsSync(join(folder, 'reports.sarif'))).toBe(true);
    expect(out).not.toContain('TagImmutability');
    expect(summary).toContain('a b&#36;&#40;touch owned&#41;&#96;touch owned&#96;.yaml');
    expect(runAction({ paths: '--write-baseline=owned\nstacks' }).code).toBe(2);
    expect(existsSync(join(folder, 'owned'))).toBe(false);
    expect(runAction({ paths: 'stacks', 'fail-on': 'eror' })).toMatchObject({
      code: 2,
      summary: expect.any(String),
    });
    expect(runAction({ paths: 'docker-compose.yaml\nstacks', strict: 'true' }).code).toBe(2);
  });

  test.each(['strict', 'ignore', 'allow-no-templates', 'live', 'summary'])(
    'refuses a %s that is neither true nor false, which would have no effect',
    (input) => {
      expect(runAction({ paths: 'stacks', [input]: 'yes' })).toMatchObject({
        code: 2,
        out: '',
        err: `The input ${input} must be true or false: correct it.\n`,
      });
    },
  );

  test('takes true and false as YAML writes them', () => {
    expect(runAction({ paths: 'stacks', summary: 'FALSE' }).summary).toBe('');
    expect(runAction({ paths: 'docker-compose.yaml\nstacks', strict: 'True' }).code).toBe(2);
  });

  test('reads every input that it declares', () => {
    const { inputs, runs } = parse(readFileSync(join(projectRoot, 'action.yml'), 'utf8'));
    const nameOf = (input: string) => `INPUT_${input.toUpperCase().replaceAll('-', '_')}`;
    expect(Object.keys(runs.steps[0].env).toSorted()).toEqual(Object.keys(inputs).map(nameOf).toSorted());
    const main = readFileSync(join(projectRoot, 'action', 'main.mjs'), 'utf8');
    for (const input of Object.keys(inputs))
      expect(main).toContain(`'${nameOf(input).replace('INPUT_', '')}'`);
  });

  test('runs in a clone too, which builds the command', () => {
    expect(runAction({ paths: 'stacks' }, projectRoot).outputs).toMatchObject({ findings: '3' });
  });

  test('writes a summary of text, whatever signs of Markdown and HTML are in it, and not of everything', () => {
    const finding = {
      file: 'a',
      line: 1,
      level: 'error',
      control: 'C',
      place: 'A',
      message: 'a | <img>\n[x](y) `z`',
    };
    expect(summaryOf([finding], 1)).toContain(
      '| a:1 | error | C | A | a &#124; &lt;img&#62; &#91;x&#93;&#40;y&#41; &#96;z&#96; |\n',
    );
    const many = summaryOf(Array(500).fill(finding), 2);
    expect(many).toMatch(/300 more are in the SARIF report\.\n\nThe check is not complete: the log/);
    expect(summaryOf([], 2)).toMatch(
      /0 findings\n\nThe check is not complete: the log says what is missing\.\n$/,
    );
    expect(summaryOf([{ ...finding, level: 'note' }], 0)).toContain('No unsafe settings were found.');
  });
});

/** The YAML blocks of docs/ci.md, by the file that their first line names. */
const examples = new Map(
  blocksOf('docs/ci.md').flatMap(({ language, text }) => {
    const name = /^# (\S+)$/m.exec(text)?.[1];
    return language === 'yaml' && name !== undefined ? [[name, parse(text)]] : [];
  }),
);

describe('the examples of docs/ci.md', () => {
  test('for GitHub runs the action with inputs that it has', () => {
    const { steps } = examples.get('.github/workflows/ecr.yaml').jobs.check;
    const isOurs = ({ uses }: { uses?: string }) => uses?.endsWith('/ecr-hardening') === true;
    const step = steps.find(isOurs);
    expect(runAction(step.with)).toMatchObject({ code: 0, outputs: { 'sarif-file': 'ecr-hardening.sarif' } });
    const { sarif_file: uploaded } = steps.at(-1).with;
    expect(existsSync(join(folder, uploaded))).toBe(true);
    for (const { uses = './' } of steps) expect(uses).toMatch(/^\.\/|@[0-9a-f]{40}$/);
  });

  test.each([
    [
      'GitLab',
      () => examples.get('.gitlab-ci.yml').ecr.script,
      () => examples.get('.gitlab-ci.yml').ecr.artifacts.reports.junit,
    ],
    [
      'CodeBuild',
      () => examples.get('buildspec.yaml').phases.build.commands,
      () => examples.get('buildspec.yaml').reports['ecr-hardening'].files[0],
    ],
  ])('for %s installs the package file and writes the report that it names', (_host, linesOf, reportOf) => {
    const tools = join(folder, 'bin');
    mkdirSync(join(folder, 'tools'));
    mkdirSync(tools);
    for (const [name, line] of [
      // What `npm install --global` does for a package without dependencies, without changing this machine.
      ['npm', `test -f "$3" && ln -s "${bin}" "${tools}/ecr-hardening"`],
    ] as const)
      writeFileSync(join(tools, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
    copyFileSync(
      join(temporary, `ecr-hardening-${version}.tgz`),
      join(folder, 'tools', `ecr-hardening-${version}.tgz`),
    );
    const { status, stdout, stderr } = spawnSync('sh', ['-ec', linesOf().join('\n')], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...environment(), PATH: [tools, process.env.PATH].join(delimiter) },
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toContain('3 findings in 1 template.');
    expect(readFileSync(join(folder, reportOf()), 'utf8')).toContain('tests="3" failures="3"');
  });
});

describe('the hook of pre-commit', () => {
  const git = (cwd: string, ...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd,
      encoding: 'utf8',
    });
  const commit = (cwd: string) => {
    git(cwd, 'init', '--quiet');
    git(cwd, 'add', '--all', '--force');
    git(cwd, 'commit', '--quiet', '--no-verify', '--message', 'x');
    return git(cwd, 'rev-parse', 'HEAD').trim();
  };

  test('fails a commit with an unsafe template, and passes one without templates', () => {
    // A clone as it is when it has built itself: here with what is in the package.
    const hooks = join(temporary, 'hooks');
    mkdirSync(hooks);
    execFileSync('cp', ['-R', `${unpacked}/.`, hooks]);
    for (const name of ['ecr-hardening', '.pre-commit-hooks.yaml'])
      copyFileSync(join(projectRoot, name), join(hooks, name));
    const rev = commit(hooks);
    const { repos } = examples.get('.pre-commit-config.yaml');
    const config = { repos: [{ ...repos[0], repo: hooks, rev }] };
    writeFileSync(join(folder, '.pre-commit-config.yaml'), JSON.stringify(config));
    commit(folder);
    const run = (...args: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(
        join(projectRoot, '.aws-sam', 'python', 'sam', 'bin', 'pre-commit'),
        ['run', '--color=never', ...args],
        {
          cwd: folder,
          encoding: 'utf8',
          env: {
            ...environment(),
            PRE_COMMIT_HOME: join(temporary, 'pre-commit'),
          },
        },
      );
      return { status, said: stdout + stderr };
    };
    const failed = run('--files', 'stacks/orders.yaml', 'docker-compose.yaml');
    expect(failed).toMatchObject({ status: 1, said: expect.stringContaining('3 findings in 1 template.') });
    expect(run('--files', 'docker-compose.yaml')).toMatchObject({
      status: 0,
      said: expect.stringContaining('Passed'),
    });
    // As an option, the name of a file would write the findings into another one, and pass.
    writeFileSync(join(folder, '--write-baseline=known.YAML'), unsafe);
    git(folder, 'add', '--all');
    expect(run('--all-files')).toMatchObject({
      status: 1,
      said: expect.stringContaining('6 findings in 2 templates.'),
    });
    expect(existsSync(join(folder, 'known.YAML'))).toBe(false);
  });
});
