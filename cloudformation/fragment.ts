/**
 * The kind of fragment that a macro received. CloudFormation passes the fragment and not where it was
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html), so its own shape
 * has to show it.
 */
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { generatesResources, isNoValue, readIf, readLoop } from './intrinsics.ts';
import { knownProperties, lookalikeProperties, ownProperties, sharedProperties } from './known-properties.ts';
import { creationTemplateType, type HardenedType, repositoryType } from './resource-types.ts';

/** Each property's name by itself and in lower case. */
const spellings: Readonly<Record<HardenedType, ReadonlyMap<string, string>>> = {
  [repositoryType]: spellingsOf(knownProperties[repositoryType]),
  [creationTemplateType]: spellingsOf(knownProperties[creationTemplateType]),
};

function spellingsOf(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.flatMap((name) => [[name.toLowerCase(), name] as const, [name, name] as const]));
}

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
  const known = spellings[type];
  return known.has(name) ? name : known.get(name.toLowerCase());
}

/** Where a fragment was, and, for one inside Properties, the type of the resource. */
export type Placement =
  | { readonly kind: 'template' }
  | { readonly kind: 'resource' }
  | { readonly kind: 'resources' }
  | { readonly kind: 'properties'; readonly type: HardenedType }
  | {
      readonly kind: 'unknown';
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
  if (foreign.length === 0 || areNew(type, keys, foreign)) return { kind: 'properties', type };
  return { kind: 'unknown', type, foreign };
}

/**
 * Whether names that a type does not have are those of properties that AWS has added since, and not another type's: they are
 * beside a property that only this type has, or beside one that few types have, of which none has such a name.
 */
function areNew(type: HardenedType, keys: readonly string[], foreign: readonly string[]): boolean {
  const hasOne = (names: readonly string[]) => keys.some((key) => names.includes(spelling(type, key) ?? key));
  if (hasOne(ownProperties[type])) return true;
  return hasOne(sharedProperties[type]) && !foreign.some((name) => lookalikeProperties[type].includes(name));
}

/** Of an `Fn::If`, which only Properties can be: what its branches are. */
function placementOfChoice(branches: readonly Json[]): Placement {
  const placements = branches.flatMap((branch) =>
    isObject(branch) && !isNoValue(branch) ? [placementOf(branch)] : [],
  );
  const other = placements.find((each) => each.kind !== 'properties');
  const isOfTemplate = (each: Placement) => each.kind === 'properties' && each.type === creationTemplateType;
  const type = placements.some(isOfTemplate) ? creationTemplateType : repositoryType;
  return other ?? { kind: 'properties', type };
}
