import leven from 'leven';

/** The allowed name that a mistyped one most likely means, or undefined if none is similar. */
export function nearest(name: string, allowed: readonly string[]): string | undefined {
  const close = allowed
    .map((candidate) => ({ candidate, distance: leven(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(2, candidate.length / 3))
    .sort((a, b) => a.distance - b.distance);
  return close[0]?.candidate;
}
