import { isEqual, isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import type { Span } from '../../template-text/spans.ts';

/** The name for changes outside of resources. */
export const theTemplate = '';

/** What differs between a template before and afterwards. */
export interface Changes {
  /** The resources that it has afterwards and that differ; loops by their keys. */
  readonly resources: ReadonlySet<string>;
  /** The resources that it has no longer. */
  readonly gone: ReadonlySet<string>;
  /** The other sections that differ. */
  readonly sections: ReadonlySet<string>;
}

export function changesOf(before: JsonObject, after: JsonObject): Changes {
  const [old, now] = [resourcesOf(before), resourcesOf(after)];
  const differ = (one: JsonObject, other: JsonObject) =>
    Object.keys({ ...one, ...other }).filter((name) => !isEqual(member(one, name), member(other, name)));
  const resources = differ(old, now);
  return {
    resources: new Set(resources.filter((name) => Object.hasOwn(now, name))),
    gone: new Set(resources.filter((name) => !Object.hasOwn(now, name))),
    sections: new Set(differ({ ...before, Resources: {} }, { ...after, Resources: {} })),
  };
}

/**
 * The changed resources on a line, and `theTemplate` if something else changes there; on a line that changes
 * and means the same, every resource.
 */
export function ownersByLine(changes: Changes, spans: readonly Span[]): (line: number) => readonly string[] {
  const byLine = new Map<number, Span[]>();
  for (const span of spans)
    for (let line = span.from; line <= span.to; line += 1) {
      const others = byLine.get(line);
      if (others === undefined) byLine.set(line, [span]);
      else others.push(span);
    }
  return (line) => ownersOf(changes, byLine.get(line) ?? []);
}

function ownersOf(changes: Changes, touched: readonly Span[]): readonly string[] {
  const changed = touched.flatMap(({ section, logicalId }) => {
    if (logicalId !== undefined && changes.resources.has(logicalId)) return [logicalId];
    const isChanged = logicalId === undefined ? changes.sections.has(section) : changes.gone.has(logicalId);
    return isChanged ? [theTemplate] : [];
  });
  const names = changed.length > 0 ? changed : touched.map(({ logicalId }) => logicalId ?? theTemplate);
  return names.length > 0 ? [...new Set(names)] : [theTemplate];
}

function resourcesOf(template: JsonObject): JsonObject {
  const resources: Json | undefined = member(template, 'Resources');
  return isObject(resources) ? resources : {};
}
