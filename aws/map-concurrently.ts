/** How many entries are processed at once: enough to hide latency, and fewer than a client has connections. */
const maxAtOnce = 32;

/**
 * Processes every entry, a bounded number at once.
 *
 * After a failure no further entry is begun, and those in progress end before the error is thrown: nothing continues
 * after the function has returned.
 *
 * @returns the results in the entries' order
 * @throws the first error
 */
export async function mapConcurrently<Entry, Result>(
  entries: readonly Entry[],
  work: (entry: Entry) => Promise<Result>,
  atOnce = maxAtOnce,
): Promise<Result[]> {
  const results: Result[] = [];
  const failures: unknown[] = [];
  const waiting = entries.entries();
  const worker = async () => {
    // Shared by the workers, so that each entry is taken once.
    for (const [index, entry] of waiting) {
      if (failures.length > 0) return;
      try {
        results[index] = await work(entry);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, entries.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}

/** Does both at the same time. @throws the first error, once both have ended */
export async function both<One, Other>(
  one: () => Promise<One>,
  other: () => Promise<Other>,
): Promise<readonly [One, Other]> {
  const [first, second] = await Promise.allSettled([one(), other()]);
  if (first.status === 'rejected') throw first.reason;
  if (second.status === 'rejected') throw second.reason;
  return [first.value, second.value];
}
