/** What takes long: `npm test` runs a share of it, and `npm run test:chaos` all of it. */

/** Whether this is the suite that runs everything. */
export const isWhole = process.env.ECR_HARDENING_SUITE === 'chaos';

/** How often a random test is repeated, from seeds of its own; PROPERTY_RUNS sets another number, for a search. */
export function runsOf(numbers: { readonly share: number; readonly whole: number }): number {
  return Number(process.env.PROPERTY_RUNS ?? (isWhole ? numbers.whole : numbers.share));
}

/** One in so many of a table's cells, which are spread so that each row and each column has some. */
export function isInShare(oneIn: number, ...coordinates: readonly number[]): boolean {
  return isWhole || coordinates.reduce((sum, each) => sum + each, 0) % oneIn === 0;
}
