import { describe, expect, test } from '@jest/globals';
import { pages } from '../../../aws/pages.ts';

interface Page {
  readonly entries: readonly number[];
  readonly next?: string;
}

const service = (all: readonly Page[]) => {
  const asked: (string | undefined)[] = [];
  const read = async (token: string | undefined): Promise<Page> => {
    asked.push(token);
    return all[Number(token ?? 0)] ?? { entries: [] };
  };
  return { asked, read };
};
const collect = async (read: (token: string | undefined) => Promise<Page>) => {
  const found: number[] = [];
  for await (const { entries } of pages(read, ({ next }) => next)) found.push(...entries);
  return found;
};

describe('the pages of an operation', () => {
  test('are all read, each with the token of the one before it', async () => {
    const { asked, read } = service([
      { entries: [1, 2], next: '1' },
      { entries: [], next: '2' },
      { entries: [3] },
    ]);
    expect(await collect(read)).toEqual([1, 2, 3]);
    expect(asked).toEqual([undefined, '1', '2']);
  });

  test('end with an empty token too', async () => {
    const { asked, read } = service([{ entries: [1], next: '' }]);
    expect(await collect(read)).toEqual([1]);
    expect(asked).toHaveLength(1);
  });

  test('are asked for only as long as they are needed', async () => {
    const { asked, read } = service([{ entries: [1], next: '1' }, { entries: [2] }]);
    for await (const { entries } of pages(read, ({ next }) => next)) if (entries.includes(1)) break;
    expect(asked).toHaveLength(1);
  });
});
