import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../local/paths.ts';

/** `npm start` as a user runs it, into pipes: a process of its own with a local AWS of its own. */
interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Tells this run's processes from all others, also once their parent is gone. */
  readonly mark: string;
}

const patience = 180_000;
let folder = '';
const marks: string[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-demo-'));
});
afterAll(() => {
  // A test that failed half-way may have left a local AWS that was told to stay.
  for (const pid of marks.flatMap(leftOver)) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The folder of a run's temporary files. */
const temporaryOf = (mark: string) => join(folder, mark);

/**
 * @param interruptAt the text at which the run gets a signal
 * @param signal Ctrl-C, or that the terminal was closed
 */
async function start(
  argv: readonly string[],
  interruptAt?: string,
  signal: 'SIGINT' | 'SIGHUP' = 'SIGINT',
): Promise<Run> {
  const mark = randomUUID();
  marks.push(mark);
  mkdirSync(temporaryOf(mark));
  // Jest asks its own children for colours; a user's pipe does not.
  const { FORCE_COLOR: _, ...environment } = process.env;
  const child = spawn(join(projectRoot, 'node_modules', '.bin', 'node'), ['local/start.ts', ...argv], {
    cwd: projectRoot,
    env: { ...environment, ECR_HARDENING_RUN: mark, TMPDIR: temporaryOf(mark) },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const before = stdout;
    stdout += text;
    const seen = (all: string) => interruptAt !== undefined && all.includes(interruptAt);
    if (!seen(stdout) || seen(before)) return;
    // A terminal sends Ctrl-C to the whole group of processes; by then SAM is at work.
    setTimeout(() => process.kill(-Number(child.pid), signal), 1000);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { code, stdout, stderr, mark };
}

/** The processes of a run that are still there, by their environment; only Linux lets one look. */
function leftOver(mark: string): readonly number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`ECR_HARDENING_RUN=${mark}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

async function expectNothingLeft(mark: string): Promise<void> {
  // A process that was told to end needs a moment; one that was forgotten stays for good.
  for (let look = 0; look < 600 && leftOver(mark).length > 0; look += 1) await sleep(100);
  expect(leftOver(mark)).toEqual([]);
  expect(readdirSync(temporaryOf(mark)).filter((name) => name !== 'node-compile-cache')).toEqual([]);
}

/** The lines of the table under `heading`, with runs of spaces made one. */
function table(stdout: string, heading: string): readonly string[] {
  const lines = stdout.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '));
  const at = lines.findIndex((line) => line.startsWith(`${heading} | `));
  return lines.slice(at, at + 5);
}

const template = (properties: string) => `Parameters:
  Name: { Type: String }
  Stage: { Type: String, Default: test }
Resources:
  Images:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryName: !Sub "\${Name}-\${Stage}"
${properties}`;

describe('npm start without an argument', () => {
  test(
    'shows the examples before and after, verifies it, and leaves nothing behind',
    async () => {
      const { code, stdout, stderr, mark } = await start([]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).not.toContain('\u001b');
      // The page shows the very lines.
      const page = readFileSync(join(projectRoot, 'docs', 'trying.md'), 'utf8');
      const shown = /```\n(examples\/plain\.yaml\n[\s\S]*?)```/.exec(page)?.[1] ?? 'no sample';
      expect(stdout).toContain(shown);
      expect(table(stdout, 'orders')).toEqual([
        'orders | before | after',
        'tags | mutable | immutable',
        'scan on push | off | on',
        'scanning in effect | manual | on push',
        'lifecycle | none | untagged 14 days · newest 20',
      ]);
      expect(table(stdout, 'payments')).toEqual([
        'payments | (new) | now',
        'tags | immutable',
        'scan on push | on',
        'scanning in effect | on push',
        'lifecycle | untagged 14 days · newest 20',
      ]);
      expect(table(stdout, 'nightly')).toEqual([
        'nightly | (new) | now',
        'tags | mutable (as written)',
        'scan on push | on',
        'scanning in effect | on push',
        'lifecycle | any 7 days (as written)',
      ]);
      expect(table(stdout, 'cache')).toContain('tags | mutable (exempt)');
      expect(table(stdout, 'created-manually')).toEqual([
        'created-manually | before | after',
        'tags | mutable | immutable',
        'scan on push | off | on',
        'scanning in effect | manual | on push',
        'lifecycle | none | none',
      ]);
      const digest = '(sha256:[0-9a-f]{12})';
      // The tag of the hardened repository stays with the first content; by hand it moved once, and then no more.
      expect(stdout).toMatch(
        new RegExp(
          `orders\\n.* of docker push\\n.*first content +accepted +${digest}\\n.*other content +refused +400\\n[\\s\\S]*?now refers to +\\1\\n`,
        ),
      );
      expect(stdout).toMatch(
        new RegExp(
          `created-manually\\n.* outside of stacks\\n.*first content +accepted.*\\n.*other content +accepted +${digest}\\n` +
            '[\\s\\S]*third content +refused +400\\n[\\s\\S]*?now refers to +\\1\\n',
        ),
      );
      expect(stdout).toContain('2 of 2 pushes over a tag of an immutable repository refused.');
      expect(stdout).toMatch(/^ {2}6 repositories: .*1 hardened, 1 exempt, 3 safe$/m);
      expect(stdout).toMatch(/created-by-hand +MUTABLE, not scanned → IMMUTABLE, scanned on push$/m);
      expect(readFileSync(join(projectRoot, '.aws-sam', 'sweep.html'), 'utf8')).toContain('created-by-hand');
      await expectNothingLeft(mark);
    },
    patience,
  );
});

describe('npm start with templates', () => {
  test(
    'deploys the others after one that fails, ends with why, and --keep leaves an AWS that its own words reach and end',
    async () => {
      const good = file('good.yaml', template('      ImageScanningConfiguration: { ScanOnPush: false }\n'));
      const lacking = file('lacking.yaml', 'Resources:\n  Q:\n    Type: AWS::Batch::JobQueue\n');
      const typo = file('typo.yaml', 'Resources:\n  Q:\n    Type: AWS::ECR::Repo\n');
      const clash = file('clash.yaml', template(''));
      const run = await start([lacking, good, typo, clash, '--keep', '--parameter', 'Name=mine']);
      const pid = Number(/To stop it: kill (\d+)/.exec(run.stdout)?.[1]);
      try {
        expect(run.code).toBe(1);
        expect(table(run.stdout, 'mine-test')).toEqual([
          'mine-test | before | after',
          'tags | mutable | immutable',
          'scan on push | off | off (as written)',
          'scanning in effect | manual | manual',
          'lifecycle | none | untagged 14 days · newest 20',
        ]);
        for (const line of [
          '✗ the local AWS does not support AWS::Batch::JobQueue; a real account does\n',
          '✗ AWS has no resource type AWS::ECR::Repo: fix the template\n',
          "clash.yaml\n  ✗ Images: Resource of type 'AWS::ECR::Repository' with identifier 'mine-test'\n    already exists.",
        ]) {
          expect(run.stdout).toContain(line);
        }
        for (const part of ['The verification', 'The alert', 'The sweep', 'templates deployed with'])
          expect(run.stdout).not.toContain(part);
        expect(run.stderr).toMatch(
          /^\n3 of 4 templates could not be deployed \(.*\): the reasons are above\.\n$/,
        );
        const endpoint = /export AWS_ENDPOINT_URL=(\S+)/.exec(run.stdout)?.[1] ?? '';
        expect((await fetch(`${endpoint}/v2/mine-test/tags/list`)).status).toBe(200);
        // The same AWS, audited as docs/trying.md says.
        const audited = spawnSync(process.execPath, ['cli/main.ts', 'audit', '--endpoint-url', endpoint], {
          cwd: projectRoot,
          encoding: 'utf8',
        });
        expect(audited.stderr).toBe('');
        expect(audited.stdout).toMatch(/^mine-test +try-good +immutable +no +yes +0 /m);
      } finally {
        process.kill(pid);
      }
      await expectNothingLeft(run.mark);
    },
    patience,
  );

  test.each([
    ['is interrupted', [], 'SIGINT', 130],
    ['has lost its terminal', [], 'SIGHUP', 129],
    // Nobody has read how to stop it.
    ['has lost its terminal, also with --keep', ['--keep'], 'SIGHUP', 129],
  ] as const)(
    'ends the local AWS, and leaves no file, when it %s',
    async (_, argv, signal, expected) => {
      // SAM is at work then.
      const { code, mark } = await start(argv, 'sam build', signal);
      expect(code).toBe(expected);
      await expectNothingLeft(mark);
    },
    patience,
  );
});

describe('npm start ends non-zero with one sentence', () => {
  test(
    'when the port is in use',
    async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const { code, stderr, mark } = await start(['--port', String(port)]);
      server.close();
      expect(code).toBe(1);
      expect(stderr).toMatch(new RegExp(`^\\n.*${port}.*\\n$`));
      await expectNothingLeft(mark);
    },
    patience,
  );

  const jinja =
    'Resources:\n  {% for n in names %}\n  R{{ n }}: { Type: AWS::ECR::Repository }\n  {% endfor %}\n';
  test.each<[string, () => readonly string[], RegExp]>([
    ['an unknown option', () => ['--kep'], /--kep.*--help/],
    ['a missing file', () => [join(folder, 'none.yaml')], /There is no file .*none\.yaml/],
    ['a folder', () => [folder], /is a folder: give the templates in it/],
    ['a Jinja file', () => [file('jinja.yaml', jinja)], /jinja\.yaml is not YAML: .* render it first/],
    ['broken YAML', () => [file('broken.yaml', 'Resources:\n  A: [\n')], /broken\.yaml, line 3, column 1: /],
    [
      'a missing parameter',
      () => [file('needs.yaml', template(''))],
      /needs the parameter Name, .* --parameter Name=VALUE/,
    ],
    [
      'a parameter that no template has',
      () => [file('needs.yaml', template('')), '--parameter', 'Name=a', '--parameter', 'Stag=b'],
      /None of the templates has a parameter Stag/,
    ],
  ])(
    'for %s, before anything is started',
    async (_, argv, sentence) => {
      const { code, stdout, stderr } = await start(argv());
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(sentence);
      expect(stderr.trim().split('\n')).toHaveLength(1);
    },
    patience,
  );

  test('and --help is no failure', async () => {
    const { code, stdout, stderr } = await start(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const option of ['--parameter', '--port', '--keep', '--help']) expect(stdout).toContain(option);
  });
});
