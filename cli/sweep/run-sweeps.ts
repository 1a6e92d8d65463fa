/** Sweeps of several keepers, and one report of all of them. */
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { isProblem, Problem } from '../../core/problem.ts';
import { sweepKeys } from '../../sweep/keys.ts';
import type { Colours } from '../colours.ts';
import type { SweepFormat, SweepOptions } from '../commands/sweep-options.ts';
import { sweepsText } from '../reports/sweeps-text.ts';
import { credentialsOf, type Target } from '../targets.ts';
import { writeChunks } from '../write-file.ts';
import { type CollectedSweeps, collectSweeps } from './collect-sweeps.ts';
import { type EndedSweep, type RunContext, runSweep } from './run-sweep.ts';
import { sweepsReport } from './sweeps-report.ts';

/** What the sweeps came to. */
export interface SweptRegistries {
  /** For the name of a file. */
  readonly name: string;
  /** As of the command; 130 where one of them was not followed to its end. */
  readonly code: 0 | 1 | 2 | 130;
  write(file: string, format: SweepFormat, version: string): void;
  text(file: string, colours: Colours): string;
  close(): void;
}

// Each is in an account and Region of its own; here it only waits.
const sweepsAtOnce = 16;

/** @throws Problem if none of the keepers could be used */
export async function runSweeps(
  targets: readonly Target[],
  options: SweepOptions,
  context: RunContext,
): Promise<SweptRegistries> {
  const collected = collectSweeps(options.repositories);
  const progress = new Map<number, readonly [number, number]>();
  const onKeeper = startClaims();
  try {
    const outcomes = await mapConcurrently(
      [...targets.keys()],
      (index) => {
        const onProgress = (done: number, total: number) => {
          progress.set(index, [done, total]);
          const sum = (of: 0 | 1) => [...progress.values()].reduce((before, count) => before + count[of], 0);
          context.onProgress(sum(0), sum(1));
        };
        return sweepInto(collected, index, targets[index] ?? {}, options, {
          ...context,
          onProgress,
          onKeeper,
        });
      },
      sweepsAtOnce,
    );
    if (outcomes.every((outcome) => outcome === 2)) throw new Problem(collected.failures().join('\n'));
    return {
      name: `${targets.length}-registries-${new Date().toISOString().slice(0, 19).replaceAll(':', '')}`,
      code: codeOf(outcomes),
      write: (file, format, version) => writeChunks(file, sweepsReport(format, collected, version)),
      text: (file, colours) => sweepsText(collected.sweeps(), file, colours),
      close: collected.close,
    };
  } catch (error) {
    collected.close();
    throw error;
  }
}

/** Two profiles may be of one account: its keeper would sweep twice, and its repositories count twice. */
function startClaims() {
  const claimed = new Set<string>();
  return (machineArn: string) => {
    if (claimed.has(machineArn)) {
      const [, , , region, account] = machineArn.split(':');
      throw new Problem(
        `The registry ${account} in ${region} is already covered: specify each account and Region once.`,
      );
    }
    claimed.add(machineArn);
  };
}

type Outcome = 0 | 1 | 2 | 130;

/** The worst of all: what was not followed, then what could not be used. */
function codeOf(outcomes: readonly Outcome[]): Outcome {
  const codes = [130, 2, 1] as const;
  return codes.find((code) => outcomes.includes(code)) ?? 0;
}

async function sweepInto(
  collected: CollectedSweeps,
  index: number,
  target: Target,
  options: SweepOptions,
  context: RunContext,
): Promise<Outcome> {
  const by = credentialsOf(target);
  const region = target.region ?? '';
  try {
    const ended = await runSweep(target, options, context, (sweep) => read(collected, index, by, sweep));
    if ('result' in ended) return ended.result;
    collected.fail(index, { by, region, failure: `The sweep ${ended.name} goes on.` });
    return 130;
  } catch (error) {
    if (!isProblem(error)) throw error;
    collected.fail(index, { by, region, failure: error.message });
    return 2;
  }
}

async function read(
  collected: CollectedSweeps,
  index: number,
  by: string,
  { name, summary, state, store }: EndedSweep,
): Promise<0 | 1> {
  const lines = store.lines(sweepKeys(name).json);
  if (!(await collected.add(index, by, summary, lines)))
    throw new Problem(`The sweep ${name} has no report any more: its bucket keeps them for some time.`);
  return state.status === 'SUCCEEDED' && (summary.states.failed ?? 0) === 0 ? 0 : 1;
}
