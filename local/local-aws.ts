/** The AWS embedded on this machine: MiniStack with the extension in local/server, on loopback alone. */
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
const patienceMs = 30_000;

/** A running local AWS. */
export interface LocalAws {
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  /** Points `aws`, `sam` and every AWS SDK at it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** Ends it, and with it everything that it held. */
  stop(): Promise<void>;
}

/**
 * Starts a local AWS and waits until it answers.
 *
 * @param options.port a port of 127.0.0.1; a free one when left out
 * @param options.detached whether it goes on when this process ends
 * @throws Problem when the port is in use, or when the server ends before it answers
 */
export async function startLocalAws(options: { port?: number; detached?: boolean } = {}): Promise<LocalAws> {
  const port = await freePort(options.port);
  const folder = mkdtempSync(join(tmpdir(), 'local-aws-'));
  const logFile = join(folder, 'server.log');
  const log = openSync(logFile, 'a');
  const server = spawn(
    join(pythonEnvironment('ministack'), 'bin', 'python3'),
    [join(projectRoot, 'local', 'server', 'main.py')],
    {
      cwd: folder,
      // A group of its own: Ctrl-C reaches this process, which then ends the server in order.
      detached: true,
      stdio: ['ignore', log, log],
      env: serverEnvironment(port, folder, options.detached === true),
    },
  );
  closeSync(log);
  if (options.detached === true) server.unref();
  const endpoint = `http://${host}:${port}`;
  await answering(endpoint, server, logFile);
  return {
    endpoint,
    port,
    pid: server.pid ?? 0,
    environment: clientEnvironment(endpoint),
    logFile,
    async stop() {
      await end(server);
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
    // Without these MiniStack listens on every interface, and on ports of its own choice.
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
    PYTHONUNBUFFERED: '1',
    // Compiled once and kept in the project's own environment, MiniStack starts in a quarter of the time.
    PYTHONDONTWRITEBYTECODE: '',
    // The functions run on the first node of PATH: the project's own, which is the Lambda runtime's line.
    PATH: [join(projectRoot, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    ...(isDetached ? {} : { LOCAL_AWS_PARENT: String(process.pid) }),
  };
}

/** The port asked for, if it is free, or any free one. */
function freePort(wanted: number | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', () =>
      reject(
        new Problem(`Port ${wanted} is in use: end what listens there, name another, or leave --port out.`),
      ),
    );
    probe.listen(wanted ?? 0, host, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

async function answering(endpoint: string, server: ChildProcess, logFile: string): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    if (server.exitCode !== null || server.signalCode !== null)
      throw new Problem(`The local AWS did not start: ${lastLine(logFile)}`);
    const isReady = await fetch(`${endpoint}/_ministack/health`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await sleep(50);
  }
  await end(server);
  throw new Problem(`The local AWS did not answer within ${patienceMs / 1000} seconds: ${lastLine(logFile)}`);
}

function lastLine(file: string): string {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.at(-1) || 'it said nothing';
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  signal(server, 'SIGTERM');
  const timer = setTimeout(() => signal(server, 'SIGKILL'), 3000);
  await gone;
  clearTimeout(timer);
}

/** Reaches the server and the functions' processes that it started: they are one group. */
function signal(server: ChildProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (server.pid !== undefined) process.kill(-server.pid, name);
  } catch {
    // Gone already.
  }
}
