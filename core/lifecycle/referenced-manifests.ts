/** Images that a lifecycle policy cannot expire, since an image index (one for all architectures) has them. */

interface Image {
  readonly digest: string;
  readonly isArchived?: boolean;
  readonly children?: readonly string[] | undefined;
}
type Action = 'expire' | 'transition';

// Keep, archive, expire: a referenced image cannot be ahead of an image index that refers to it.
const steps: Readonly<Record<Action | 'stay', number>> = { stay: 0, transition: 1, expire: 2 };

/**
 * Which of the images that are to expire or to be archived cannot: "If an image is referenced by a manifest list, it
 * cannot be expired or archived without the manifest list being deleted or archived first"
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html).
 *
 * It is unconfirmed whether ECR expires the images of an archived image index; here they stay until it expires.
 *
 * @param actions the action of the rules for each image by itself, by digest
 */
export function protectedByImageIndex(
  images: readonly Image[],
  actions: ReadonlyMap<string, Action>,
): ReadonlySet<string> {
  const lists = images.filter(({ children = [] }) => children.length > 0);
  if (lists.length === 0) return new Set();
  const parts: PartStates = new Map();
  // An image index may be in others: each is processed after all of those.
  for (const list of lists)
    for (const part of partsOf(list)) {
      const { open, furthest } = parts.get(part) ?? untouched;
      parts.set(part, { open: open + 1, furthest });
    }
  const byDigest = new Map(lists.map((list) => [list.digest, list]));
  const ready = lists.filter(({ digest }) => !parts.has(digest));
  for (const list of ready) {
    const step = steps[actions.get(list.digest) ?? 'stay'];
    const own = isHeld(parts, list.digest, step) ? steps.stay : step;
    const reached = Math.max(own, list.isArchived === true ? steps.transition : steps.stay);
    const inner = releaseParts(list, reached, parts).flatMap((part) => byDigest.get(part) ?? []);
    // Appended to what is being walked, which the walk then comes to.
    ready.push(...inner);
  }
  // Cycles, which digests rule out, are never processed: all of their images stay.
  const held = [...actions].filter(([digest, action]) => isHeld(parts, digest, steps[action]));
  return new Set(held.map(([digest]) => digest));
}

/** For each referenced image: how many image indexes are not processed yet, and what the others allow. */
type PartStates = Map<string, { readonly open: number; readonly furthest: number }>;
const untouched = { open: 0, furthest: steps.expire };

function partsOf({ children }: Image): ReadonlySet<string> {
  return new Set(children);
}

/** Whether an image index prevents an action on an image that it refers to, or may prevent it. */
function isHeld(parts: PartStates, digest: string, step: number): boolean {
  const { open, furthest } = parts.get(digest) ?? untouched;
  return open > 0 || step > furthest;
}

/** Allows the images of an image index its own action; returns those whose image indexes are all processed. */
function releaseParts(list: Image, reached: number, parts: PartStates): readonly string[] {
  return [...partsOf(list)].filter((part) => {
    const { open, furthest } = parts.get(part) ?? untouched;
    parts.set(part, { open: open - 1, furthest: Math.min(furthest, reached) });
    return open === 1;
  });
}
