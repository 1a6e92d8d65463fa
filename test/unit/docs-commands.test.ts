import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { exemptionTagKey } from '../../core/policy/exemption-tag-value.ts';
import { projectRoot } from '../../local/paths.ts';
import { bin, buildBin, compiledBefore } from '../support/command.ts';
import { withoutDefaults } from './cli/run.ts';
import { commandsOf, type DocumentedCommand, pages, textOf } from './docs-support/pages.ts';

/** What a page may tell its reader to type though no test runs it, and why. */
const leftOut: readonly (readonly [RegExp, string])[] = [
  [/^npm (install|ci)\b/, 'installs what the machine of the tests has already'],
  [/^stack\.addTransform\('EcrHardening'\);$/, 'a line of examples/cdk/app.mjs, which a test synthesises'],
  [/^CDK_OUTDIR=\S+ node app\.mjs$/, 'run before these tests, and deployed by test/end-to-end/cdk.test.ts'],
  [/^node_modules\/\.bin\/node bench\//, 'a benchmark, whose figures depend on the machine'],
  [/^The image tag '.*' already exists in the '.*' repository/, 'what ECR answers, and no command'],
];

const commands = pages.flatMap((file) => commandsOf(file)).filter(({ needsAccount }) => !needsAccount);
const isTerminal = ({ text }: DocumentedCommand) => /^(npx |\.\/)?ecr-hardening\b/.test(text);
const isAudit = ({ text }: DocumentedCommand) => /^(npx |\.\/)?ecr-hardening audit\b/.test(text);
const isScript = ({ text }: DocumentedCommand) => /^([A-Z_]+=\S+ )*npm (run|start|test)\b/.test(text);

describe('the commands of the documentation', () => {
  test('are found, of each kind', () => {
    for (const isKind of [isTerminal, isAudit, isScript])
      expect(commands.filter(isKind).length).toBeGreaterThan(0);
  });

  test('are found in each form that a page may give them', () => {
    const page = [
      'Text:',
      '',
      '    npm start     # what it does',
      '',
      '<!-- needs an account -->',
      '    sam build && \\',
      '      sam deploy',
      '',
      '```console',
      '$ ecr-hardening explain',
      'TagImmutability',
      '```',
      '',
      '```ts',
      'npm(start);',
      '```',
    ].join('\n');
    expect(commandsOf('page.md', page)).toEqual([
      { where: 'page.md:3', text: 'npm start', needsAccount: false },
      { where: 'page.md:6', text: 'sam build && sam deploy', needsAccount: true },
      { where: 'page.md:10', text: 'ecr-hardening explain', needsAccount: false },
    ]);
  });

  test('that remove the tags of 0.2.0 keep the tag that exempts a repository', () => {
    const removing = pages.flatMap((file) =>
      commandsOf(file).filter(({ text }) => text.includes("starts_with(Key, 'ecr-hardening:')")),
    );
    expect(removing).toHaveLength(1);
    expect(removing[0]?.text).toContain(`&& Key != '${exemptionTagKey}'`);
  });

  test('that npm runs are scripts of package.json, also where a sentence names them', () => {
    const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
    const inSentences = pages.flatMap((file) =>
      [...textOf(file).matchAll(/`((?:[A-Z_]+=\S+ )*npm (?:run|start|test)\b[^`]*)`/g)].map(
        ([, text = '']) => ({
          where: file,
          text,
        }),
      ),
    );
    const gone = [...commands.filter(isScript), ...inSentences].filter(({ text }) => {
      const [, run, own] = /npm (?:run (?:--silent )?([\w:-]+)|(\w+))/.exec(text) ?? [];
      return !Object.keys(scripts).includes(run ?? own ?? '');
    });
    expect(gone).toEqual([]);
  });

  test('are run by a test, or left out for a reason (needs an account: say so in a comment before it)', () => {
    const unknown = commands.filter(
      (command) =>
        !isTerminal(command) &&
        !isScript(command) &&
        !leftOut.some(([pattern]) => pattern.test(command.text)),
    );
    expect(unknown).toEqual([]);
  });

  test('never run what a registry may have under the name of the command, which is not published', () => {
    const asPublished = pages.filter((file) =>
      /\b(npx|npm (exec|install|i|x)|pnpm|yarn|bunx?)( -\S+)* ecr-hardening(?![\w./-])/.test(textOf(file)),
    );
    expect(asPublished).toEqual([]);
  });

  test('that talk to AWS are marked where they need an account', () => {
    const named = commands.filter(({ text }) => /^(sam|aws|cdk|npx cdk|docker) /.test(text));
    expect(named).toEqual([]);
  });
});

describe('at a terminal, in a folder with a template', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'ecr-hardening-docs-'));
  const tools = join(temporary, 'tools');
  const made = join(temporary, 'cdk.out');
  const unsafe = textOf('examples/plain.yaml');
  let folder = '';

  beforeAll(() => {
    buildBin();
    mkdirSync(tools);
    // What a reader has after `npm install`, without asking any registry for it.
    const script = (name: string, line: string) =>
      writeFileSync(join(tools, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
    script('ecr-hardening', `exec "${process.execPath}" "${bin}" "$@"`);
    script('npx', 'exec "$@"');
    // The clone's own, which builds itself.
    script('clone', `exec "${join(projectRoot, 'ecr-hardening')}" "$@"`);
    execFileSync(process.execPath, [join(projectRoot, 'examples', 'cdk', 'app.mjs')], {
      env: { ...process.env, CDK_OUTDIR: made },
    });
  }, 180_000);
  beforeEach(() => {
    // Anew for each block, since some commands write.
    folder = mkdtempSync(join(temporary, 'work-'));
    mkdirSync(join(folder, 'stacks'));
    mkdirSync(join(folder, 'examples'));
    for (const name of ['template.yaml', 'stacks/orders.yaml', 'examples/plain.yaml'])
      writeFileSync(join(folder, name), unsafe);
    // As `sam deploy --guided` writes it.
    writeFileSync(
      join(folder, 'samconfig.toml'),
      'version = 0.1\n[default.deploy.parameters]\nparameter_overrides = "MutableTags=\\"latest\\""\n',
    );
    cpSync(made, join(folder, 'cdk.out'), { recursive: true });
    cpSync(join(tools, 'clone'), join(folder, 'ecr-hardening'));
  });
  afterAll(() => rmSync(temporary, { recursive: true, force: true }));

  const run = (line: string) => {
    const { NO_COLOR: _no, FORCE_COLOR: _force, ...environment } = process.env;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
      cwd: folder,
      input: unsafe,
      encoding: 'utf8',
      env: {
        ...environment,
        PATH: [tools, process.env.PATH].join(delimiter),
        ...compiledBefore,
      },
    });
    return { code: status, stdout, stderr };
  };

  test('a command that is mistyped is found', () => {
    expect(run('npx ecr-hardening chekc template.yaml').code).toBe(2);
    expect(run('ecr-hardening check no-such.yaml').code).toBe(2);
  }, 180_000);

  // Audits ask AWS: test/end-to-end/docs.test.ts runs them.
  const runnable = commands.filter((command) => isTerminal(command) && !isAudit(command));
  const blocks = [...new Set(runnable.map(({ where }) => where))].map((where) => ({
    where,
    lines: runnable.filter((each) => each.where === where).map(({ text }) => text),
  }));

  test.each(blocks)(
    'the commands at $where end with 0 or 1, complain of nothing and say something',
    ({ lines }) => {
      for (const text of lines) {
        const { code, stdout, stderr: all } = run(text);
        const stderr = withoutDefaults(all);
        expect({ text, stderr, ok: code === 0 || code === 1 }).toEqual({ text, stderr: '', ok: true });
        const written = />\s*(\S+)$/.exec(text)?.[1];
        const said = written === undefined ? stdout : readFileSync(join(folder, written), 'utf8');
        if (!text.includes('--write')) expect({ text, said }).not.toEqual({ text, said: '' });
      }
    },
    180_000,
  );
});
