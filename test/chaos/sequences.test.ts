import { expect, test } from '@jest/globals';
import { historyOf, settle, step } from './support/history.ts';
import { runHistories } from './support/run.ts';

/** Seeds are new each time, but for builds; CHAOS_SEED repeats a run, CHAOS_HISTORIES sets how many. */
test('histories of stacks whose functions die, lose answers, are denied and come twice', async () => {
  const { count, seed, problems, limits, requests } = await runHistories(8_000, async (each) => {
    const history = historyOf(each);
    for (let steps = 4 + Math.floor(history.random() * 7); steps > 0; steps -= 1) await step(history);
    await settle(history);
    return history;
  });
  console.log(
    `${count} histories from seed ${seed}, ${requests} requests: ${problems.length} deviations`,
    limits,
  );
  expect(problems).toEqual([]);
}, 1_800_000);
