/** How much of a list fits into a message. Pure. */

// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html; some is left for the attributes, which count too.
export const maxBytes = 256 * 1024 - 2_048;

/** The largest number up to `max` that fits, by binary search. */
export function largest(max: number, isFitting: (number: number) => boolean): number {
  if (isFitting(max)) return max;
  let low = 0;
  let high = max;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isFitting(middle)) low = middle;
    else high = middle;
  }
  return low;
}
