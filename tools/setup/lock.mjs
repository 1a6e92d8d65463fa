import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while no other process of this clone does. The lock of a process that no longer exists is removed.
 *
 * @param onWait called once with the id of the process that holds the lock, if it is held
 */
export async function withLock(file, work, { onWait = (_holder) => {} } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  for (let waited = false; !take(file); waited = true) {
    if (!waited) onWait(holder(file));
    await sleep(300);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    release();
    process.removeListener('exit', release);
  }
}

let attempts = 0;

function take(file) {
  // Written to another file and linked, so that the lock always contains the id of its holder.
  const own = `${file}.${process.pid}.${attempts++}`;
  writeFileSync(own, String(process.pid));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
  if (!isAlive(holder(file))) rmSync(file, { force: true });
  return false;
}

/** The id of the process that holds the lock; undefined if it has been released. */
function holder(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  if (pid === undefined) return true; // the lock has been released
  if (!(pid > 0)) return false; // not a process id
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
