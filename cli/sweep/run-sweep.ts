/** One sweep of one keeper: found, started and followed, until its files can be read. */
import { randomBytes } from 'node:crypto';
import { connectStacks } from '../../aws/cloudformation/stacks.ts';
import { type Deadline, deadlineIn } from '../../aws/deadline.ts';
import type { ObjectStore } from '../../aws/objects/object-store.ts';
import { connectBucket } from '../../aws/objects/s3.ts';
import {
  connectExecutions,
  type ExecutionState,
  type Executions,
} from '../../aws/step-functions/executions.ts';
import { Problem } from '../../core/problem.ts';
import { sweepKeys } from '../../sweep/keys.ts';
import { latestOf } from '../../sweep/latest.ts';
import type { SweepSummary } from '../../sweep/summarise.ts';
import type { SweepOptions } from '../commands/sweep-options.ts';
import { clientOf, withConnection } from '../connection.ts';
import { connectionProblem, firstResponseMs } from '../connection-problem.ts';
import type { Target } from '../targets.ts';
import { sweepProblem } from './failures.ts';
import { follow } from './follow.ts';

/** What a sweep needs beside its options. */
export interface RunContext {
  readonly deadline: Deadline;
  /** Ends following, not the sweep. */
  readonly stop: AbortSignal;
  /** Between two looks, in milliseconds. */
  readonly pollMs?: number;
  readonly onProgress: (done: number, total: number) => void;
  /** Called with a keeper before it is used; what it throws ends the run. */
  readonly onKeeper?: (machineArn: string) => void;
}

/** A sweep that has ended. */
export interface EndedSweep {
  readonly name: string;
  readonly state: ExecutionState;
  readonly summary: SweepSummary;
  readonly store: ObjectStore;
}

// As long as a network may be away while a sweep is followed.
const callMs = 15 * 60_000;

/** The name that stands for the last sweep. */
export const latestSweep = 'latest';

/**
 * Runs a sweep, or follows one, and passes on what it came to.
 *
 * @returns the name alone where following was ended before
 * @throws Problem when the keeper cannot be found or used
 */
export async function runSweep<Result>(
  target: Target,
  options: SweepOptions,
  context: RunContext,
  use: (ended: EndedSweep) => Promise<Result>,
): Promise<{ readonly name: string } | { readonly result: Result }> {
  return withConnection(target, () =>
    run(target, options, context, use).catch((error: unknown) => {
      throw sweepProblem(error, options.stackName, target.endpointUrl);
    }),
  );
}

async function run<Result>(
  target: Target,
  options: SweepOptions,
  context: RunContext,
  use: (ended: EndedSweep) => Promise<Result>,
): Promise<{ readonly name: string } | { readonly result: Result }> {
  const client = clientOf(target);
  const { machineArn, bucket } = await keeperOf(options, client, context.stop);
  context.onKeeper?.(machineArn);
  // A sweep may take a day, but without a network nobody must wait so long to hear of it.
  const patience = { callMs, firstMs: firstResponseMs, stop: context.deadline.signal };
  const connected = connectExecutions(machineArn, client);
  const executions = connected.patiently(patience);
  const objects = connectBucket(bucket, client);
  const store = objects.patiently(patience);
  try {
    const name = await nameOf(options, executions, store);
    const state = await follow(executions, name, context).catch((error: unknown) => {
      throw outOfSight(error, name, target.endpointUrl);
    });
    if (state === undefined) return { name };
    const summary = await summaryOf(name, store);
    if (summary === undefined)
      throw new Problem(
        `The sweep ${name} ended as ${state.status}${state.error === undefined ? '' : ` (${state.error})`} without a report: see the execution in the console of Step Functions.`,
      );
    return { result: await use({ name, state, summary, store }) };
  } finally {
    connected.close();
    objects.close();
  }
}

/** A sweep does not end with the connection to it. */
function outOfSight(error: unknown, name: string, endpointUrl: string | undefined): unknown {
  const problem = connectionProblem(error, endpointUrl);
  if (problem === undefined) return error;
  return new Problem(
    `${problem.message} The sweep goes on: ecr-hardening sweep --report ${name} follows it.`,
    {
      cause: error,
    },
  );
}

/** The keeper of the application's stack. */
async function keeperOf(
  { stackName }: SweepOptions,
  client: ReturnType<typeof clientOf>,
  stop: AbortSignal,
): Promise<{ readonly machineArn: string; readonly bucket: string }> {
  const deadline = deadlineIn(firstResponseMs, stop);
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
    deadline.dispose();
  }
}

async function nameOf(options: SweepOptions, executions: Executions, store: ObjectStore): Promise<string> {
  if (options.report === undefined) return start(executions, options);
  if (options.report !== latestSweep) return options.report;
  const latest = await latestOf(store);
  if (latest === undefined) throw new Problem('The keeper has not finished a sweep yet.');
  return latest.sweep;
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
