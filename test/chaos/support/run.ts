/** Runs many histories, several at once, since most of their time they wait. */
import type { History } from './history.ts';

export interface Ran {
  readonly count: number;
  /** The first of the seeds, which follow each other. */
  readonly seed: number;
  /** What was wrong, a history each, with all that happened in it. */
  readonly problems: readonly string[];
  /** How often a known limit showed, by its name. */
  readonly limits: Readonly<Record<string, number>>;
  readonly requests: number;
}

const atOnce = 500;
/** The same seeds where CI is set, so that a build fails for a change of the code; new ones everywhere else. */
const seedOfBuilds = 1_855_205_448;

export async function runHistories(
  byDefault: number,
  run: (seed: number) => Promise<Pick<History, 'problems' | 'limits' | 'trace' | 'requests'>>,
): Promise<Ran> {
  const { CHAOS_HISTORIES = byDefault, CHAOS_SEED, CI } = process.env;
  const count = Number(CHAOS_HISTORIES);
  const seed = Number(CHAOS_SEED ?? (CI ? seedOfBuilds : Math.floor(Math.random() * 2 ** 31)));
  const problems: string[] = [];
  const limits: Record<string, number> = {};
  let requests = 0;
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const own = seed + next;
      next += 1;
      const history = await run(own);
      requests += history.requests;
      for (const limit of history.limits) limits[limit] = (limits[limit] ?? 0) + 1;
      if (history.problems.length > 0)
        problems.push([`CHAOS_SEED=${own}`, ...new Set(history.problems), ...history.trace].join('\n'));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { count, seed, problems, limits, requests };
}
