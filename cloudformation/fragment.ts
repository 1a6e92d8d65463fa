/**
 * The kind of fragment that a macro received. CloudFormation passes the fragment and not where it was
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html), so its own shape
 * has to show it.
 *
 * Any name may be that of a property which AWS adds tomorrow, so no name shows that a fragment is *not* the Properties of a
 * hardened type. What could be Properties is hardened; where nothing shows that it is, that is noted. CloudFormation itself
 * refuses the result in the Properties of another type.
 */
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { branches, generatesResources, intrinsicName, readIf } from './intrinsics.ts';
import { ownProperties } from './known-properties.ts';
import { creationTemplateType, type HardenedType, hardenedTypes, repositoryType } from './resource-types.ts';
import { holdsResource, isResource, isWholeTemplate, sections, spelling } from './template-shape.ts';

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
      /** In no Properties at all. */
      readonly kind: 'elsewhere';
      /** The keys that no property can have. */
      readonly foreign: readonly string[];
    };

/** Recognises a fragment by its shape. */
export function placementOf(fragment: JsonObject): Placement {
  const keys = Object.keys(fragment);
  const isIntrinsic = intrinsicName(fragment) !== undefined && !keys.some(generatesResources);
  // Only Properties can be an intrinsic.
  if (isIntrinsic) return propertiesPlacement(maps(fragment));
  if (isWholeTemplate(fragment)) return { kind: 'template' };
  if (isResource(fragment)) return { kind: 'resource' };
  if (!keys.some((key) => isProperty(key, fragment[key]))) {
    if (isMadeOfSections(fragment, keys)) return { kind: 'template' };
    if (holdsResource(fragment)) return { kind: 'resources' };
  }
  return propertiesPlacement([fragment]);
}

/** Whether a member is one of Properties of ours. A template has a Description, too, and a resource any name. */
function isProperty(key: string, value: Json | undefined): boolean {
  return (
    key !== 'Description' &&
    hardenedTypes.some((type) => spelling(type, key) !== undefined) &&
    !isResource(value)
  );
}

/** Whether a fragment is a template without a version and without a resource: nothing but sections, and `Resources` of any shape. */
function isMadeOfSections(fragment: JsonObject, keys: readonly string[]): boolean {
  // A resource may well be called Outputs.
  const found = keys.filter((key) => sections.includes(key) && !isResource(fragment[key]));
  return (
    found.length > 0 &&
    (found.includes('Resources') || found.every((key) => isMapOfMaps(fragment[key]))) &&
    keys.every((key) => found.includes(key) || /^(Description|Metadata|Transform)$|^Fn::/.test(key))
  );
}

function isMapOfMaps(value: Json | undefined): boolean {
  return isObject(value) && Object.values(value).every(isObject);
}

/** Of an `Fn::If`, the maps that it can become; of any other intrinsic, none is known. */
function maps(value: Json): readonly JsonObject[] {
  const choice = readIf(value);
  if (choice !== undefined) return branches.flatMap((branch) => maps(choice[branch]));
  return isObject(value) && intrinsicName(value) === undefined ? [value] : [];
}

function propertiesPlacement(found: readonly JsonObject[]): Placement {
  const entries = found.flatMap(Object.entries);
  const keys = [...new Set(entries.map(([key]) => key))];
  const type = typeOf(keys);
  const foreign = keys.filter((key) => spelling(type, key) === undefined && !generatesResources(key));
  if (foreign.length === 0 || keys.some((key) => ownProperties[type].includes(spelling(type, key) ?? key)))
    return { kind: 'properties', type };
  const others = entries.some(([key, value]) => isProperty(key, value)) ? [] : entries.filter(isElsewhere);
  return others.length === 0
    ? { kind: 'properties', type, unknown: foreign }
    : { kind: 'elsewhere', foreign: others.map(([key]) => key) };
}

/** A creation template has to have both names; a repository may come to have one. */
function typeOf(keys: readonly string[]): HardenedType {
  const countOf = (type: HardenedType, other: HardenedType) =>
    keys.filter((key) => spelling(type, key) !== undefined && spelling(other, key) === undefined).length;
  const isTemplate =
    (keys.includes('Prefix') || keys.includes('AppliedFor')) &&
    countOf(creationTemplateType, repositoryType) >= countOf(repositoryType, creationTemplateType);
  return isTemplate ? creationTemplateType : repositoryType;
}

/** Whether a member cannot be a property: by its name, or since it is a resource without a Type. */
function isElsewhere([name, value]: [string, Json]): boolean {
  if (generatesResources(name)) return false;
  return !/^[A-Z][A-Za-z0-9]*$/.test(name) || (isObject(value) && isObject(value.Properties));
}
