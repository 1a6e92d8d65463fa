/** A time (milliseconds since 1970) as its day, such as `2026-11-25`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
