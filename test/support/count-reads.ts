/**
 * A list that counts how often it is read: what would read it again for each of its elements shows, on a machine of any
 * speed.
 */
export function countReads<Element>(elements: readonly Element[]): {
  readonly list: readonly Element[];
  readonly reads: () => number;
} {
  let reads = 0;
  const list = new Proxy(elements, {
    get(target, key, receiver) {
      reads += 1;
      return Reflect.get(target, key, receiver);
    },
  });
  return { list, reads: () => reads };
}
