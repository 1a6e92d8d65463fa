import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { showCount, showSteps } from '../../../cli/progress.mjs';

/** A stream that is a terminal, or is none, and the text that is written to it. */
function screen(isTTY: boolean, columns = 100) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns });
  const pieces: string[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece.toString()));
  return { stream, written: () => pieces.join('') };
}

/** What is drawn on a stream that is a terminal, or is none. */
function drawn(isTTY: boolean): string {
  const { stream, written } = screen(isTTY);
  const progress = showCount(stream, 'repositories');
  progress.update(0, 10);
  progress.update(4, 10);
  progress.update(5, 9);
  progress.end();
  return written();
}

describe('the progress of an audit', () => {
  test('is a bar with the count and the time left, on a terminal', () => {
    expect(drawn(true)).toMatch(/0 of 10 repositories, \S+ left/);
  });

  test.each([100, 60, 30])('is one line on a terminal of %i columns', (columns) => {
    const { stream, written } = screen(true, columns);
    const progress = showCount(stream, 'repositories swept');
    progress.update(9_999, 100_000);
    progress.end();
    const [line = ''] = written()
      .split('\u001b[2K')
      .filter((each) => each.includes('of'));
    expect(line).toContain('9999 of 100000 repositories');
    expect(line.replace('\r', '').length).toBeLessThan(columns);
  });

  test('is nothing where nobody watches', () => {
    expect(drawn(false)).toBe('');
  });
});

describe('the steps of set-up and of npm start', () => {
  const run = async (isTTY: boolean) => {
    const { stream, written } = screen(isTTY);
    const steps = showSteps(stream);
    await Promise.allSettled([
      steps.step('packages', Promise.resolve()),
      steps.step('Python', Promise.reject(new Error('no'))),
    ]);
    steps.report('Done.');
    return written();
  };

  test('each have a line with its result and time', async () => {
    expect(await run(false)).toMatch(/^ {2}✓ packages +\d+\.\d s\n {2}✗ Python +\d+\.\d s\nDone\.\n$/);
  });

  test('share a line that is drawn while they run, on a terminal', async () => {
    const text = await run(true);
    expect(text).toMatch(/⠋ packages +\d+\.\d s/);
    // What is left of that line is erased before the next one.
    const lines = text.split('\n').map((line) => line.split('\u001b[2K').at(-1));
    expect(lines).toEqual([
      expect.stringMatching(/^ {2}✓ packages /),
      expect.stringMatching(/^ {2}✗ Python /),
      'Done.',
      '',
    ]);
  });
});
