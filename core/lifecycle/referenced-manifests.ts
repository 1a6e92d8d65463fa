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
 * @param actions what the rules do with each image by itself, by digest
 */
export function protectedByImageIndex(
  images: readonly Image[],
  actions: ReadonlyMap<string, Action>,
): ReadonlySet<string> {
  const lists = images.filter(({ children = [] }) => children.length > 0);
  if (lists.length === 0) return new Set();
  const parts: PartStates = new Map();
  // A list may be in other lists: each is looked at when all of those have been.
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
  // Lists in a circle, which digests rule out, are never looked at: all in it stays.
  const held = [...actions].filter(([digest, action]) => isHeld(parts, digest, steps[action]));
  return new Set(held.map(([digest]) => digest));
}

/** Of each part: how many of its lists were not looked at yet, and how far the others let it go. */
type PartStates = Map<string, { readonly open: number; readonly furthest: number }>;
const untouched = { open: 0, furthest: steps.expire };

function partsOf({ children }: Image): ReadonlySet<string> {
  return new Set(children);
}

/** Whether a list keeps a part from a step, or may. */
function isHeld(parts: PartStates, digest: string, step: number): boolean {
  const { open, furthest } = parts.get(digest) ?? untouched;
  return open > 0 || step > furthest;
}

/** Lets a list's parts go as far as the list itself; answers those all of whose lists have been looked at. */
function releaseParts(list: Image, reached: number, parts: PartStates): readonly string[] {
  return [...partsOf(list)].filter((part) => {
    const { open, furthest } = parts.get(part) ?? untouched;
    parts.set(part, { open: open - 1, furthest: Math.min(furthest, reached) });
    return open === 1;
  });
}
