/** A list in pieces of at most so many entries, in its order. */
export function chunks<Entry>(list: readonly Entry[], most: number): Entry[][] {
  return Array.from({ length: Math.ceil(list.length / most) }, (_, index) =>
    list.slice(index * most, (index + 1) * most),
  );
}
