import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeRecord, encodeRecord } from '../../../../core/claims/encode.ts';
import type { JsonObject } from '../../../../core/json.ts';
import { physicalIdOf } from '../../../../functions/custom-resource/identity.ts';
import { parseRequest } from '../../../../functions/custom-resource/request.ts';
import { projectRoot } from '../../../../local/paths.ts';
import { eventLike, propertiesLike, type Sample } from './events.ts';
import { arnOf } from './registry.ts';
import type { FaultPlan, Server } from './server.ts';

/** A request whose process dies. */
export interface Crash {
  readonly sample: Sample;
  readonly repository: string;
  readonly properties: JsonObject;
  readonly event?: Readonly<Record<string, unknown>>;
  /** At which call about the repository, its claims or a Delete of the same resource, from 1. */
  readonly call: number;
  /** Whether that call still has its effect. */
  readonly isLate: boolean;
  /** What its time-out leaves: whatever comes next waits until then; left out, that time passes at once. */
  readonly remainingMs?: number | undefined;
}

/**
 * Serves a request in a process of its own and ends that at one of its calls.
 *
 * @returns whether it died there; false: it made fewer calls and ended by itself
 */
export async function crash(server: Server, crash: Crash): Promise<boolean> {
  const { sample, repository, properties, call, isLate, remainingMs } = crash;
  const event = eventLike(sample, {
    ResponseURL: `${server.url}/answers/nobody`,
    ResourceProperties: propertiesLike({ RepositoryName: repository, ...properties }),
    ...crash.event,
  });
  // The record by which a Delete stops what still runs has a key of its own.
  const names = [repository, `stop:${holderOf(event)}`];
  const about = () => server.calls.filter((each) => names.includes(each.repository)).length;
  const before = about();
  const plan: FaultPlan = { callNumber: call, fault: isLate ? 'late hang' : 'hanging', times: 1 };
  for (const name of names) server.plans.set(name, [plan]);
  server.written.delete(repository);
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
  child.send({ event, remainingMs: remainingMs ?? 600_000 });
  while (!hasEnded && about() - before < call) await sleep(5);
  // The call may be answered only after its effect.
  if (!hasEnded) await sleep(30);
  child.kill('SIGKILL');
  await ended;
  for (const name of names) server.plans.delete(name);
  if (remainingMs === undefined) passLease(server, repository);
  return about() - before >= call;
}

/** As if so much time had passed that the change under way, if any, may be undone. */
function passLease({ claims }: Server, repository: string): void {
  const item = claims.get(arnOf(repository));
  const record = item && decodeRecord(item);
  if (item === undefined || record?.inFlight === undefined) return;
  const inFlight = { ...record.inFlight, until: Date.now() };
  claims.set(item.key, { ...item, body: encodeRecord({ ...record, inFlight }) });
}

function holderOf(event: unknown): string {
  const parsed = parseRequest(event);
  if (parsed.kind !== 'request') throw new Error('only a request has a holder');
  return physicalIdOf(parsed.request);
}

let spare: ChildProcess | undefined;
let bundle: string | undefined;

/**
 * Bundles the program of the process as SAM bundles the function: so it starts in a seventh of the time. To be called before
 * the server is started, which would stand still meanwhile.
 */
export function bundleCrashProcess(): void {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-crash-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  execFileSync(
    join(projectRoot, 'node_modules', '.bin', 'esbuild'),
    [
      join(__dirname, 'crash-process.ts'),
      'functions/custom-resource/usage.ts',
      ...['--bundle', '--platform=node', '--format=cjs', '--target=node24', '--main-fields=module,main'],
      ...['--define:import.meta.filename=__filename', '--log-level=error', '--entry-names=[name]'],
      `--outdir=${folder}`,
    ],
    { cwd: projectRoot },
  );
  bundle = join(folder, 'crash-process.js');
}

/** A function's process that waits for its event; it ends with this one, and keeps it from nothing. */
function startChild(): ChildProcess {
  if (bundle === undefined) throw new Error('bundleCrashProcess() was not called');
  const child = fork(bundle, {
    // Jest's process.env is one of its own.
    env: { ...process.env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  child.unref();
  child.channel?.unref();
  return child;
}
