/** What the macro sets by itself, in one entry a resource: its author has nothing to do. */
import type { LocatedFinding } from '../findings.ts';

/**
 * The findings with those that the macro fixes joined, by file and resource, in the place of the first.
 *
 * @returns findings whose `control` is that of the first, and whose message has all of them
 */
export function withFixesJoined(findings: readonly LocatedFinding[]): readonly LocatedFinding[] {
  const joined = new Map<string, LocatedFinding[]>();
  for (const finding of findings)
    if (finding.fix !== undefined) {
      const key = keyOf(finding);
      joined.set(key, [...(joined.get(key) ?? []), finding]);
    }
  return findings.flatMap((finding) => {
    if (finding.fix === undefined) return [finding];
    const all = joined.get(keyOf(finding)) ?? [];
    return all[0] === finding ? [join(finding, all)] : [];
  });
}

function keyOf({ file, resource }: LocatedFinding): string {
  return JSON.stringify([file, resource]);
}

function join(first: LocatedFinding, all: readonly LocatedFinding[]): LocatedFinding {
  const fixes = [...new Set(all.flatMap(({ fix }) => fix ?? []))];
  // What the clause of a lifecycle policy says of it would otherwise seem to be of what follows.
  const ordered = fixes.toSorted((a, b) => Number(a.includes(' which ')) - Number(b.includes(' which ')));
  const last = ordered.at(-1) ?? '';
  const list = ordered.length < 2 ? last : `${ordered.slice(0, -1).join(', ')} and ${last}`;
  return { ...first, place: first.resource ?? first.place, message: `the macro sets ${list}`, fix: list };
}
