/**
 * `ecr-hardening audit` of up to 10,000 repositories against a stub with 25 ms latency: the calls counted, none lost where it
 * throttles, how long it takes against the same calls one after the other (their latency alone), and how it grows. With
 * `--largest`, of 100,000 repositories too.
 */
import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../local/paths.ts';
import { type Grown, reportCheck, reportFigure, reportGrowth, reportRatio } from './rows.ts';
import type { StubCounts } from './stub-process.ts';
import type { StubOptions } from './stub-registry.ts';

execFileSync(process.execPath, [join(projectRoot, 'tools', 'build-cli.mjs')]);
const bin = join(projectRoot, 'dist', 'ecr-hardening.cjs');
const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-'));
const environment = {
  ...process.env,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};
// Preloaded, it tells the peak of the process's memory at its end.
const peakFile = join(folder, 'peak.cjs');
writeFileSync(
  peakFile,
  'process.on("exit", () => console.error(`peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MB`));',
);
const latencyMs = 25;
const maxMegabytes = 400;
const sizes = [100, 1_000, 10_000, ...(process.argv.includes('--largest') ? [100_000] : [])];
// One or a few of each service that runs images, which the stub does not know.
const usageCalls = 20;

const grown: Grown[] = [];

try {
  for (const run of [
    ...sizes.map((repositories) => ({
      title: `${repositories.toLocaleString('en')} repositories`,
      repositories,
      imagesEach: 20,
    })),
    {
      title: '500, throttled',
      repositories: 500,
      imagesEach: 20,
      limits: { DescribeImages: 60, GetLifecyclePolicy: 60 },
    },
  ])
    await measure(run.title, { ...run, latencyMs });
  // The last one is throttled.
  reportGrowth('audit', 'repositories', grown.slice(0, -1));
} finally {
  rmSync(folder, { recursive: true });
}

/** What an audit came to. */
interface AuditRun {
  readonly seconds: number;
  readonly counts: StubCounts;
  readonly megabytes: number;
  /** The report's file. */
  readonly output: string;
}

async function measure(title: string, options: StubOptions): Promise<void> {
  const stub = fork(join(projectRoot, 'bench', 'stub-process.ts'), [JSON.stringify(options)]);
  const [{ url }] = await once(stub, 'message');
  const output = join(folder, 'audit.json');
  const begun = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      '--max-old-space-size=256',
      '-r',
      peakFile,
      bin,
      'audit',
      '--endpoint-url',
      url,
      '--format',
      'json',
      '-o',
      output,
    ],
    { env: environment, encoding: 'utf8' },
  );
  const seconds = (performance.now() - begun) / 1000;
  if (status !== 0) throw new Error(`audit ended with ${status}: ${stderr}`);
  const counts = await countsOf(stub);
  stub.disconnect();
  grown.push({ size: options.repositories, milliseconds: seconds * 1000 });
  report(title, options, { seconds, counts, megabytes: Number(/peak (\d+) MB/.exec(stderr)?.[1]), output });
}

function report(title: string, options: StubOptions, { seconds, counts, megabytes, output }: AuditRun): void {
  const what = `audit, ${title}`;
  const { repositories, summary } = JSON.parse(readFileSync(output, 'utf8'));
  const total = Object.values(counts.calls).reduce((sum, count) => sum + count, 0);
  reportRatio({
    what,
    against: 'its calls one after the other, how many times as fast',
    ratio: (total * latencyMs) / 1000 / seconds,
    // Of a few, most of the time is the start of the command.
    ...(options.repositories < 1_000 ? {} : { atLeast: 5 }),
  });
  const against = 'memory at its peak';
  reportFigure({ what, against, figure: megabytes, unit: 'MB', atMost: maxMegabytes });
  const made = total - counts.throttled;
  reportCheck(`${what}: none lost, as few calls as there can be`, [
    ...(repositories.length === options.repositories ? [] : [`${repositories.length} read`]),
    ...(summary.unknown.every(isExpected) ? [] : [JSON.stringify(summary.unknown)]),
    ...(made <= maxCalls(options) ? [] : [`${made} calls`]),
    ...counts.problems,
  ]);
}

/** The fewest there are: three for each repository, four in a registry of up to 500 (its stack), and the bulk reads. */
function maxCalls({ repositories }: StubOptions): number {
  const each = repositories <= 500 ? 4 : 3;
  return repositories * each + Math.ceil(repositories / 1000) + Math.ceil(repositories / 25) + 5 + usageCalls;
}

/** The stub has no CloudTrail, and of many repositories their stacks are not asked for one by one. */
function isExpected({ reason }: { readonly reason: string }): boolean {
  return reason.includes('CloudTrail') || reason.startsWith('there are too many repositories');
}

async function countsOf(stub: ChildProcess): Promise<StubCounts> {
  stub.send('counts');
  const [counts] = await once(stub, 'message');
  return counts;
}
