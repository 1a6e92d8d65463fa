import { printProblem } from '../cli/output.ts';
import { Problem } from '../core/problem.ts';
import { fileProblem } from '../tools/setup/problem.mjs';
import { help, readArguments } from './demo/arguments.ts';
import type { Session } from './demo/demo.ts';
import { terminal } from './demo/screen.ts';

const session: Session = { aws: undefined, announced: false };
let keep = false;
const interruption = new AbortController();
let stopping: Promise<void> | undefined;

/** Stops the local AWS once, even if it is called several times. */
async function stop(): Promise<void> {
  stopping ??= (async () => {
    // A failed start has nothing to stop, and main() reports the reason.
    const aws = await session.aws?.catch(() => undefined);
    await aws?.stop();
  })();
  await stopping;
}

/** @param isRead whether somebody can read how to stop a local AWS that keeps running */
async function interrupted(code: number, isRead = true): Promise<void> {
  interruption.abort();
  const stays = keep && isRead;
  if (!stays) await stop();
  const aws = stays ? await session.aws?.catch(() => undefined) : undefined;
  process.stderr.write(
    aws === undefined
      ? '\nInterrupted; the local AWS was stopped.\n'
      : `\nInterrupted; the local AWS keeps running. To stop it: kill ${aws.pid}\n`,
  );
  process.exit(code);
}

function sentence(error: unknown): string {
  if (error instanceof Problem) return error.message;
  const problem = fileProblem(error);
  if (problem !== undefined) return problem;
  if (connectionLost(error)) return 'The local AWS no longer responds: start again.';
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function connectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return code === 'ECONNREFUSED' || code === 'ECONNRESET' || connectionLost(error.cause);
}

async function main(): Promise<number> {
  try {
    const given = readArguments(process.argv.slice(2));
    if (given.help) {
      terminal.write(help);
      return 0;
    }
    keep = given.keep;
    // Loaded here because --help and usage errors do not need the SDK.
    const { demo } = await import('./demo/demo.ts');
    await demo(given, terminal, session, interruption.signal);
    if (!session.announced) await stop();
    return 0;
  } catch (error) {
    // A failure after an interruption is expected; interrupted() ends the process.
    if (interruption.signal.aborted) return await new Promise<never>(() => undefined);
    // With --keep it keeps running, even if a template did not deploy.
    if (!session.announced) await stop();
    for (const line of ['', ...sentence(error).split('\n')]) printProblem(line);
    return 1;
  }
}

process.once('SIGINT', () => void interrupted(130));
process.once('SIGTERM', () => void interrupted(143));
// The terminal was closed.
process.once('SIGHUP', () => void interrupted(129, false));
process.stderr.on('error', () => undefined);
// The reader of the pipe may stop early (`npm start | head`).
process.stdout.on('error', () => void interrupted(141));

process.exit(await main());
