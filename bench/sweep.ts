/**
 * The keeper's sweep of 100,000 repositories through the code of its functions, in virtual time: against the ideal at 20
 * and at 100 calls a second of each operation, none lost and none twice, with what every step holds in memory, the size
 * of what goes from step to step, and what it costs.
 *
 * `node bench/sweep.ts [repositories]`
 */
import { isObject } from '../core/json.ts';
import { sweepReports } from '../reports/sweep-reports.ts';
import { readLines } from '../sweep/files.ts';
import { sweepKeys } from '../sweep/keys.ts';
import type { RepositoryResult } from '../sweep/results.ts';
import { summariseSweep } from '../sweep/summarise.ts';
import { type Fleet, type FleetOptions, type StepFigures, sweepFleet } from './sweep-fleet.ts';
import { kindOf } from './sweep-registry.ts';

const repositories = Number(process.argv[2] ?? 100_000);
const maxRatio = 1.2;
// Of the registry's kinds: four that read and two that write, and what is read for a whole batch.
const maxCalls = 6;
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: the input and output of a state.
const maxStateBytes = 256 * 1024;
// Of the function's 512 MB (template.yaml) the runtime and the code take about 100.
const maxBatchBytes = 400 * 1024 * 1024;
const size: Omit<FleetOptions, 'perSecond'> = {
  repositories,
  latencyMs: 25,
  atOnce: 10,
  batchSize: 25,
  batchMs: 120_000,
  mode: 'Mend',
  summary: ({ sweep }, store) =>
    summariseSweep(sweep, {
      store,
      now: Date.now,
      reports: (info) => sweepReports(info, store, 'bench'),
      notify: async () => undefined,
    }),
};
// What is missing is thrown by the stub for each repository; its stack is looked at by nobody.
Error.stackTraceLimit = 0;

