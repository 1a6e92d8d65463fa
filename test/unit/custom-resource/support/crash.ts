import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JsonObject } from '../../../../core/json.ts';
import { eventLike, propertiesLike, type Sample } from './events.ts';
import type { Server } from './server.ts';

/** A request whose process dies. */
export interface Crash {
  readonly sample: Sample;
  readonly repository: string;
  readonly properties: JsonObject;
  readonly event?: Readonly<Record<string, unknown>>;
  /** At which call to ECR about the repository, from 1. */
  readonly call: number;
  /** Whether that call still has its effect. */
  readonly isLate: boolean;
}

/**
 * Serves a request in a process of its own and ends that at one of its calls.
 *
 * @returns whether it died there; false: it made fewer calls and ended by itself
 */
export async function crash(server: Server, crash: Crash): Promise<boolean> {
  const { sample, repository, properties, call, isLate } = crash;
  const about = () => server.calls.filter((each) => each.repository === repository).length;
  const before = about();
  server.plans.set(repository, [{ callNumber: call, fault: isLate ? 'late hang' : 'hanging', times: 1 }]);
  server.written.delete(repository);
  const event = eventLike(sample, {
    ResponseURL: `${server.url}/answers/nobody`,
    ResourceProperties: propertiesLike({ RepositoryName: repository, ...properties }),
    ...crash.event,
  });
  const child = spare ?? startChild();
  // Starting takes longer than dying: the next one is made ready meanwhile.
  spare = startChild();
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      hasEnded = true;
      resolve();
    });
  });
  child.send(event);
  while (!hasEnded && about() - before < call) await sleep(5);
  // The call may be answered only after its effect.
  if (!hasEnded) await sleep(30);
  child.kill('SIGKILL');
  await ended;
  server.plans.delete(repository);
  return about() - before >= call;
}

let spare: ChildProcess | undefined;

/** A function's process that waits for its event; it ends with this one, and keeps it from nothing. */
function startChild(): ChildProcess {
  const child = fork(join(__dirname, 'crash-process.ts'), {
    // Jest's process.env is one of its own.
    env: { ...process.env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.unref();
  child.channel?.unref();
  return child;
}
