/** How AWS limits the rate of an operation: a bucket of tokens, one a call, refilled at the rate. */

/**
 * Whether a call of that key may pass now.
 *
 * @param limits calls a second, which is also what a bucket holds (at least one); without a limit all pass
 * @param now milliseconds
 */
export function gatekeeper<Key>(
  limits: ReadonlyMap<Key, number>,
  now: () => number = () => performance.now(),
): (key: Key) => boolean {
  const buckets = new Map<Key, { readonly tokens: number; readonly at: number }>();
  return (key) => {
    const rate = limits.get(key);
    if (rate === undefined) return true;
    const at = now();
    const most = Math.max(1, rate);
    const last = buckets.get(key) ?? { tokens: most, at };
    const tokens = Math.min(most, last.tokens + ((at - last.at) / 1000) * rate);
    const isPassing = tokens >= 1;
    buckets.set(key, { tokens: isPassing ? tokens - 1 : tokens, at });
    return isPassing;
  };
}
