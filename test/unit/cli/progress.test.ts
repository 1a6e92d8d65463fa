import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { showCount } from '../../../cli/progress.mjs';

/** What is drawn on a stream that is a terminal, or is none. */
function drawn(isTTY: boolean): string {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 100 });
  const pieces: string[] = [];
  stream.on('data', (piece: Buffer) => pieces.push(piece.toString()));
  // A terminal's stream as far as the bar uses it.
  const progress = showCount(stream as unknown as NodeJS.WriteStream, 'repositories');
  progress.update(0, 10);
  progress.update(4, 10);
  progress.update(5, 9);
  progress.end();
  return pieces.join('');
}

describe('the progress of an audit', () => {
  test('is a bar with the count and the time left, on a terminal', () => {
    expect(drawn(true)).toMatch(/0 of 10 repositories, \S+ left/);
  });

  test('is nothing where nobody watches', () => {
    expect(drawn(false)).toBe('');
  });
});
