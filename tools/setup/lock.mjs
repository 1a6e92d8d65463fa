import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Does some work while no other process of this clone does it: two at once would destroy each other's.
 * A lock whose process is gone is broken.
 *
 * @param onWait told the id of the process that is waited for, once
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
  // Written aside and linked, so that a lock never stands there without its holder's id.
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

/** The id of the process that holds the lock; undefined when it was released meanwhile. */
function holder(file) {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  if (pid === undefined) return true; // nothing to break
  if (!(pid > 0)) return false; // no id at all
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
