import { expect, test } from '@jest/globals';
import { race } from './support/races.ts';
import { runHistories } from './support/run.ts';

test('requests at the same time, twice delivered, some of which die', async () => {
  const { count, seed, problems, limits, requests } = await runHistories(2_000, race);
  console.log(
    `${count} races from seed ${seed}, ${requests} requests: ${problems.length} deviations`,
    limits,
  );
  expect(problems).toEqual([]);
}, 1_800_000);
