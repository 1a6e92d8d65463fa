/** Images that a lifecycle policy cannot touch, since a list of images (one for each architecture) refers to them. */

interface Image {
  readonly digest: string;
  readonly isArchived?: boolean;
  readonly children?: readonly string[] | undefined;
}
type Action = 'expire' | 'transition';

// What is left of an image is less with each step, and a part may not be ahead of the lists that it is in.
const steps: Readonly<Record<Action | 'stay', number>> = { stay: 0, transition: 1, expire: 2 };

/**
 * Which of the images that are to expire or to be archived cannot: "If an image is referenced by a manifest list, it
 * cannot be expired or archived without the manifest list being deleted or archived first"
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html).
 *
 * It is unconfirmed whether ECR expires parts of a list that is archived only; here they stay until it expires.
 *
 * @param actions what the rules say of each image by itself, by digest
 */
export function protectedByImageIndex(
  images: readonly Image[],
  actions: ReadonlyMap<string, Action>,
): ReadonlySet<string> {
  const lists = images.filter(({ children = [] }) => children.length > 0);
  if (lists.length === 0) return new Set();
  const partsOf = (list: Image) => new Set(list.children);
  // A list may be in other lists: each is judged when all of those are.
  const unjudged = new Map<string, number>();
  for (const list of lists)
    for (const part of partsOf(list)) unjudged.set(part, (unjudged.get(part) ?? 0) + 1);
  const furthest = new Map<string, number>();
  const isHeld = (digest: string, step: number) =>
    (unjudged.get(digest) ?? 0) > 0 || step > (furthest.get(digest) ?? steps.expire);

  const byDigest = new Map(lists.map((list) => [list.digest, list]));
  const ready = lists.filter(({ digest }) => !unjudged.has(digest));
  for (const list of ready) {
    const step = steps[actions.get(list.digest) ?? 'stay'];
    const reached = Math.max(
      isHeld(list.digest, step) ? 0 : step,
      list.isArchived === true ? steps.transition : 0,
    );
    for (const part of partsOf(list)) {
      furthest.set(part, Math.min(furthest.get(part) ?? steps.expire, reached));
      const left = (unjudged.get(part) ?? 0) - 1;
      unjudged.set(part, left);
      const inner = left === 0 ? byDigest.get(part) : undefined;
      // Appended to what is being walked, which the walk then comes to.
      if (inner !== undefined) ready.push(inner);
    }
  }
  // Lists in a circle, which digests rule out, are never judged: all in it stays.
  const acted = [...actions].filter(([digest, action]) => isHeld(digest, steps[action]));
  return new Set(acted.map(([digest]) => digest));
}
