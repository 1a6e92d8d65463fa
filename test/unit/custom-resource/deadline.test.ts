import { afterEach, describe, expect, test } from '@jest/globals';
import { type Deadline, deadlineIn, OutOfTime, readUntil, retryUntil } from '../../../aws/deadline.ts';

let deadline: Deadline | undefined;
const within = (milliseconds: number): Deadline => {
  deadline = deadlineIn(milliseconds);
  return deadline;
};
afterEach(() => deadline?.dispose());

const always = () => true;

describe('an attempt that is repeated', () => {
  test('is not waited for when it hears no signal, even to the last', async () => {
    let attempts = 0;
    const deaf = () => {
      attempts += 1;
      return new Promise<never>(() => {});
    };
    const outcome = retryUntil(deaf, {
      deadline: within(1_500),
      attemptMs: 10_000,
      isTransient: () => false,
    });
    await expect(outcome).rejects.toBeInstanceOf(OutOfTime);
    expect(attempts).toBeGreaterThan(1);
  });

  test('ends in what it failed with last, when the time is over', async () => {
    const failing = async () => {
      throw new Error('status 503');
    };
    const outcome = retryUntil(failing, { deadline: within(1_500), attemptMs: 500, isTransient: always });
    await expect(outcome).rejects.toMatchObject({ name: 'OutOfTime', cause: { message: 'status 503' } });
  });

  test('that began too late to get a response does not hide what an earlier one failed with', async () => {
    let attempts = 0;
    const refusedOnce = async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('connection refused');
      await new Promise<never>(() => {});
    };
    const last = async (milliseconds: number) => {
      attempts = 0;
      const options = { deadline: within(milliseconds), attemptMs: 10_000, isTransient: always };
      return await retryUntil(refusedOnce, options).catch(({ cause }) => cause);
    };
    expect(await last(1_500)).toMatchObject({ message: 'connection refused' });
    expect(attempts).toBeGreaterThan(1);
    // One that had a second says that there was no response.
    expect(await last(3_000)).toMatchObject({ name: 'TimeoutError' });
  });

  test('does not begin when the time is over', async () => {
    const over = within(0);
    await new Promise((resolve) => setTimeout(resolve, 10));
    let attempts = 0;
    const count = async () => {
      attempts += 1;
    };
    await expect(
      retryUntil(count, { deadline: over, attemptMs: 100, isTransient: always }),
    ).rejects.toBeInstanceOf(OutOfTime);
    expect(attempts).toBe(0);
  });

  test('ends at once in what does not pass, also when it throws before it waits', async () => {
    let attempts = 0;
    const throwing = () => {
      attempts += 1;
      throw new Error('denied');
    };
    await expect(
      retryUntil(throwing, { deadline: within(1_000), attemptMs: 100, isTransient: () => false }),
    ).rejects.toThrow('denied');
    expect(attempts).toBe(1);
  });

  test('is told to end when it takes too long, and tried again', async () => {
    const ended: boolean[] = [];
    const slowAtFirst = (signal: AbortSignal) =>
      ended.length > 0
        ? Promise.resolve('answer')
        : new Promise<never>((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              ended.push(signal.aborted);
              reject(new Error('aborted'));
            });
          });
    const outcome = retryUntil(slowAtFirst, {
      deadline: within(5_000),
      attemptMs: 50,
      isTransient: () => false,
    });
    await expect(outcome).resolves.toBe('answer');
    expect(ended).toEqual([true]);
  });
});

describe('reading until what is read is as expected', () => {
  test('gives what was read last when it never is', async () => {
    let reads = 0;
    const read = async () => {
      reads += 1;
      return reads;
    };
    expect(await readUntil(read, (value) => value < 0, within(3_000))).toBe(reads);
    expect(reads).toBeGreaterThan(1);
  });

  test('does not believe what took longer to read than a change may take to show: the reading began before', async () => {
    let reads = 0;
    const read = async () => {
      reads += 1;
      const value = reads === 1 ? 'old' : 'new';
      await new Promise((resolve) => setTimeout(resolve, 100));
      return value;
    };
    expect(await readUntil(read, () => false, within(10_000), 50)).toBe('new');
  });

  test('ends with the time', async () => {
    const over = within(0);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(
      await readUntil(
        async () => 'old',
        () => false,
        over,
      ),
    ).toBe('old');
  });
});
