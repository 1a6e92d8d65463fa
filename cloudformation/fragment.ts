/**
 * The kind of fragment that a macro received. CloudFormation passes the fragment and not where it was
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html), so its own shape
 * has to show it.
 */
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { generatesResources, isNoValue, readIf, readLoop } from './intrinsics.ts';
import {
  foreignNames,
  generalNames,
  knownProperties,
  lookalikeProperties,
  ownProperties,
  sharedProperties,
} from './known-properties.ts';
import { creationTemplateType, type HardenedType, repositoryType } from './resource-types.ts';

/** The sections of a template that are maps, but for Metadata, which a resource has as well. */
export const sections = [
  'Conditions',
  'Globals',
  'Hooks',
  'Mappings',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
];

/** A property's name as CloudFormation spells it, whatever case it was given in; undefined for no property. */
export function spelling(type: HardenedType, name: string): string | undefined {
  const names = knownProperties[type];
  if (names.includes(name)) return name;
  const lower = name.toLowerCase();
  return names.find((each) => each.toLowerCase() === lower);
}

/** Where a fragment was, and, for one inside Properties, the type of the resource. */
export type Placement =
  | { readonly kind: 'template' }
  | { readonly kind: 'resource' }
  | { readonly kind: 'resources' }
  | {
      readonly kind: 'properties';
      readonly type: HardenedType;
      /** The keys that the type is not known to have, where no other key shows that it is this type. */
      readonly unknown?: readonly string[];
    }
  | {
      readonly kind: 'elsewhere';
      /** The type that it is nearest to, and the keys that this does not have. */
      readonly type: HardenedType;
      readonly foreign: readonly string[];
    };

/** Recognises a fragment by its shape. */
export function placementOf(fragment: JsonObject): Placement {
  const keys = Object.keys(fragment);
  if (typeof fragment.Type === 'string') return { kind: 'resource' };
  // A resource may well be called Outputs.
  const isSection = (key: string) => sections.includes(key) && !holdsResource(key, fragment[key]);
  if (Object.hasOwn(fragment, 'AWSTemplateFormatVersion') || keys.some(isSection))
    return { kind: 'template' };
  // No property of a repository looks like a resource.
  if (keys.some((key) => holdsResource(key, fragment[key]))) return { kind: 'resources' };
  return propertiesPlacement(fragment, keys);
}

/** Whether a member is a resource, or a loop that makes some; a loop inside Properties makes none. */
function holdsResource(key: string, value: Json | undefined): boolean {
  const body = value === undefined ? undefined : readLoop(key, value)?.body;
  if (body !== undefined) return Object.entries(body).some(([name, made]) => holdsResource(name, made));
  return isObject(value) && typeof value.Type === 'string';
}

function propertiesPlacement(fragment: JsonObject, keys: readonly string[]): Placement {
  const choice = readIf(fragment);
  if (choice !== undefined) return placementOfChoice([choice.whenTrue, choice.whenFalse]);
  const type: HardenedType =
    Object.hasOwn(fragment, 'Prefix') || Object.hasOwn(fragment, 'AppliedFor')
      ? creationTemplateType
      : repositoryType;
  const foreign = keys.filter((key) => spelling(type, key) === undefined && !generatesResources(key));
  const hasOne = (names: readonly string[]) => keys.some((key) => names.includes(spelling(type, key) ?? key));
  if (foreign.length === 0 || hasOne(ownProperties[type])) return { kind: 'properties', type };
  if (foreign.some((name) => isElsewhere(type, name, fragment[name])))
    return { kind: 'elsewhere', type, foreign };
  return hasOne(sharedProperties[type])
    ? { kind: 'properties', type }
    : { kind: 'properties', type, unknown: foreign };
}

/**
 * Whether a name that a type does not have shows that the fragment is not its Properties: it stands in another place. Any
 * other one may be a property that AWS has added since.
 */
function isElsewhere(type: HardenedType, name: string, value: Json | undefined): boolean {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) return true;
  if (isObject(value) && Object.hasOwn(value, 'Properties')) return true;
  if (generalNames.includes(name)) return false;
  return foreignNames.includes(name) || lookalikeProperties[type].includes(name);
}

/** Of an `Fn::If`, which only Properties can be: what its branches are. */
function placementOfChoice(branches: readonly Json[]): Placement {
  const placements = branches.flatMap((branch) =>
    isObject(branch) && !isNoValue(branch) ? [placementOf(branch)] : [],
  );
  const other = placements.find((each) => each.kind !== 'properties');
  const isOfTemplate = (each: Placement) => each.kind === 'properties' && each.type === creationTemplateType;
  const type = placements.some(isOfTemplate) ? creationTemplateType : repositoryType;
  if (other !== undefined) return other;
  const unknown = placements.flatMap((each) => (each.kind === 'properties' ? (each.unknown ?? []) : []));
  return { kind: 'properties', type, ...(unknown.length === 0 ? {} : { unknown: [...new Set(unknown)] }) };
}
