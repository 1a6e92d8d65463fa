/** Reads an operation that responds in pages. */
import { isExpiredToken } from './faults.ts';

/** A service returned a page token that it had returned before: its pages have no end. */
export class RepeatedPageToken extends Error {
  override readonly name = 'RepeatedPageToken';

  constructor() {
    super('a page token came twice, so the list has no end');
  }
}

// Tokens expire after minutes, such as those of the tagging API after 15.
const maxRestarts = 3;

/**
 * Every page, in order; the next one is requested only once it is needed.
 *
 * After a token that has expired it begins again from the first page, at most 3 times: what was on a page may come again,
 * as it may where something is created meanwhile.
 *
 * @param read requests one page; without a token the first
 * @param tokenOf the token of the next page; undefined or empty at the last one (the tagging API sends an empty one)
 * @throws {@link RepeatedPageToken}, and what `read` throws
 */
export async function* pages<Page, Token = string>(
  read: (token: Token | undefined) => Promise<Page>,
  tokenOf: (page: Page) => Token | undefined,
): AsyncGenerator<Page, void, undefined> {
  let token: Token | undefined;
  let restarts = 0;
  const tokens = new Set<string>();
  for (;;) {
    let page: Page;
    try {
      page = await read(token);
    } catch (error) {
      if (token === undefined || restarts === maxRestarts || !isExpiredToken(error)) throw error;
      restarts += 1;
      token = undefined;
      tokens.clear();
      continue;
    }
    yield page;
    token = tokenOf(page) || undefined;
    if (token === undefined) return;
    const text = JSON.stringify(token);
    if (tokens.has(text)) throw new RepeatedPageToken();
    tokens.add(text);
  }
}

/** Entries of pages, each once; of several with the same key the one that was read last. */
export function startEntries<Entry>(keyOf: (entry: Entry) => string): {
  add(entries: readonly Entry[]): void;
  all(): readonly Entry[];
} {
  const byKey = new Map<string, Entry>();
  return {
    add(entries) {
      for (const entry of entries) byKey.set(keyOf(entry), entry);
    },
    all: () => [...byKey.values()],
  };
}
