import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Bench, startBench } from './support/bench.ts';
import { modelOf } from './support/model.ts';
import { commands, states } from './support/model-commands.ts';
import { keys } from './support/model-wishes.ts';
import { realOf } from './support/model-world.ts';

let bench: Bench;

beforeAll(async () => {
  bench = await startBench();
  bench.server.registry.previewLooks = 0;
});

afterAll(() => bench.stop());

/** The same sequences each time; for a search among others: PROPERTY_RUNS=2000. */
const search = process.env.PROPERTY_RUNS;
const parameters = search === undefined ? { numRuns: 80, seed: 20_261_125 } : { numRuns: Number(search) };

describe('the life of resources', () => {
  test('is as documented, whatever happens in whatever order', async () => {
    const seen = new Map<string, number>();
    let count = 0;
    const world = fc.record({
      before: fc.tuple(states, states, states),
      mutableTags: fc.constantFrom('', 'latest'),
    });
    await fc.assert(
      fc.asyncProperty(
        world,
        fc.commands(commands, { maxCommands: 30, size: 'max' }),
        async (given, steps) => {
          count += 1;
          const real = realOf(bench, `model-${count}`);
          keys.forEach((key, index) => {
            const state = given.before[index];
            if (state !== undefined) real.put(key, state);
          });
          process.env.MutableTags = given.mutableTags;
          process.env.AllowWeakening = 'false';
          const model = modelOf(given.mutableTags === '' ? [] : [given.mutableTags], seen);
          try {
            await fc.asyncModelRun(() => ({ model, real }), steps);
          } catch (error) {
            throw new Error(`${error instanceof Error ? error.message : error}\n${model.trace.join('\n')}`);
          } finally {
            for (const key of keys) real.remove(key);
          }
        },
      ),
      parameters,
    );
    // Not only sequences in which nothing happens.
    expect(seen.size).toBeGreaterThan(10);
  }, 3_600_000);
});
