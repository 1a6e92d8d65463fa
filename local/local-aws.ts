/** The local AWS: MiniStack with the extension in local/server, on the loopback interface only. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../core/problem.ts';
import { projectRoot, pythonEnvironment } from './paths.ts';

const host = '127.0.0.1';
const region = 'us-east-1';
const startTimeoutMs = 120_000;
/** How many free ports are tried. */
const maxAttempts = 3;

/** A running local AWS. */
export interface LocalAws {
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  /** Environment variables that direct `aws`, `sam` and every AWS SDK to it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Stops it and discards its data. */
  stop(): Promise<void>;
}

/** Another process has taken the port, after it was found free. */
class PortTaken extends Problem {}

/**
 * Starts a local AWS and waits until it responds.
 *
 * @param options.port a port of 127.0.0.1; by default a free one
 * @param options.detached whether it keeps running when this process ends
 * @param choose finds a port; another one where it is taken before the server listens
 * @throws Problem if the port is in use, or the server exits before it responds
 */
export async function startLocalAws(
  options: { port?: number; detached?: boolean } = {},
  choose: (wanted: number | undefined) => Promise<number> = freePort,
): Promise<LocalAws> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOn(await choose(options.port), options);
    } catch (error) {
      const isLast = options.port !== undefined || attempt === maxAttempts;
      if (isLast || !(error instanceof PortTaken)) throw error;
    }
  }
}

async function startOn(port: number, options: { detached?: boolean }): Promise<LocalAws> {
  const folder = mkdtempSync(join(tmpdir(), 'local-aws-'));
  const logFile = join(folder, 'server.log');
  const log = openSync(logFile, 'a');
  const server = spawn(
    join(pythonEnvironment('ministack'), 'bin', 'python3'),
    [join(projectRoot, 'local', 'server', 'main.py')],
    {
      cwd: folder,
      // A process group of its own: Ctrl-C reaches only this process, which then stops the server.
      detached: true,
      stdio: ['ignore', log, log],
      env: serverEnvironment(port, folder, options.detached === true),
    },
  );
  closeSync(log);
  if (options.detached === true) server.unref();
  const endpoint = `http://${host}:${port}`;
  try {
    await Promise.race([untilReady(port, server, logFile), startFailure(server)]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    endpoint,
    port,
    pid: server.pid ?? 0,
    environment: clientEnvironment(endpoint),
    logFile,
    async stop() {
      await terminate(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function clientEnvironment(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    SAM_CLI_TELEMETRY: '0',
  };
}

function serverEnvironment(port: number, folder: string, isDetached: boolean): NodeJS.ProcessEnv {
  const { AWS_PROFILE: _profile, AWS_SESSION_TOKEN: _token, ...inherited } = process.env;
  return {
    ...inherited,
    GATEWAY_PORT: String(port),
    // Without these MiniStack listens on all interfaces, and on other ports.
    BIND_HOST: host,
    MINISTACK_HOST: host,
    SFTP_ENABLED: '0',
    SFTP_HOST: host,
    IOT_MTLS_ENABLED: '0',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: region,
    MINISTACK_REGION: region,
    TMPDIR: folder,
    // Removed by the server when it ends: this process may have ended before.
    LOCAL_AWS_FOLDER: folder,
    PYTHONUNBUFFERED: '1',
    // Where calls are recorded, a push must not be forgotten for the calls of others.
    CLOUDTRAIL_MAX_EVENTS: '1000000',
    // Retries and Wait states of Step Functions take a fiftieth of their time.
    SFN_WAIT_SCALE: '0.02',
    // With its byte code kept in the project's environment, MiniStack starts in a quarter of the time.
    PYTHONDONTWRITEBYTECODE: '',
    // The functions run on the first node in PATH: the project's, which has the version of the Lambda runtime.
    PATH: [join(projectRoot, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    ...(isDetached ? {} : { LOCAL_AWS_PARENT: String(process.pid) }),
  };
}

/** Why a server cannot listen on a port, and what to do. */
export function portReason(wanted: number | undefined, error: Error): string {
  const code = 'code' in error ? error.code : undefined;
  if (wanted === undefined) return `No port of ${host} can be opened: ${error.message}.`;
  if (code === 'EACCES')
    return `Port ${wanted} needs the rights of an administrator: specify a port from 1024, or omit --port.`;
  if (code === 'EADDRINUSE')
    return `Port ${wanted} is in use: stop the process that uses it, specify another port, or omit --port.`;
  return `Port ${wanted} cannot be opened: ${error.message}. Specify another port, or omit --port.`;
}

/** The requested port if it is free, or any free port. */
export function freePort(wanted: number | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', (error) => reject(new Problem(portReason(wanted, error), { cause: error })));
    probe.listen(wanted ?? 0, host, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** Fails if the server's program cannot be started. */
function startFailure(server: ChildProcess): Promise<never> {
  return new Promise((_, reject) =>
    server.once('error', ({ message }) =>
      reject(new Problem(`The local AWS did not start: ${message}. Remove .aws-sam/python, and retry.`)),
    ),
  );
}

async function untilReady(port: number, server: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (server.exitCode !== null || server.signalCode !== null) throw whyNotStarted(port, logFile);
    const health = fetch(`http://${host}:${port}/_ministack/health`, { signal: AbortSignal.timeout(5_000) });
    const isReady = await health.then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await sleep(50);
  }
  await terminate(server);
  throw new Problem(
    `The local AWS did not respond within ${startTimeoutMs / 1000} seconds: ${lastLine(logFile)}`,
  );
}

function whyNotStarted(port: number, logFile: string): Problem {
  if (!readFileSync(logFile, 'utf8').includes(`${port} is already in use`))
    return new Problem(`The local AWS did not start: ${lastLine(logFile)}`);
  return new PortTaken(portReason(port, Object.assign(new Error('in use'), { code: 'EADDRINUSE' })));
}

function lastLine(file: string): string {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.at(-1) || 'its log is empty';
}

async function terminate(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  // A detached one would not keep this process waiting.
  server.ref();
  signal(server, 'SIGTERM');
  const timer = setTimeout(() => signal(server, 'SIGKILL'), 3000);
  await exited;
  clearTimeout(timer);
}

/** Signals the process group: the server and the functions that it started. */
function signal(server: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (server.pid !== undefined) process.kill(-server.pid, name);
  } catch {
    // It has exited.
  }
}
