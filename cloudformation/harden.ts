import type { Finding } from '../core/finding.ts';
import {
  isObject,
  isOneOf,
  type Json,
  type JsonObject,
  mapMembers,
  member,
  withMember,
} from '../core/json.ts';
import { placementOf, sections } from './fragment.ts';
import type { HardenOptions } from './harden-options.ts';
import { type AddFinding, addShapeFinding, hardenRepository, withProperties } from './harden-repository.ts';
import { generatesResources, readLoop, withoutParameters } from './intrinsics.ts';
import { hardenedTypes } from './resource-types.ts';
import { completeSettings, settingsType } from './settings-resource.ts';

/** A hardened fragment and every decision on the way to it. */
export interface Hardened {
  /** The very same object as was given when nothing changed. Not to be deployed when a finding is a refusal. */
  readonly fragment: JsonObject;
  readonly findings: readonly Finding[];
}

/**
 * Hardens a template, a map of resources, one resource or its properties, whichever the fragment is.
 *
 * Pure: the fragment is not changed, parts that no control touches are shared with the answer. Doing it twice
 * is doing it once.
 */
export function harden(fragment: JsonObject, options: HardenOptions): Hardened {
  const findings: Finding[] = [];
  const add: AddFinding = (finding) => findings.push(finding);
  return { fragment: hardenFragment(fragment, options, add), findings };
}

function hardenFragment(fragment: JsonObject, options: HardenOptions, add: AddFinding): JsonObject {
  const placement = placementOf(fragment);
  switch (placement.kind) {
    case 'template':
      return hardenTemplate(fragment, options, add);
    case 'resources':
      return hardenResources(fragment, options, add);
    case 'resource':
      return hardenResource(fragment, options, add);
    case 'properties': {
      // Attributes that stand beside Properties cannot be written from inside it.
      if (options.policy.Retain || options.policy.Report) {
        add({ control: 'Parameters', code: 'inside-properties', path: [], outcome: 'noted' });
      }
      const inside = { ...options, policy: { ...options.policy, Retain: false, Report: false } };
      const hardened = hardenResource({ Type: placement.type, Properties: fragment }, inside, add);
      const properties = member(hardened, 'Properties');
      return isObject(properties) ? properties : fragment;
    }
    case 'unknown':
      addShapeFinding(add, 'misplaced', [], { expected: placement.type, actual: placement.foreign });
      return fragment;
    default:
      return placement satisfies never;
  }
}

function hardenTemplate(template: JsonObject, options: HardenOptions, add: AddFinding): JsonObject {
  for (const name of sections) {
    const section = member(template, name);
    if (section !== undefined && !isObject(section))
      addShapeFinding(add, 'not-a-map', [name], { actual: section });
  }
  const resources = member(template, 'Resources');
  // Another macro of the template may still make its resources; CloudFormation refuses a template without any.
  if (!isObject(resources)) return template;
  const declared = member(template, 'Parameters');
  const parameters = withoutParameters(options.parameters, (name) => isStored(declared, name));
  return withMember(template, 'Resources', hardenResources(resources, { ...options, parameters }, add));
}

/** Whether a parameter is one of the Parameter Store: AWS does not say if a macro is given its name or its value. */
function isStored(declared: Json | undefined, name: string): boolean {
  const parameter = isObject(declared) ? member(declared, name) : undefined;
  const type = isObject(parameter) ? member(parameter, 'Type') : undefined;
  return typeof type === 'string' && type.startsWith('AWS::SSM::');
}

function hardenResources(resources: JsonObject, options: HardenOptions, add: AddFinding): JsonObject {
  return mapMembers(resources, (resource, logicalId) => {
    const loop = readLoop(logicalId, resource);
    if (loop !== undefined) {
      // A loop's identifier hides a parameter of that name.
      const parameters = withoutParameters(options.parameters, (name) => name === loop.identifier);
      const body = hardenResources(loop.body, { ...options, parameters }, add);
      return body === loop.body ? resource : [loop.identifier, loop.collection, body];
    }
    // A loop of another shape is for AWS::LanguageExtensions to refuse; a snippet is expanded before or after us.
    if (generatesResources(logicalId)) return resource;
    if (isObject(resource)) return hardenResource(resource, options, add, logicalId);
    addShapeFinding(add, 'not-a-resource', [], { logicalId, actual: resource });
    return resource;
  });
}

function hardenResource(
  resource: JsonObject,
  options: HardenOptions,
  add: AddFinding,
  logicalId?: string,
): JsonObject {
  const type = member(resource, 'Type');
  if (type !== settingsType && !isOneOf(hardenedTypes, type)) return resource;
  const { Properties: properties = {} } = resource;
  if (!isObject(properties)) {
    addShapeFinding(add, 'not-a-map', ['Properties'], { logicalId, actual: properties });
    return resource;
  }
  if (isOneOf(hardenedTypes, type)) {
    const { resource: hardened, findings } = hardenRepository(resource, properties, type, options, logicalId);
    for (const finding of findings) add(finding);
    return hardened;
  }
  const settings = completeSettings(properties, options.settings, (finding) =>
    add({ ...finding, control: 'Settings', logicalId }),
  );
  return withProperties(resource, properties, settings);
}
