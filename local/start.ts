import { Problem } from '../core/problem.ts';
import { help, readArguments } from './demo/arguments.ts';
import type { Session } from './demo/demo.ts';
import { terminal } from './demo/progress.ts';

const session: Session = { aws: undefined, announced: false };
let keep = false;
const interruption = new AbortController();
let ending: Promise<void> | undefined;

/** Ends what was started, once, however many reasons to do so come at the same time. */
async function end(): Promise<void> {
  ending ??= (async () => {
    // A start that failed has left nothing to stop, and its reason is told elsewhere.
    const aws = await session.aws?.catch(() => undefined);
    await aws?.stop();
  })();
  await ending;
}

async function interrupted(code: number): Promise<void> {
  interruption.abort();
  if (!keep) await end();
  const aws = keep ? await session.aws?.catch(() => undefined) : undefined;
  process.stderr.write(
    aws === undefined
      ? '\nInterrupted; the local AWS is gone with it.\n'
      : `\nInterrupted; the local AWS keeps running, and ends with: kill ${aws.pid}\n`,
  );
  process.exit(code);
}

function sentence(error: unknown): string {
  if (error instanceof Problem) return error.message;
  if (connectionLost(error)) return 'The local AWS stopped answering: start again.';
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
    // Loaded late: neither --help nor a mistyped option needs the SDK.
    const { demo } = await import('./demo/demo.ts');
    await demo(given, terminal, session, interruption.signal);
    if (!session.announced) await end();
    return 0;
  } catch (error) {
    // What fails because its AWS was taken away is no failure; interrupted() has the last word.
    if (interruption.signal.aborted) return await new Promise<never>(() => undefined);
    // Once its user was told how to reach it, it stays, also when a template did not deploy.
    if (!session.announced) await end();
    process.stderr.write(`\n${sentence(error)}\n`);
    return 1;
  }
}

process.once('SIGINT', () => void interrupted(130));
process.once('SIGTERM', () => void interrupted(143));
// Whoever reads the pipe may stop reading (`npm start | head`): then there is nobody to tell anything.
process.stdout.on('error', () => void interrupted(141));

process.exit(await main());
