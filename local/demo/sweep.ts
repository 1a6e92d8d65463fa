import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type Deadline, deadlineIn } from '../../aws/deadline.ts';
import { connectBucket } from '../../aws/objects/s3.ts';
import { connectExecutions } from '../../aws/step-functions/executions.ts';
import { follow } from '../../cli/sweep/follow.ts';
import { Problem } from '../../core/problem.ts';
import { sweepKeys } from '../../sweep/keys.ts';
import type { SweepSummary } from '../../sweep/summarise.ts';
import { countedState, statesInOrder } from '../../wording/sweep/states.ts';
import { applicationStack } from '../application.ts';
import type { LocalAws } from '../local-aws.ts';
import { projectRoot } from '../paths.ts';
import { type Clients, localConfiguration } from './clients.ts';
import { readSettings } from './repository-settings.ts';
import { colours, type Screen } from './screen.ts';

/** A repository that no template names: only a sweep finds it. */
const byHand = 'created-by-hand';
const name = 'demo';
const timeoutMs = 120_000;
const pollMs = 50;

/** The report of the sweep, as the keeper has written it to its bucket. */
export const pageFile = join('.aws-sam', 'sweep.html');

/**
 * Has the keeper sweep the local registry, and saves the page of the sweep.
 *
 * @throws Problem if the sweep fails
 */
export async function runSweep(clients: Clients, aws: LocalAws): Promise<SweepSummary> {
  await clients.registry.createRepository(byHand);
  const deadline = deadlineIn(timeoutMs);
  try {
    return await sweep(clients, localConfiguration(aws), deadline);
  } finally {
    deadline.dispose();
  }
}

async function sweep(
  { cloudformation }: Clients,
  configuration: ReturnType<typeof localConfiguration>,
  deadline: Deadline,
): Promise<SweepSummary> {
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: applicationStack }));
  const outputs = new Map(
    (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
  const machine = outputs.get('KeeperStateMachineArn') ?? '';
  const connected = connectExecutions(machine, configuration);
  const executions = connected.until(deadline);
  const bucket = connectBucket(outputs.get('KeeperBucketName') ?? '', configuration);
  try {
    await executions.start(name, { action: 'sweep' });
    const stop = new AbortController().signal;
    const state = await follow(executions, name, { deadline, stop, pollMs, onProgress: () => undefined });
    const objects = bucket.until(deadline);
    const page = await objects.get(sweepKeys(name).html);
    const summary = await objects.get(sweepKeys(name).summary);
    if (state?.status !== 'SUCCEEDED' || page === undefined || summary === undefined)
      throw new Problem(
        `The sweep ended as ${state?.status} (${state?.error}): see the log of the local AWS.`,
      );
    writeFileSync(join(projectRoot, pageFile), page.text);
    const written: SweepSummary = JSON.parse(summary.text);
    return written;
  } finally {
    connected.close();
    bucket.close();
  }
}

/** Shows what became of the repositories, and of the one that only the sweep has found. */
export async function showSweep(
  { registry }: Clients,
  screen: Screen,
  { repositories, states }: SweepSummary,
): Promise<void> {
  const counts = statesInOrder(states).map(([state, count]) => countedState(state, count));
  const found = await readSettings(registry, byHand);
  screen.write(
    `\n${colours.bold('The sweep')}, by which the keeper finds repositories that no template names\n`,
  );
  screen.write(`  ${repositories} repositories: ${counts.join(', ')}\n`);
  screen.write(
    `  ${byHand.padEnd(28)}MUTABLE, not scanned → ${found?.mutability}, ${found?.scanOnPush ? 'scanned on push' : 'not scanned'}\n`,
  );
  screen.write(`  its report                  ${pageFile}\n`);
}
