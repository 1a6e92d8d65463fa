import { type StructuredPatchHunk, structuredPatch } from 'diff';
import type { Span } from '../../template-text/spans.ts';

/** A version of a template: its text, and where its resources are in it. */
export interface Version {
  readonly text: string;
  readonly spans: readonly Span[];
}

/**
 * The lines that differ between two versions.
 *
 * Resource by resource, since the time that lines take to be compared grows with the square of how many differ: 500 repositories
 * that get their defaults took as long as everything else together.
 */
export function hunksOf(before: Version, now: Version): readonly StructuredPatchHunk[] {
  const [old, fresh] = [linesOf(before.text), linesOf(now.text)];
  const ends = [...commonStarts(before, now), { old: old.length, fresh: fresh.length }];
  let at = { old: 0, fresh: 0 };
  return ends.flatMap((end) => {
    const from = at;
    at = end;
    const [gone, added] = [old.slice(from.old, end.old), fresh.slice(from.fresh, end.fresh)];
    const { hunks } = structuredPatch('', '', gone.join(''), added.join(''), '', '', { context: 0 });
    return hunks.map((hunk) => ({
      ...hunk,
      oldStart: hunk.oldStart + from.old,
      newStart: hunk.newStart + from.fresh,
    }));
  });
}

/** How many lines come before each resource that both versions have, where they have them in the same order. */
function commonStarts(before: Version, now: Version) {
  const starts = new Map(now.spans.map(({ logicalId, from }) => [logicalId, from - 1]));
  let last = { old: 0, fresh: 0 };
  return before.spans.flatMap(({ logicalId, from }) => {
    const start = { old: from - 1, fresh: (logicalId !== undefined && starts.get(logicalId)) || 0 };
    if (start.old <= last.old || start.fresh <= last.fresh) return [];
    last = start;
    return [start];
  });
}

/** Each with its end. */
function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/);
}
