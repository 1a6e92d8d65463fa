/**
 * What a macro was given. CloudFormation hands over the fragment and nothing about where it stood
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html), so its own shape
 * has to tell.
 */
import type { HardenedType } from './controls/control.ts';
import { isMaker, readLoop } from './intrinsics.ts';
import { isObject, type Json, type JsonObject, member } from './json.ts';

/** The properties of the hardened types, from their CloudFormation schemas. */
export const knownProperties: Readonly<Record<HardenedType, readonly string[]>> = {
  'AWS::ECR::Repository': [
    'EmptyOnDelete',
    'EncryptionConfiguration',
    'ImageScanningConfiguration',
    'ImageTagMutability',
    'ImageTagMutabilityExclusionFilters',
    'LifecyclePolicy',
    'RepositoryName',
    'RepositoryPolicyText',
    'Tags',
  ],
  'AWS::ECR::RepositoryCreationTemplate': [
    'AppliedFor',
    'CustomRoleArn',
    'Description',
    'EncryptionConfiguration',
    'ImageTagMutability',
    'ImageTagMutabilityExclusionFilters',
    'LifecyclePolicy',
    'Prefix',
    'RepositoryPolicy',
    'ResourceTags',
  ],
};

const sections = [
  'AWSTemplateFormatVersion',
  'Conditions',
  'Globals',
  'Hooks',
  'Mappings',
  'Outputs',
  'Parameters',
  'Resources',
  'Rules',
  'Transform',
];

/** Where a fragment stood, and, for one inside Properties, whose properties they are. */
export type Placement =
  | { readonly kind: 'template' }
  | { readonly kind: 'resource' }
  | { readonly kind: 'resources' }
  | { readonly kind: 'properties'; readonly type: HardenedType }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Recognises a fragment by its shape. */
export function placementOf(fragment: JsonObject): Placement {
  const keys = Object.keys(fragment);
  if (typeof member(fragment, 'Type') === 'string') return { kind: 'resource' };
  if (keys.length > 0 && keys.every((key) => holdsResource(key, fragment[key]))) return { kind: 'resources' };
  if (keys.some((key) => sections.includes(key))) return { kind: 'template' };
  return propertiesPlacement(fragment, keys);
}

/** Whether a member is a resource, or a loop that makes some; a loop inside Properties makes none. */
function holdsResource(key: string, value: Json | undefined): boolean {
  const body = value === undefined ? undefined : readLoop(key, value)?.body;
  if (body !== undefined) return Object.entries(body).some(([name, made]) => holdsResource(name, made));
  return isObject(value) && typeof member(value, 'Type') === 'string';
}

function propertiesPlacement(fragment: JsonObject, keys: readonly string[]): Placement {
  const type: HardenedType =
    Object.hasOwn(fragment, 'Prefix') || Object.hasOwn(fragment, 'AppliedFor')
      ? 'AWS::ECR::RepositoryCreationTemplate'
      : 'AWS::ECR::Repository';
  const foreign = keys.filter((key) => !knownProperties[type].includes(key) && !isMaker(key));
  if (foreign.length === 0) return { kind: 'properties', type };
  return {
    kind: 'unknown',
    reason: `EcrHardening stands beside ${foreign.slice(0, 5).join(', ')}, which ${type} does not have; move it to the top level of the template, or beside the Type of a repository`,
  };
}
