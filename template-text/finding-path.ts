import type { Finding } from '../core/finding.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../core/json.ts';
import type { Path } from '../core/path.ts';

/** Where a finding stands in a whole template: its resource may be made by a loop. */
export function pathOf(template: JsonObject, { logicalId, path }: Pick<Finding, 'logicalId' | 'path'>): Path {
  if (logicalId === undefined) return path;
  return [
    ...(resourcePath(member(template, 'Resources'), ['Resources'], logicalId) ?? ['Resources', logicalId]),
    ...path,
  ];
}

function resourcePath(resources: Json | undefined, path: Path, logicalId: string): Path | undefined {
  if (!isObject(resources)) return undefined;
  if (Object.hasOwn(resources, logicalId)) return [...path, logicalId];
  for (const [key, value] of Object.entries(resources)) {
    if (!isList(value)) continue;
    const found = resourcePath(value[2], [...path, key, 2], logicalId);
    if (found !== undefined) return found;
  }
  return undefined;
}
