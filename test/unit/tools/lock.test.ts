import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { withLock } from '../../../tools/setup/lock.mjs';

const lockFile = () => join(mkdtempSync(join(tmpdir(), 'lock-')), 'set-up.lock');

test('two set-ups of one folder run one after the other', async () => {
  const file = lockFile();
  const steps: string[] = [];
  const work = (name: string) => async () => {
    steps.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    steps.push(`${name} ends`);
  };
  await Promise.all([withLock(file, work('one')), withLock(file, work('two'))]);
  expect(steps).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
});

test('the lock of a process that is gone is broken', async () => {
  const file = lockFile();
  // Above the largest process id that Linux gives.
  writeFileSync(file, '99999999');
  await expect(withLock(file, async () => 'done')).resolves.toBe('done');
});

test('a lock that names no process is broken', async () => {
  const file = lockFile();
  writeFileSync(file, '');
  await expect(withLock(file, async () => 'done')).resolves.toBe('done');
});

test('who waits is told once for which process', async () => {
  const file = lockFile();
  const told: unknown[] = [];
  const first = withLock(file, () => new Promise((resolve) => setTimeout(resolve, 700)));
  await withLock(file, async () => undefined, { onWait: (holder) => told.push(holder) });
  await first;
  expect(told).toEqual([process.pid]);
});

test('the lock is given back when the work fails', async () => {
  const file = lockFile();
  const failing = withLock(file, async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await expect(withLock(file, async () => 'done')).resolves.toBe('done');
});
