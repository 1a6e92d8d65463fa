import { randomBytes } from 'node:crypto';
import { connectStacks } from '../../aws/cloudformation/stacks.ts';
import { type Deadline, deadlineIn } from '../../aws/deadline.ts';
import type { ObjectStore } from '../../aws/objects/object-store.ts';
import { connectBucket } from '../../aws/objects/s3.ts';
import { connectExecutions, type Executions } from '../../aws/step-functions/executions.ts';
import { Problem } from '../../core/problem.ts';
import { visible } from '../../core/visible.ts';
import { isSweepName, sweepKeys } from '../../sweep/keys.ts';
import type { SweepSummary } from '../../sweep/summarise.ts';
import type { Colours } from '../colours.ts';
import { clientOf, withConnection } from '../connection.ts';
import type { Screen } from '../output.ts';
import { showCount } from '../progress.mjs';
import { sweepText } from '../reports/sweep-text.ts';
import { sweepProblem } from '../sweep/failures.ts';
import { follow } from '../sweep/follow.ts';
import { openerFor } from '../sweep/opener.ts';
import { writeText } from '../write-file.ts';
import type { SweepOptions } from './sweep-options.ts';

/** What the command needs beside its options. */
export interface SweepContext {
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
  /** 0: every repository is accounted for and none failed; 1: some failed, or the sweep did; 130: ended early. */
  readonly code: 0 | 1 | 130;
}

// Step Functions ends a sweep after a day.
const maxMs = 24 * 60 * 60_000;

/** `ecr-hardening sweep`. @throws Problem when the keeper cannot be found or used, or the report not be saved */
export async function sweepCommand(options: SweepOptions, context: SweepContext): Promise<SweepOutcome> {
  for (const name of [options.again, options.report])
    if (name !== undefined && !isSweepName(name))
      throw new Problem(`${name} is not the name of an execution: the report of a sweep has its name.`);
  const deadline = deadlineIn(maxMs, context.stop);
  try {
    return await withConnection(options, () =>
      sweepWith(options, context, deadline).catch((error: unknown) => {
        throw sweepProblem(error, options.stackName);
      }),
    );
  } finally {
    deadline.dispose();
  }
}

async function sweepWith(
  options: SweepOptions,
  context: SweepContext,
  deadline: Deadline,
): Promise<SweepOutcome> {
  const client = clientOf(options);
  const { machineArn, bucket } = await keeperOf(options, client, deadline);
  const executions = connectExecutions(machineArn, client, deadline);
  const objects = connectBucket(bucket, client);
  try {
    const name = options.report ?? (await start(executions, options));
    const progress = showCount(context.terminal, 'repositories swept');
    const state = await follow(executions, name, {
      ...context,
      deadline,
      onProgress: progress.update,
    }).finally(progress.end);
    if (state === undefined)
      return { text: `The sweep goes on: ecr-hardening sweep --report ${name} follows it.\n`, code: 130 };
    const store = objects.until(deadline);
    const summary = await summaryOf(name, store);
    if (summary === undefined)
      throw new Problem(
        `The sweep ${name} ended as ${state.status}${state.error === undefined ? '' : ` (${state.error})`} without a report: see the execution in the console of Step Functions.`,
      );
    const file = await save(name, store, options);
    if (options.format === 'html' && options.open) (context.open ?? openerFor(process))?.(file);
    const isDone = state.status === 'SUCCEEDED' && (summary.states.failed ?? 0) === 0;
    return { text: sweepText(summary, file, context.colours), code: isDone ? 0 : 1 };
  } finally {
    executions.close();
    objects.close();
  }
}

/** The keeper of the application's stack. */
async function keeperOf(
  { stackName }: SweepOptions,
  client: ReturnType<typeof clientOf>,
  deadline: Deadline,
): Promise<{ readonly machineArn: string; readonly bucket: string }> {
  const stacks = connectStacks(client, deadline);
  try {
    const machineArn = await stacks.output(stackName, 'KeeperStateMachineArn');
    const bucket = await stacks.output(stackName, 'KeeperBucketName');
    if (machineArn === undefined || bucket === undefined)
      throw new Problem(
        `The stack ${stackName} does not exist in this account and Region, or has no keeper: deploy it with Keeper: Report, or specify --stack-name or --region.`,
      );
    return { machineArn, bucket };
  } finally {
    stacks.close();
  }
}

async function start(executions: Executions, { again, release }: SweepOptions): Promise<string> {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  const name = `terminal-${time}-${randomBytes(3).toString('hex')}`;
  const action = release === true ? 'release' : 'sweep';
  await executions.start(name, { action, ...(again === undefined ? {} : { again }) });
  return name;
}

async function summaryOf(name: string, store: ObjectStore): Promise<SweepSummary | undefined> {
  const object = await store.get(sweepKeys(name).summary);
  // Written by the keeper's own function.
  const summary: SweepSummary | undefined = object && JSON.parse(object.text);
  return summary;
}

async function save(name: string, store: ObjectStore, { format, output }: SweepOptions): Promise<string> {
  const object = await store.get(sweepKeys(name)[format]);
  if (object === undefined)
    throw new Problem(`The sweep ${name} has no report any more: its bucket keeps them for some time.`);
  const file = output ?? `sweep-${name}.${format}`;
  try {
    writeText(file, object.text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(
      `${visible(file)} could not be written (${reason}): specify another file with --output.`,
    );
  }
  return file;
}