for (const perSecond of [100, 20]) {
  const { fleet, figures, map } = await sweepFleet({ ...size, perSecond });
  console.log(`\n${repositories} repositories at ${perSecond} calls a second of each operation`);
  cost(fleet, figures, map.batches);
  const problems = [...(await accounting(fleet)), ...speed(fleet, figures, perSecond)];
  if (accountedIn(figures) !== repositories) problems.push('the summary does not account for all');
  for (const [step, { milliseconds, heapBytes }] of figures)
    console.log(
      `  ${step.padEnd(10)}${duration(milliseconds)}, heap of at most ${megabytes(heapBytes)} more`,
    );
  // What the summary returns is cut down by its function.
  const outputs = [...figures].flatMap(([step, { output }]) => (step === 'summary' ? [] : [bytesOf(output)]));
  const largest = Math.max(map.largestBytes, ...outputs);
  console.log(`  the largest input or output of a state has ${largest} bytes of ${maxStateBytes}`);
  if (largest > maxStateBytes) problems.push('a state is too large');
  if (map.failed.length > 0) problems.push(`${map.failed.length} batches have failed`);
  for (const problem of problems) console.log(`  NOT as it should be: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}

// What is held by the function of one batch alone, with as many images as few repositories have.
const images = 10_000;
const { figures: alone, map: batch } = await sweepFleet({
  ...size,
  repositories: 25,
  images,
  perSecond: 100,
});
const heapBytes = alone.get('batches')?.heapBytes ?? Number.POSITIVE_INFINITY;
console.log(
  `\nOne batch of 25 repositories with ${images} images each: heap of at most ${megabytes(heapBytes)} more`,
);
if (heapBytes > maxBatchBytes || batch.failed.length > 0) {
  console.log('  NOT as it should be: it has failed, or needs too much memory');
  process.exitCode = 1;
}

/** Every repository has one result, of the state that its kind should have. */
async function accounting({ objects }: Fleet): Promise<readonly string[]> {
  const states = new Map<string, number>();
  const seen = new Uint8Array(repositories);
  let wrong = 0;
  for await (const key of objects.list(sweepKeys('bench').results))
    for await (const { index, name, state } of readLines<RepositoryResult>(key, objects)) {
      seen[index] = (seen[index] ?? 0) + 1;
      states.set(state, (states.get(state) ?? 0) + 1);
      if (!isExpected(Number(/(\d+)$/.exec(name)?.[1]), state)) wrong += 1;
    }
  console.log(`  ${[...states].map(([state, count]) => `${count} ${state}`).join(', ')}`);
  const lost = seen.filter((count) => count === 0).length;
  const twice = seen.filter((count) => count > 1).length;
  console.log(`  ${lost} lost, ${twice} twice, ${wrong} of another state than they should have`);
  return lost + twice + wrong === 0 ? [] : ['results are lost, twice, or wrong'];
}

/** How many repositories the summary has a state for. */
function accountedIn(figures: ReadonlyMap<string, StepFigures>): number {
  const output = figures.get('summary')?.output;
  const states = isObject(output) && isObject(output.states) ? Object.values(output.states) : [];
  return states.reduce((sum: number, count) => sum + Number(count), 0);
}

function isExpected(number: number, state: RepositoryResult['state']): boolean {
  const isScanned = number % 3 === 0;
  switch (kindOf(number)) {
    case 'safe':
      return state === 'safe';
    case 'stack':
      return state === 'left-to-stack';
    case 'exempt':
      return state === 'exempt';
    case 'cache':
      return state === (isScanned ? 'safe' : 'hardened');
    case 'unsafe':
      return state === 'hardened';
    default:
      return false;
  }
}

/** The calls, and the time of the batches against that of one call for each repository. */
function speed(
  { registry: { calls, throttled } }: Fleet,
  figures: ReadonlyMap<string, StepFigures>,
  perSecond: number,
): readonly string[] {
  const total = [...calls.values()].reduce((sum, count) => sum + count, 0);
  const refused = [...throttled.values()].reduce((sum, count) => sum + count, 0);
  // What is read once for each repository, such as its lifecycle policy, cannot be read faster.
  const idealMs = (1000 * repositories) / perSecond;
  const ratio = (figures.get('batches')?.milliseconds ?? Number.POSITIVE_INFINITY) / idealMs;
  console.log(
    `  ${(total / repositories).toFixed(2)} calls of ECR a repository, and ${(refused / repositories).toFixed(2)} that were throttled`,
  );
  for (const [operation, count] of calls) console.log(`    ${operation.padEnd(42)}${count}`);
  console.log(`  ${ratio.toFixed(3)} times the ideal of ${duration(idealMs)}`);
  return [
    ...(ratio <= maxRatio ? [] : [`it takes more than ${maxRatio} times the ideal`]),
    ...(total <= maxCalls * repositories ? [] : [`it takes more than ${maxCalls} calls a repository`]),
  ];
}

/**
 * US dollars in us-east-1, by the price lists of Lambda (arm64, 512 MB), Step Functions (Express children of 64 MB, one
 * transition of the parent for each), S3 and DynamoDB on demand (https://aws.amazon.com/pricing/); ECR's calls are free.
 */
function cost(
  { claims: { units }, objects: { calls }, batchesMs }: Fleet,
  figures: ReadonlyMap<string, StepFigures>,
  batches: number,
): void {
  const steps = ['list', 'evidence', 'summary'].reduce(
    (sum, step) => sum + (figures.get(step)?.milliseconds ?? 0),
    0,
  );
  const seconds = (batchesMs() + steps) / 1000;
  const of = (...names: readonly string[]) =>
    [...calls].reduce((sum, [name, count]) => sum + (names.includes(name) ? count : 0), 0);
  const parts = {
    Lambda: seconds * 0.5 * 0.0000133334 + batches * 0.0000002,
    'Step Functions': batches * (0.000001 + 0.000025) + (batchesMs() / 1000) * (64 / 1024) * 0.00001667,
    S3: of('put', 'writer', 'list') * 0.000005 + of('get', 'getRange', 'lines') * 0.0000004,
    DynamoDB: units.writes * 0.000000625 + units.reads * 0.000000125,
  };
  const sum = Object.values(parts).reduce((total, part) => total + part, 0);
  const texts = Object.entries(parts).map(([name, part]) => `${name} ${part.toFixed(3)}`);
  console.log(`  $${sum.toFixed(2)} for this sweep: ${texts.join(', ')}`);
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MB`;
}

function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 120 ? `${seconds.toFixed(1)} s` : `${(seconds / 60).toFixed(1)} min`;
}
