import { isMap, isNode, type Pair } from 'yaml';
import type { TemplateDocument } from './document.ts';
import { itemEnd } from './edit/editor.ts';
import { keyOf } from './places.ts';

/** The lines, from 1, of a resource or of another section of a template. */
export interface Span {
  readonly section: string;
  /** The logical ID, or a loop's key; undefined for a section other than Resources. */
  readonly logicalId: string | undefined;
  /** Where its key begins in its first line, from 1. */
  readonly column: number;
  readonly from: number;
  readonly to: number;
}

/** The spans of a template in its order; several may be on one line. */
export function spansOf({ document, positionOf }: TemplateDocument): readonly Span[] {
  const spanOf = (pair: Pair, section: string, logicalId?: string): Span => {
    const start = isNode(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
    const { line, column } = positionOf(start);
    return {
      section,
      logicalId,
      column,
      from: line,
      to: positionOf(Math.max(start, itemEnd(pair) - 1)).line,
    };
  };
  const sections = isMap(document.contents) ? document.contents.items : [];
  return sections.flatMap((pair) => {
    const section = keyOf(pair);
    const { value } = pair;
    if (section !== 'Resources' || !isMap(value)) return [spanOf(pair, section)];
    return value.items.map((item) => spanOf(item, section, keyOf(item)));
  });
}
