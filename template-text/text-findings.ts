/** Findings about a template's text that its values do not show: duplicate keys, aliases, merge keys, altered numbers. */
import { isAlias, isMap, isNode, isSeq, type Pair, type YAMLMap } from 'yaml';
import { numberFinding } from '../cloudformation/numbers.ts';
import type { Finding } from '../core/finding.ts';
import type { Path } from '../core/path.ts';
import { alteredNumbers } from './altered-numbers.ts';
import type { Position, TemplateDocument } from './document.ts';
import { isMergeKey } from './merge-keys.ts';
import { keyOf } from './places.ts';

/** A finding about the text, and its position. */
export interface TextFinding {
  readonly finding: Finding;
  readonly position: Position;
}

/** The numbers that a macro would alter, by their location. */
export function numberTextFindings(template: TemplateDocument): readonly TextFinding[] {
  return alteredNumbers(template).map(({ path, offset }) => ({
    finding: numberFinding(path),
    position: template.positionOf(offset),
  }));
}

/** The keys that are set more than once, and the first alias or merge key, in the order of the text. */
export function textFindings(template: TemplateDocument): readonly TextFinding[] {
  if (template.nodes.contents === null) return [];
  const found: { node: unknown; path: Path; code: 'duplicate-key' | 'alias'; lines: readonly number[] }[] =
    [];
  collect(template.nodes.contents, []);
  const firstAlias = found.find(({ code }) => code === 'alias');
  return found
    .filter((each) => each.code !== 'alias' || each === firstAlias)
    .map(({ node, path, code, lines }) => ({
      finding: { control: 'Template', code, outcome: 'noted', ...placeOf(path), actual: lines },
      position: positionOf(node),
    }));

  function collect(node: unknown, path: Path): void {
    if (isAlias(node)) found.push({ node, path, code: 'alias', lines: [] });
    if (isSeq(node)) for (const [index, item] of node.items.entries()) collect(item, [...path, index]);
    if (isMap(node)) for (const [name, pairs] of pairsByName(node)) collectKey(pairs, [...path, name]);
  }

  function collectKey(pairs: readonly Pair[], path: Path): void {
    const last = pairs.at(-1);
    const lines = pairs.map(({ key }) => positionOf(key).line);
    if (pairs.length > 1) found.push({ node: last?.key, path, code: 'duplicate-key', lines });
    if (isAlias(last?.key)) found.push({ node: last.key, path, code: 'alias', lines: [] });
    if (isMergeKey(last?.key)) found.push({ node: last.key, path, code: 'alias', lines: [] });
    else collect(last?.value, path);
  }

  function positionOf(node: unknown): Position {
    return template.positionOf(isNode(node) ? (node.range?.[0] ?? 0) : 0);
  }
}

/** A map's entries by their names; several merge keys are no equal keys. */
function pairsByName({ items }: YAMLMap): ReadonlyMap<string, readonly Pair[]> {
  const found = new Map<string, Pair[]>();
  for (const pair of items) {
    const name = keyOf(pair);
    const earlier = isMergeKey(pair.key) ? undefined : found.get(name);
    if (earlier === undefined) found.set(name, [pair]);
    else earlier.push(pair);
  }
  return found;
}

/** A path as findings have it: from the resource on. */
function placeOf(path: Path): Pick<Finding, 'logicalId' | 'path'> {
  const [section, logicalId, ...rest] = path;
  return section === 'Resources' && typeof logicalId === 'string' ? { logicalId, path: rest } : { path };
}
