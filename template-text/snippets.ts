/** `Fn::Transform`s in a template that name the macro: each is expanded by itself, as CloudFormation does. */

import { hardenedTypes, repositoryType } from '../cloudformation/resource-types.ts';
import { standingAt } from '../cloudformation/template-reader.ts';
import type { Finding } from '../core/finding.ts';
import {
  isList,
  isObject,
  isOneOf,
  type Json,
  type JsonObject,
  mapMembers,
  member,
  withMember,
} from '../core/json.ts';
import type { Path } from '../core/path.ts';

/** The name under which the application's template registers its macro. */
export const macroName = 'EcrHardening';

/** Runs the macro over the fragment at a path, with the parameters that it has there. */
export type RunMacro = (fragment: JsonObject, params: JsonObject, path: Path) => JsonObject;

/** A template with its snippets expanded, and where they were. */
export interface ExpandedSnippets {
  readonly expanded: JsonObject;
  /** The paths of all that name the macro. */
  readonly covered: readonly Path[];
  /** Those among them that stand where there is no repository, and so were left as they are. */
  readonly elsewhere: readonly Path[];
}

/** Expands the snippets that name the macro, the most deeply nested first. */
export function expandSnippets(template: JsonObject, run: RunMacro): ExpandedSnippets {
  const covered: Path[] = [];
  const elsewhere: Path[] = [];
  const inObject = (object: JsonObject, path: Path): JsonObject => {
    const inner = mapMembers(object, (value, key) => inValue(value, [...path, key]));
    const transform = member(inner, snippetKey);
    if (transform === undefined || !isOurs(transform)) return inner;
    covered.push(path);
    if (isElsewhere(template, path)) {
      elsewhere.push(path);
      return inner;
    }
    return run(withMember(inner, snippetKey, undefined), paramsOf(transform), path);
  };
  const inValue = (value: Json, path: Path): Json => {
    if (isObject(value)) return inObject(value, path);
    if (!isList(value)) return value;
    const items = value.map((item, index) => inValue(item, [...path, index]));
    return items.some((item, index) => item !== value[index]) ? items : value;
  };
  return { expanded: inObject(template, []), covered, elsewhere };
}

/**
 * Whether a snippet stands in another section, in Properties of another type, or deeper in those of a repository. The macro
 * sees only what is beside a snippet, and so cannot know. In the Properties of a custom resource anything can stand.
 */
function isElsewhere(template: JsonObject, path: Path): boolean {
  if (path.length > 0 && path[0] !== 'Resources') return true;
  const [attribute, ...inside] = resourceAt(path)?.rest ?? [];
  if (attribute !== 'Properties') return false;
  const { raw: resource } = standingAt(template, path.slice(0, -1 - inside.length));
  const type = isObject(resource) ? member(resource, 'Type') : undefined;
  if (typeof type !== 'string') return false;
  if (isOneOf(hardenedTypes, type)) return inside.some((step, index) => index % 2 === 0 && step !== 'Fn::If');
  return type.startsWith('AWS::') && type !== 'AWS::CloudFormation::CustomResource';
}

/** The finding about a snippet that stands where there is no repository. */
export function elsewhereFinding(path: Path): Finding {
  const found = { control: 'Template', code: 'snippet-elsewhere', outcome: 'invalid' } as const;
  const { logicalId, rest = path } = resourceAt(path) ?? {};
  return { ...found, logicalId, path: rest, expected: repositoryType };
}

/** A finding about a snippet as one about the resource around it. */
export function placed(finding: Finding, path: Path): Finding {
  if (finding.logicalId !== undefined || finding.path[0] === 'Transform') return finding;
  const resource = resourceAt(path);
  if (resource === undefined) return finding;
  const { logicalId, rest } = resource;
  const isInside = rest.length > 1 && finding.path[0] === rest[0];
  return { ...finding, logicalId, path: isInside ? [...rest, ...finding.path.slice(1)] : finding.path };
}

/** The logical ID of the resource that a path leads into, if it does. */
export function logicalIdAt(path: Path): string | undefined {
  return resourceAt(path)?.logicalId;
}

/** The resource that a path leads into, also one that a loop makes, and the path in it. */
function resourceAt(path: Path): { readonly logicalId: string; readonly rest: Path } | undefined {
  const [section, logicalId, ...rest] = path;
  if (section !== 'Resources' || typeof logicalId !== 'string') return undefined;
  return isLoopKey(logicalId) ? resourceAt([section, ...rest.slice(1)]) : { logicalId, rest };
}

function isLoopKey(key: string): boolean {
  return key.startsWith('Fn::ForEach::');
}

const snippetKey = 'Fn::Transform';

export function isOurs(transform: Json): boolean {
  return transform === macroName || (isObject(transform) && member(transform, 'Name') === macroName);
}

export function paramsOf(transform: Json): JsonObject {
  const params = isObject(transform) ? member(transform, 'Parameters') : undefined;
  return isObject(params) ? params : {};
}
