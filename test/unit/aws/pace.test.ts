import { describe, expect, test } from '@jest/globals';
import { type Pace, startPace } from '../../../aws/pace.ts';
import { gatekeeper } from '../custom-resource/support/token-bucket.ts';
import { startVirtualClock, type VirtualClock } from './support/virtual-clock.ts';

/** A service that throttles, the workers that call it, and how it is asked. */
interface Load {
  readonly calls: number;
  readonly atOnce?: number;
  readonly latencyMs?: number;
  /** Whether a call passes. */
  readonly mayPass: () => boolean;
}

interface RatedLoad extends Omit<Load, 'mayPass'> {
  readonly perSecond: number;
}

const noSignal = new AbortController().signal;

/** Makes the calls, each until it is answered; the answer is how many were throttled. */
async function work(
  pace: Pace,
  clock: VirtualClock,
  { calls, atOnce = 32, latencyMs = 25, mayPass }: Load,
): Promise<number> {
  let left = calls;
  let throttled = 0;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      for (;;) {
        await pace.turn(noSignal);
        const begunAt = clock.now();
        await clock.sleep(latencyMs / 2);
        const isPassing = mayPass();
        await clock.sleep(latencyMs / 2);
        pace.record(isPassing ? 'responded' : 'throttled', begunAt);
        if (isPassing) break;
        throttled += 1;
      }
    }
  };
  const all = Promise.all(Array.from({ length: atOnce }, worker));
  await clock.run();
  await all;
  return throttled;
}

const bucketOf = (clock: VirtualClock, perSecond: number) => {
  const mayPass = gatekeeper(new Map([['it', perSecond]]), clock.now);
  return () => mayPass('it');
};
const seconds = (clock: VirtualClock) => clock.now() / 1000;

describe('the pace of an operation', () => {
  test.each<RatedLoad>([
    { perSecond: 20, calls: 200, latencyMs: 25 },
    { perSecond: 20, calls: 400, latencyMs: 25 },
    { perSecond: 20, calls: 400, latencyMs: 25, atOnce: 64 },
    { perSecond: 20, calls: 400, latencyMs: 500 },
    { perSecond: 20, calls: 400, latencyMs: 1000 },
    { perSecond: 2, calls: 60, latencyMs: 25 },
    { perSecond: 5, calls: 200, latencyMs: 100 },
    { perSecond: 5, calls: 200, latencyMs: 100, atOnce: 64 },
    { perSecond: 100, calls: 2000, latencyMs: 25 },
    { perSecond: 300, calls: 3000, latencyMs: 25 },
    { perSecond: 300, calls: 3000, latencyMs: 25, atOnce: 64 },
  ])('comes to a rate of $perSecond a second ($calls calls, $latencyMs ms)', async (load: RatedLoad) => {
    const clock = startVirtualClock();
    const { perSecond, calls, atOnce = 32 } = load;
    const throttled = await work(startPace(clock), clock, { ...load, mayPass: bucketOf(clock, perSecond) });
    expect(seconds(clock)).toBeLessThan((calls / perSecond) * 1.1);
    // Those that were on their way before any pace was known, and one in six.
    expect(throttled).toBeLessThan(2 * atOnce + calls / 6);
  });

  test('is not known before anything was throttled', async () => {
    const clock = startVirtualClock();
    const pace = startPace(clock);
    await work(pace, clock, { calls: 1000, mayPass: () => true });
    expect(pace.perSecond()).toBeUndefined();
    expect(seconds(clock)).toBeLessThan(1);
  });

  test('holds a service that lets through a burst and then little', async () => {
    const clock = startVirtualClock();
    let burst = 200;
    const mayPassLater = bucketOf(clock, 20);
    const mayPass = () => burst-- > 0 || mayPassLater();
    await work(startPace(clock), clock, { calls: 600, mayPass });
    expect(seconds(clock)).toBeLessThan((400 / 20) * 1.1);
  });

  test('loses no more than a fifth where nothing may pass at once', async () => {
    const clock = startVirtualClock();
    let nextAt = 0;
    const mayPass = () => {
      if (clock.now() < nextAt) return false;
      nextAt = clock.now() + 50;
      return true;
    };
    await work(startPace(clock), clock, { calls: 400, mayPass });
    expect(seconds(clock)).toBeLessThan((400 / 20) * 1.25);
  });

  test('recovers when others have used the rate for a while', async () => {
    const clock = startVirtualClock();
    const pace = startPace(clock);
    const mayPass = bucketOf(clock, 20);
    await work(pace, clock, { calls: 200, mayPass });
    const untilMs = clock.now() + 5_000;
    await work(pace, clock, { calls: 20, mayPass: () => clock.now() > untilMs });
    expect(pace.perSecond()).toBeLessThan(10);
    const begun = seconds(clock);
    await work(pace, clock, { calls: 400, mayPass });
    expect(seconds(clock) - begun).toBeLessThan((400 / 20) * 1.3);
  });

  test('begins no burst after a rest', async () => {
    const clock = startVirtualClock();
    const pace = startPace(clock);
    await work(pace, clock, { calls: 100, mayPass: bucketOf(clock, 20) });
    clock.after(60_000, () => {});
    await clock.run();
    const begun: number[] = [];
    const turns = Array.from({ length: 20 }, async () => {
      await pace.turn(noSignal);
      begun.push(clock.now());
    });
    await clock.run();
    await Promise.all(turns);
    const first = begun[0] ?? 0;
    expect(begun.filter((at) => at < first + 200).length).toBeLessThanOrEqual(7);
  });

  test('is measured over the last seconds, not since the beginning', async () => {
    const clock = startVirtualClock();
    const pace = startPace(clock);
    await work(pace, clock, { calls: 10, mayPass: () => true });
    clock.after(600_000, () => {});
    await clock.run();
    const begun = seconds(clock);
    const perSecond = 200;
    await work(pace, clock, { calls: 2000, mayPass: bucketOf(clock, perSecond) });
    expect(seconds(clock) - begun).toBeLessThan((2000 / perSecond) * 1.1);
  });

  test('is not ruined by a service that throttles one call in twenty at any pace', async () => {
    const clock = startVirtualClock();
    let call = 0;
    await work(startPace(clock), clock, { calls: 6000, mayPass: () => ++call % 20 !== 0 });
    expect(seconds(clock)).toBeLessThan(60);
  });
});

