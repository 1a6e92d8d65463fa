import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
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
  const workerData = eventLike(sample, {
    ResponseURL: `${server.url}/answers/nobody`,
    ResourceProperties: propertiesLike({ RepositoryName: repository, ...properties }),
    ...crash.event,
  });
  const worker = new Worker(join(__dirname, 'crash-worker.ts'), {
    workerData,
    env: { ...process.env },
    stdout: true,
  });
  let hasEnded = false;
  worker.once('exit', () => {
    hasEnded = true;
  });
  while (!hasEnded && about() - before < call) await sleep(5);
  // The call may be answered only after its effect.
  if (!hasEnded) await sleep(30);
  await worker.terminate();
  server.plans.delete(repository);
  return about() - before >= call;
}
