/** What shows that a value is a template, a resource, or a property. */
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { readLoop } from './intrinsics.ts';
import { knownProperties } from './known-properties.ts';
import type { HardenedType } from './resource-types.ts';

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

/** Whether an object is a template for certain: it has a version, or resources. Properties that are an intrinsic have neither. */
export function isWholeTemplate(object: JsonObject): boolean {
  const { Resources: resources } = object;
  return (
    Object.hasOwn(object, 'AWSTemplateFormatVersion') ||
    (isObject(resources) && !isResource(resources) && holdsResource(resources))
  );
}

/** Whether a value is a resource: every type of one has `::`, and no `Type` inside a property has. */
export function isResource(value: Json | undefined): boolean {
  if (!isObject(value) || typeof value.Type !== 'string') return false;
  return value.Type.includes('::') || isObject(value.Properties);
}

/** Whether a member is a resource, or a loop that makes some; a loop inside Properties makes none. */
export function holdsResource(object: JsonObject): boolean {
  return Object.entries(object).some(([key, value]) => {
    const body = readLoop(key, value)?.body;
    return body === undefined ? isResource(value) : holdsResource(body);
  });
}
