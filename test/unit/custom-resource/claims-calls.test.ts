import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Bench, type Outcome, startBench } from './support/bench.ts';
import { type Settings, unsafe } from './support/registry.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
  process.env.AllowExpiringImagesInUse = 'true';
});

afterAll(() => bench.stop());

const repositories = 250;
const fleet: Record<string, Settings> = Object.fromEntries(
  Array.from({ length: repositories }, (_, index) => [`r${index}`, unsafe]),
);
const pages = Math.ceil(repositories / 1_000);
const batches = Math.ceil(repositories / 100);
const LifecyclePolicyText = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
});
/** Without a preview, which has calls of its own. */
const lifecycle = { LifecyclePolicy: { LifecyclePolicyText }, ProtectPulledWithinDays: '0' };

/** How many calls reached ECR, and how many the table: of many records, and of one, as the question whether to stop. */
function callsOf({ calls }: Outcome) {
  const ofTable = calls.filter(({ step }) => /claim/.test(step));
  const many = ofTable.filter(({ names }) => names.length > 1);
  const number = (step: string) => many.filter((call) => call.step === step).length;
  return {
    ecr: calls.length - ofTable.length,
    reads: number('read claims'),
    writes: number('write claims'),
    single: ofTable.length - many.length,
  };
}

describe.each<[string, object, number]>([
  ['tag mutability and scanning', {}, 0],
  ['a lifecycle policy as well', lifecycle, repositories],
])('the calls for 250 repositories, with %s', (what, more, perLifecyclePolicy) => {
  const LogicalResourceId = `Fleet${what.replaceAll(/\W/g, '')}`;
  const run = {
    properties: (prefix: string) => ({ RepositoryName: `${prefix}/*`, ...more }),
    event: { LogicalResourceId },
    remainingMs: 240_000,
  };
  let first: Outcome;

  test('a first run: every setting is written once, and read back in bulk', async () => {
    first = await bench.run({ ...run, others: fleet });
    expect(first.answer).toMatchObject({ Status: 'SUCCESS', Data: { Changed: '250' } });
    const { ecr, reads, writes, single } = callsOf(first);
    // At most 2 pages and 5.2 calls a repository; 2.2 where no lifecycle policy is read, written and read back.
    expect(ecr).toBeLessThanOrEqual(2 * pages + (more === lifecycle ? 5.2 : 2.2) * repositories);
    expect({ reads, writes }).toEqual({ reads: batches, writes: 2 * batches });
    // Whether to stop: at the start, before the first write, and then every second.
    expect(single).toBeLessThan(10);
  }, 240_000);

  test('an unchanged run: one reading, and no write', async () => {
    const { repository } = first;
    const again = await bench.run({ ...run, repository });
    expect(again.answer).toMatchObject({ Status: 'SUCCESS', Data: { Changed: '0', Unchanged: '250' } });
    const { ecr, reads, writes, single } = callsOf(again);
    expect(ecr).toBe(pages + perLifecyclePolicy);
    // Read again before it succeeds, since no lease kept others away.
    expect({ reads, writes }).toEqual({ reads: 2 * batches, writes: 0 });
    expect(single).toBeLessThan(10);
  }, 240_000);

  test('a Delete that retains: none of ECR', async () => {
    const { repository, answer } = first;
    const left = await bench.run({
      ...run,
      sample: 'delete',
      repository,
      event: { LogicalResourceId, PhysicalResourceId: answer?.PhysicalResourceId },
    });
    expect(left.answer).toMatchObject({ Status: 'SUCCESS' });
    const { ecr, reads, writes, single } = callsOf(left);
    expect({ ecr, reads, writes }).toEqual({ ecr: 0, reads: 0, writes: batches });
    expect(single).toBeLessThan(10);
  }, 240_000);
});