/** Random numbers from 0 to 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
const seeds = Array.from({ length: 20 }, (_, index) => 7 * index + 1);

describe('the pace of an operation that is throttled by chance', () => {
  /** The time of every seed, against that of a service that throttles none, the longest last. */
  const ratios = async (share: number, calls: number, perSecond?: number) => {
    const all: number[] = [];
    for (const seed of seeds) {
      const clock = startVirtualClock();
      const random = randomOf(seed);
      const isInLimit = perSecond === undefined ? () => true : bucketOf(clock, perSecond);
      await work(startPace(clock), clock, { calls, mayPass: () => random() >= share && isInLimit() });
      const ideal = perSecond === undefined ? (calls * 25) / 32 / 1000 : calls / perSecond;
      all.push(seconds(clock) / ideal);
    }
    return all.toSorted((one, other) => one - other);
  };

  test('stays what it is: 5 % cost less than a fifth', async () => {
    expect((await ratios(0.05, 3000)).at(-1)).toBeLessThan(1 / 0.8);
  });

  test('does not collapse at 20 %, whose calls are made again', async () => {
    const all = await ratios(0.2, 3000);
    expect(all[10]).toBeLessThan(1.3);
    expect(all.at(-1)).toBeLessThan(2);
  });

  test.each([
    { share: 0.05, perSecond: 20, calls: 400, most: 1.2 },
    { share: 0.05, perSecond: 100, calls: 2000, most: 1.2 },
    { share: 0.2, perSecond: 100, calls: 4000, most: 1.4 },
  ])('comes to a limit of $perSecond a second beside $share by chance', async (load) => {
    const { share, perSecond, calls, most } = load;
    expect((await ratios(share, calls, perSecond)).at(-1)).toBeLessThan(most);
  });
});

describe('who waits for a turn', () => {
  const limited = (clock: VirtualClock) => {
    const pace = startPace(clock);
    pace.record('throttled', clock.now());
    return pace;
  };

  test('gets it in the order of asking', async () => {
    const clock = startVirtualClock();
    const pace = limited(clock);
    const order: number[] = [];
    for (const number of [1, 2, 3]) void pace.turn(noSignal).then(() => order.push(number));
    await clock.run();
    expect(order).toEqual([1, 2, 3]);
  });

  test('gives it up at the signal, and keeps nobody else from theirs', async () => {
    const clock = startVirtualClock();
    const pace = limited(clock);
    const stop = new AbortController();
    const givenUp = pace.turn(stop.signal);
    const other = pace.turn(noSignal);
    stop.abort(new Error('the time is over'));
    await expect(givenUp).rejects.toThrow('the time is over');
    await clock.run();
    await expect(other).resolves.toBeUndefined();
    await expect(pace.turn(stop.signal)).rejects.toThrow('the time is over');
  });

  test('waits longer where the pace is cut meanwhile', async () => {
    const clock = startVirtualClock();
    const pace = limited(clock);
    const turns = Array.from({ length: 10 }, () => pace.turn(noSignal));
    await clock.run(10);
    for (let times = 0; times < 20; times += 1) pace.record('throttled', clock.now());
    expect(pace.perSecond()).toBeLessThan(3);
    await clock.run();
    await Promise.all(turns);
    expect(seconds(clock)).toBeGreaterThan(3);
  });
});
