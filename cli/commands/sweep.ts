import { deadlineIn } from '../../aws/deadline.ts';
import { Problem } from '../../core/problem.ts';
import { visible } from '../../core/visible.ts';
import { isSweepName, sweepKeys } from '../../sweep/keys.ts';
import type { Colours } from '../colours.ts';
import type { Screen } from '../output.ts';
import { showCount } from '../progress.mjs';
import { sweepText } from '../reports/sweep-text.ts';
import { openerFor } from '../sweep/opener.ts';
import { type EndedSweep, latestSweep, type RunContext, runSweep } from '../sweep/run-sweep.ts';
import { runSweeps } from '../sweep/run-sweeps.ts';
import { type Target, targetsOf } from '../targets.ts';
import { whyUnwritten } from '../unwritten.ts';
import { refuseUnwritable, writeText } from '../write-file.ts';
import type { SweepOptions } from './sweep-options.ts';

/** What the command needs beside its options. */
export interface SweepContext {
  /** This product's version. */
  readonly version: string;
  readonly colours: Colours;
  /** Where progress is drawn. */
  readonly terminal: Screen;
  /** Ends following, not the sweep. */
  readonly stop: AbortSignal;
  /** Opens a page; by default in the browser of the person at the terminal. */
  readonly open?: (file: string) => void;
  /** Between two looks, in milliseconds. */
  readonly pollMs?: number;
}

/** What the command comes to. */
export interface SweepOutcome {
  readonly text: string;
  /**
   * 0: every repository is accounted for and none failed; 1: some failed, or the sweep did; 2: one of several keepers could not be
   * used; 130: ended early.
   */
  readonly code: 0 | 1 | 2 | 130;
}

// Step Functions ends a sweep after a day.
const maxMs = 24 * 60 * 60_000;

/** `ecr-hardening sweep`. @throws Problem when a single keeper cannot be found or used, or the report not be saved */
export async function sweepCommand(options: SweepOptions, context: SweepContext): Promise<SweepOutcome> {
  const targets = targetsOf(options);
  checkNames(options, targets.length > 1);
  // Before the sweep, which may take an hour.
  const file = options.output ?? `sweep-EXECUTION.${options.format}`;
  savingTo(file, () => refuseUnwritable(file));
  const deadline = deadlineIn(maxMs, context.stop);
  const progress = showCount(context.terminal, 'repositories swept');
  const running = { ...context, deadline, onProgress: progress.update };
  try {
    const [only = {}] = targets;
    if (targets.length > 1 || options.repositories !== undefined)
      return await sweepSeveral(targets, options, running, progress.end);
    return await sweepOne(only, options, running, progress.end);
  } finally {
    progress.end();
    deadline.dispose();
  }
}

function checkNames({ again, report }: SweepOptions, isSeveral: boolean): void {
  for (const name of [again, report])
    if (name !== undefined && !isSweepName(name))
      throw new Problem(`${name} is not the name of an execution: the report of a sweep has its name.`);
  if (isSeveral && (again !== undefined || (report !== undefined && report !== latestSweep)))
    throw new Problem(
      `An execution is one of a single account and Region: specify only that one, or --report ${latestSweep} for the last sweep of each.`,
    );
}

/** The report is the one that the keeper has written. */
async function sweepOne(
  target: Target,
  options: SweepOptions,
  context: SweepContext & RunContext,
  endProgress: () => void,
): Promise<SweepOutcome> {
  const ended = await runSweep(target, options, context, async (sweep): Promise<SweepOutcome> => {
    endProgress();
    const { summary, state } = sweep;
    const file = await save(sweep, options);
    open(file, options, context);
    const isDone = state.status === 'SUCCEEDED' && (summary.states.failed ?? 0) === 0;
    return { text: sweepText(summary, file, context.colours), code: isDone ? 0 : 1 };
  });
  return 'result' in ended ? ended.result : goesOn(ended.name);
}

function goesOn(name: string): SweepOutcome {
  return { text: `The sweep goes on: ecr-hardening sweep --report ${name} follows it.\n`, code: 130 };
}

/** The report is put together from those of the keepers. */
async function sweepSeveral(
  targets: readonly Target[],
  options: SweepOptions,
  context: SweepContext & RunContext,
  endProgress: () => void,
): Promise<SweepOutcome> {
  const swept = await runSweeps(targets, options, context);
  endProgress();
  try {
    const { format, output } = options;
    const file = output ?? `sweep-${swept.name}.${format}`;
    savingTo(file, () => swept.write(file, format, context.version));
    open(file, options, context);
    return { text: swept.text(file, context.colours), code: swept.code };
  } finally {
    swept.close();
  }
}

function open(file: string, options: SweepOptions, context: SweepContext): void {
  if (options.format === 'html' && options.open) (context.open ?? openerFor(process))?.(file);
}

async function save({ name, store }: EndedSweep, { format, output }: SweepOptions): Promise<string> {
  const object = await store.get(sweepKeys(name)[format]);
  if (object === undefined)
    throw new Problem(`The sweep ${name} has no report any more: its bucket keeps them for some time.`);
  const file = output ?? `sweep-${name}.${format}`;
  savingTo(file, () => writeText(file, object.text), ` and --report ${name}`);
  return file;
}

/** @param again what makes the same report again, beside another file */
function savingTo(file: string, write: () => void, again = ''): void {
  try {
    write();
  } catch (error) {
    const reason = whyUnwritten(error);
    throw new Problem(
      `${visible(file)} could not be written (${reason}): specify another file with --output${again}.`,
    );
  }
}
