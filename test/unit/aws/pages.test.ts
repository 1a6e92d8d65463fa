import { describe, expect, test } from '@jest/globals';
import { AwsCallError } from '../../../aws/call-error.ts';
import { pages, RepeatedPageToken, startEntries } from '../../../aws/pages.ts';

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

  const errorOf = (name: string, message: string) => Object.assign(new Error(message), { name });
  test.each([
    errorOf('PaginationTokenExpiredException', 'it has expired'),
    errorOf('InvalidNextTokenException', 'it is not valid'),
    errorOf('InvalidParameterException', "Invalid parameter at 'nextToken' failed to satisfy constraint"),
    new AwsCallError('DescribeRepositories', undefined, errorOf('ValidationException', 'Token has expired')),
  ])('begin again where a token has expired: %s', async (error) => {
    let failures = 2;
    const { read } = service([{ entries: [1, 2], next: '1' }, { entries: [3], next: '2' }, { entries: [4] }]);
    const failing = async (token: string | undefined) => {
      if (token === '2' && failures-- > 0) throw error;
      return read(token);
    };
    const entries = startEntries<number>(String);
    for await (const page of pages(failing, ({ next }) => next)) entries.add(page.entries);
    expect(entries.all()).toEqual([1, 2, 3, 4]);
    failures = Number.POSITIVE_INFINITY;
    await expect(collect(failing)).rejects.toBe(error);
  });

  test('do not begin again after any other error, or at the first page', async () => {
    const denied = errorOf('AccessDeniedException', 'no token helps');
    let calls = 0;
    const failing = async () => {
      calls += 1;
      throw denied;
    };
    await expect(collect(failing)).rejects.toBe(denied);
    await expect(
      collect(async () => {
        calls += 1;
        throw errorOf('InvalidParameterException', 'nextToken');
      }),
    ).rejects.toThrow('nextToken');
    expect(calls).toBe(2);
  });

  test.each([
    ['at once', ['1', '1']],
    ['after others', ['1', '2', '3', '2']],
  ])('end in an error where a token comes again %s', async (_when, tokens) => {
    let calls = 0;
    const read = async (): Promise<Page> => ({
      entries: [calls],
      next: tokens[calls++ % tokens.length] ?? '',
    });
    await expect(collect(read)).rejects.toThrow(RepeatedPageToken);
    expect(calls).toBeLessThanOrEqual(tokens.length);
  });
});
