/**
 * One `Custom::EcrSettings` over 1,000 repositories with 25 ms latency of every call, claims and authentication included,
 * beside Cloud Custodian, which writes the same three settings: without and with the preview of what the lifecycle policy
 * would expire, again where nothing has changed, and how it grows. With `--largest` also over 5,000.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFunction } from './bundles.ts';
import { type FleetStub, type Run, runCustodian, runSettings, startFleetStub } from './fleet-run.ts';
import { median, reportCheck, reportFigure, reportGrowth, reportRatio } from './rows.ts';
import type { StubCounts } from './stub-process.ts';

const repositories = 1_000;
const latencyMs = 25;
const rounds = 3;
const maxAtOnce = 64;
const maxCallsEach = 5.2;
const previewCallsEach = 2;
const unchangedAtOnce = 32;
const sizes = [100, 300, repositories, ...(process.argv.includes('--largest') ? [5_000] : [])];

const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
const runs: Record<'plain' | 'previewed' | 'unchanged', Run[]> = { plain: [], previewed: [], unchanged: [] };
const custodian: number[] = [];
const problems = new Set<string>();
const grown: { readonly size: number; readonly milliseconds: number }[] = [];
try {
  const bundle = await buildFunction('SettingsFunction', folder);
  for (let round = 0; round < rounds; round += 1) await takeTurns(bundle, round);
  for (const size of sizes) grown.push(await grow(bundle, size));
} finally {
  rmSync(folder, { recursive: true });
}
report();

/** One round of each; one of Cloud Custodian, which takes two minutes, in the middle. */
async function takeTurns(bundle: string, round: number): Promise<void> {
  await withStub(repositories, async (stub) => {
    runs.plain.push(await runSettings(bundle, stub, { isPreviewed: false }));
    const first = await stub.counts();
    check('three settings', first, { repositories, responses: 1, each: maxCallsEach });
    runs.unchanged.push(await runSettings(bundle, stub, { isPreviewed: false, request: 'two' }));
    const again = callsOf(await stub.counts()) - callsOf(first);
    if (again !== Math.ceil(repositories / 1_000) + repositories) problems.add(`unchanged: ${again} calls`);
  });
  await withStub(repositories, async (stub) => {
    runs.previewed.push(await runSettings(bundle, stub, { isPreviewed: true }));
    const each = maxCallsEach + previewCallsEach;
    check('with the preview', await stub.counts(), { repositories, responses: 1, each });
  });
  if (round !== Math.floor(rounds / 2)) return;
  await withStub(repositories, async (stub) => {
    custodian.push((await runCustodian(stub)).seconds);
    check('Cloud Custodian', await stub.counts(), { repositories, responses: 0, each: maxCallsEach });
  });
}

/** The shortest of a few, since what else the machine does only lengthens them. */
async function grow(bundle: string, size: number) {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1)
    await withStub(size, async (stub) => {
      times.push((await runSettings(bundle, stub, { isPreviewed: false })).handlerSeconds * 1000);
      check(`${size} repositories`, await stub.counts(), { repositories: size, responses: 1, each: 6 });
    });
  return { size, milliseconds: Math.min(...times) };
}

async function withStub(size: number, work: (stub: FleetStub) => Promise<void>): Promise<void> {
  const stub = await startFleetStub({ repositories: size, imagesEach: 0, latencyMs });
  try {
    await work(stub);
  } finally {
    stub.stop();
  }
}

function callsOf({ calls }: StubCounts): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

/** What a run must come to, besides being fast. */
function check(
  title: string,
  counts: StubCounts,
  expected: { readonly repositories: number; readonly responses: number; readonly each: number },
): void {
  const { done, answers, mostAtOnce } = counts;
  const succeeded = answers.filter((answer) => answer.includes('"Status":"SUCCESS"')).length;
  const calls = callsOf(counts);
  if (done !== expected.repositories) problems.add(`${title}: ${done} repositories done`);
  if (succeeded !== expected.responses || answers.length !== expected.responses)
    problems.add(`${title}: responses ${answers}`);
  if (calls > expected.each * expected.repositories) problems.add(`${title}: ${calls} calls`);
  if (mostAtOnce > maxAtOnce) problems.add(`${title}: ${mostAtOnce} calls at once`);
  for (const problem of counts.problems) problems.add(`${title}: ${problem}`);
}

function report(): void {
  const peer = median(custodian);
  const seconds = (which: keyof typeof runs) => median(runs[which].map((run) => run.seconds));
  const against = 'Cloud Custodian, how many times as fast';
  const title = `Custom::EcrSettings, ${repositories.toLocaleString('en')} repositories`;
  reportRatio({ what: title, against, ratio: peer / seconds('plain'), atLeast: 30 });
  const previewed = `${title}, with the preview of what would expire`;
  reportRatio({ what: previewed, against, ratio: peer / seconds('previewed'), atLeast: 20 });
  const limit = (repositories * latencyMs) / unchangedAtOnce / 1000;
  reportRatio({
    what: `${title}, unchanged`,
    against: `the latency of its calls, ${unchangedAtOnce} at once`,
    ratio: median(runs.unchanged.map((run) => run.handlerSeconds)) / limit,
    atMost: 1.2,
  });
  const cpuMs = median(runs.plain.map((run) => run.cpuSeconds)) * 1000;
  reportFigure({ what: title, against: 'processor time, each', figure: cpuMs / repositories, unit: 'ms' });
  reportCheck('all done and verified, with as few calls and at most 64 at once', [...problems]);
  reportGrowth('Custom::EcrSettings', 'repositories', grown);
}
