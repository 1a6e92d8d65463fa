import { isList, isObject, type Json, type JsonObject, member } from '../core/json.ts';

/** Steps from the top of a template: keys, and indices of lists. */
export type Path = readonly (string | number)[];

/** Where a finding stands in a whole template: its resource may be made by a loop. */
export function pathOf(
  template: JsonObject,
  { logicalId, path }: { readonly logicalId?: string | undefined; readonly path: string },
): Path {
  const inner = path === '' ? [] : steps(path);
  if (logicalId === undefined) return inner;
  return [
    ...(resourcePath(member(template, 'Resources'), ['Resources'], logicalId) ?? ['Resources', logicalId]),
    ...inner,
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

/** `Properties.Filters[0].Value` as its steps. */
function steps(path: string): Path {
  return path
    .split('.')
    .flatMap((part) => part.split(/\[(\d+)\]/).filter((each) => each !== ''))
    .map((each) => (/^\d+$/.test(each) ? Number(each) : each));
}
