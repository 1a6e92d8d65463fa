import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../../local/paths.ts';
import { fileProblem } from '../../../tools/setup/problem.mjs';

/** What set-up needs of the project, in a folder of its own with a space in its name. */
function freshClone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fresh clone '));
  for (const path of [
    ...['tools/setup', 'tools/setup.mjs', 'tools/ecr-hardening.mjs', 'cli/progress.mjs'],
    ...['local/requirements', 'package-lock.json'],
  ])
    cpSync(join(projectRoot, path), join(folder, path), { recursive: true });
  return folder;
}

function program(file: string, ...lines: readonly string[]): void {
  writeFileSync(file, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let look = 0; look < 1_200 && !isTrue(); look += 1) await sleep(50);
  expect(isTrue()).toBe(true);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('set-up in a fresh clone', () => {
  let folder = '';
  beforeAll(() => {
    folder = freshClone();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What set-up says where PYTHON is a program with these lines. */
  const saidOf = (...lines: readonly string[]) => {
    const PYTHON = join(folder, 'my python');
    program(PYTHON, ...lines);
    const { status, stderr } = spawnSync(process.execPath, [join(folder, 'tools', 'setup.mjs'), 'start'], {
      encoding: 'utf8',
      env: { ...process.env, PYTHON },
    });
    return { status, said: stderr.trim().replaceAll(PYTHON, 'PYTHON') };
  };

  test('reads the version of a Python that also prints a warning', () => {
    expect(
      saidOf('echo "Could not find platform independent libraries <prefix>" >&2', 'echo 3 9 True'),
    ).toEqual({
      status: 1,
      said: 'Python 3.10 or later is required, and PYTHON is 3.9: install it, or set the variable PYTHON to its path.',
    });
  });

  test.each([
    ['prints something else', 'echo hello'],
    ['fails', 'exit 3'],
  ])('says that the variable PYTHON is wrong where its program %s', (_, line) => {
    expect(saidOf(line)).toEqual({
      status: 1,
      said: expect.stringMatching(/^The variable PYTHON is PYTHON, which is no Python that runs: set it /),
    });
  });
});

describe('the command of a clone', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends what installs its packages when it gets %s', async (signal, code) => {
    const clone = freshClone();
    // npm, for a while.
    program(join(clone, 'npm'), `echo $$ > '${join(clone, 'pid')}'`, 'exec sleep 60');
    const child = spawn(process.execPath, [join(clone, 'tools', 'ecr-hardening.mjs'), '--help'], {
      stdio: 'ignore',
      env: { ...process.env, PATH: [clone, process.env.PATH].join(delimiter) },
    });
    const ended = once(child, 'exit');
    const pid = () => Number(readFileSync(join(clone, 'pid'), 'utf8'));
    await until(() => existsSync(join(clone, 'pid')) && pid() > 0);
    child.kill(signal);
    expect(await ended).toEqual([code, null]);
    await until(() => !isAlive(pid()));
    rmSync(clone, { recursive: true });
  });
});

test('a folder that cannot be written, and a full disk, are a sentence that names the path', () => {
  const failed = (code: string, more = {}) =>
    fileProblem(Object.assign(new Error(code), { code, path: '/clone/.aws-sam', syscall: 'open', ...more }));
  expect(failed('EROFS')).toMatch(
    /^\/clone\/\.aws-sam cannot be written \(EROFS\): allow it, or use a copy /,
  );
  expect(failed('ENOSPC')).toMatch(/^There is no space left for \/clone\/\.aws-sam /);
  expect(failed('ENOENT', { syscall: 'mkdtemp', path: '/nowhere/sam-XXXXXX' })).toMatch(
    /^\/nowhere, the folder for temporary files, does not exist: /,
  );
  expect(failed('ENOENT')).toBeUndefined();
  expect(fileProblem(new Error('other'))).toBeUndefined();
});
