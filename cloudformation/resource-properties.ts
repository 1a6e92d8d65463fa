/** The Properties of a resource: a map, or an `Fn::If` of several, of which each is hardened by itself. */
import { isObject, type Json, type JsonObject, member } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { type Branch, branches, generatesResources, intrinsicName } from './intrinsics.ts';
import { mapBranches, reachableBranches, read } from './reading.ts';
import type { Choice, Scope } from './scope.ts';
import type { Change } from './settings/template-setting.ts';

/** Properties that can come to be a resource's. */
export interface PropertyMap {
  readonly kind: 'map';
  /** As in the template: the map, `AWS::NoValue`, or undefined. */
  readonly raw: Json | undefined;
  readonly properties: JsonObject;
  /** `['Properties']`, or the path of a branch of its `Fn::If`. */
  readonly path: Path;
  readonly scope: Scope;
  readonly isSelected: boolean;
  /** The changes to make in it, added by the controls. */
  readonly changes: Change[];
}

/** Properties that are not a map, or not known. */
export interface OtherProperties {
  readonly kind: 'not-a-map' | 'unknown';
  readonly raw: Json;
  readonly path: Path;
  readonly scope: Scope;
  readonly isSelected: boolean;
}

type Node =
  | PropertyMap
  | OtherProperties
  | {
      readonly kind: 'choice';
      readonly raw: Json | undefined;
      readonly choice: Choice;
      readonly path: Path;
      readonly scope: Scope;
      /** Those that can be selected. */
      readonly branches: { readonly [Name in Branch]?: Node };
    };

/** What can come to be the Properties of a resource. */
export type ResourceProperties = Node;

const topPath: Path = ['Properties'];

/** Reads the Properties of a resource. */
export function readProperties(
  raw: Json | undefined,
  scope: Scope,
  isSelected: boolean,
  path: Path = topPath,
): ResourceProperties {
  if (raw === undefined) return mapOf(raw, {}, path, scope, isSelected);
  // Most are plain maps; a loop or a snippet among the names makes no intrinsic of them.
  if (isObject(raw) && (intrinsicName(raw) === undefined || Object.keys(raw).some(generatesResources)))
    return mapOf(raw, raw, path, scope, isSelected);
  return readOther(raw, scope, isSelected, path);
}

/** Properties that are an intrinsic, or no map at all: few are. */
function readOther(raw: Json, scope: Scope, isSelected: boolean, path: Path): ResourceProperties {
  const at = { raw, path, scope, isSelected };
  const reading = read(raw, scope);
  switch (reading.kind) {
    case 'absent':
      return mapOf(raw, {}, path, scope, isSelected);
    case 'literal':
      return isObject(reading.value)
        ? mapOf(raw, reading.value, path, scope, isSelected)
        : { ...at, kind: reading.value === raw ? 'not-a-map' : 'unknown' };
    case 'undetermined':
      return { ...at, kind: 'unknown' };
    case 'choice': {
      const read = reachableBranches(reading, path, scope).map((branch) => [
        branch.name,
        readProperties(branch.raw, branch.scope, isSelected && branch.isSelected, branch.path),
      ]);
      return { kind: 'choice', raw, choice: reading, path, scope, branches: Object.fromEntries(read) };
    }
    default:
      return reading satisfies never;
  }
}

/** Written out, since V8 takes many times as long over a spread. */
function mapOf(
  raw: Json | undefined,
  properties: JsonObject,
  path: Path,
  scope: Scope,
  isSelected: boolean,
): PropertyMap {
  return { kind: 'map', raw, properties, path, scope, isSelected, changes: [] };
}

/** Every map, or the value in place of one, in the order of the template. */
export function eachProperties(node: ResourceProperties): readonly (PropertyMap | OtherProperties)[] {
  if (node.kind !== 'choice') return [node];
  return branches.flatMap((name) => {
    const branch = node.branches[name];
    return branch === undefined ? [] : eachProperties(branch);
  });
}

/** The Properties with the changes in them; the very same value where there are none. */
export function writeProperties(node: ResourceProperties): Json | undefined {
  switch (node.kind) {
    case 'map': {
      const after = changed(node.properties, node.changes);
      return after === node.properties ? node.raw : after;
    }
    case 'not-a-map':
    case 'unknown':
      return node.raw;
    case 'choice':
      return mapBranches(node.raw, node.choice, node.path, node.scope, ({ name, raw }) => {
        const branch = node.branches[name];
        return branch && (writeProperties(branch) ?? raw);
      });
    default:
      return node satisfies never;
  }
}

/** The same object with changes applied, in one copy; the very same one when there are none. */
export function changed(object: JsonObject, changes: readonly Change[]): JsonObject {
  let copy: Record<string, Json> | undefined;
  for (const [name, value] of changes) {
    if (member(object, name) === value) continue;
    copy ??= { ...object };
    if (value === undefined) delete copy[name];
    else copy[name] = value;
  }
  return copy ?? object;
}
