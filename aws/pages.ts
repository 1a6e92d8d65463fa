/** Reads an operation that responds in pages. */

/**
 * Every page, in order; the next one is requested only once it is needed.
 *
 * @param read requests one page; without a token the first
 * @param tokenOf the token of the next page; undefined or empty at the last one (the tagging API sends an empty one)
 */
export async function* pages<Page>(
  read: (token: string | undefined) => Promise<Page>,
  tokenOf: (page: Page) => string | undefined,
): AsyncGenerator<Page, void, undefined> {
  let token: string | undefined;
  do {
    const page = await read(token);
    yield page;
    token = tokenOf(page) || undefined;
  } while (token !== undefined);
}
