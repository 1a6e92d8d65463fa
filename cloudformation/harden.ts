import type { Finding } from '../core/finding.ts';
import { isObject, type Json, type JsonObject, mapMembers, member, withMember } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import type { Policy } from '../core/policy/policy.ts';
import { type AddFinding, addShapeFinding } from './apply-controls.ts';
import type { ReviewDefault } from './control-context.ts';
import type { Placement } from './fragment.ts';
import { hardenResource, type ResourceOptions } from './harden-resource.ts';
import { generatesResources, isLoop, type ParameterValues, readLoop } from './intrinsics.ts';
import type { DescribeFinding } from './report.ts';
import { type HardenedType, repositoryType } from './resource-types.ts';
import { loadedRules, type RulesOnDemand } from './rules-on-demand.ts';
import { insideLoop, partScope, templateScope } from './scope.ts';
import type { SettingsFunction } from './settings-resource.ts';
import { isWholeTemplate, sections } from './template-shape.ts';

/** What hardening depends on beside the fragment. */
export interface HardenOptions {
  /** The policy of the application and of the transform's own Parameters. */
  readonly policy: Policy;
  /** The template's parameters with their values for this deployment. */
  readonly parameters: ParameterValues;
  /** The day that exemptions are checked against, as YYYY-MM-DD; asked for only where one ends. */
  readonly today: () => string;
  /** What a `Custom::EcrSettings` is completed with; undefined leaves it as it is. */
  readonly settings?: SettingsFunction | undefined;
  /** How `Report` writes a finding into a resource's Metadata. */
  readonly describe: DescribeFinding;
  /** Reviews each default lifecycle policy before it is written into a repository, in the template's order. */
  readonly review?: ReviewDefault | undefined;
}

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
  return hardenWith(loadedRules, fragment, options);
}

/** The same, with what only some templates need from wherever the caller has it. */
export function hardenWith(rules: RulesOnDemand, fragment: JsonObject, options: HardenOptions): Hardened {
  const findings: Finding[] = [];
  const add: AddFinding = (finding) => findings.push(finding);
  const { parameters, ...others } = options;
  const scope = partScope(parameters, rules.intrinsics);
  const resourceOptions = { ...others, scope, rules };
  const hardened = isWholeTemplate(fragment)
    ? hardenTemplate(fragment, resourceOptions, add)
    : hardenPart(fragment, rules.parts().placementOf(fragment), resourceOptions, add);
  return { fragment: hardened, findings };
}

/** Hardens what is beside a `Fn::Transform`, or a template that only looks like one. */
function hardenPart(
  fragment: JsonObject,
  placement: Placement,
  options: ResourceOptions,
  add: AddFinding,
): JsonObject {
  switch (placement.kind) {
    case 'template':
      return hardenTemplate(fragment, options, add);
    case 'resources':
      return hardenResources(fragment, options, add);
    case 'resource':
      return hardenResource(fragment, options, add);
    case 'properties': {
      const { type, unknown } = placement;
      const assumed = { path: [], outcome: 'noted', expected: type } as const;
      if (unknown !== undefined)
        add({ control: 'Template', code: 'placement-assumed', ...assumed, actual: unknown.slice(0, 5) });
      return hardenProperties(fragment, type, options, add);
    }
    case 'elsewhere':
      addShapeFinding(add, 'misplaced', [], {
        expected: repositoryType,
        actual: placement.foreign.slice(0, 5),
      });
      return fragment;
    default:
      return placement satisfies never;
  }
}

function hardenProperties(
  fragment: JsonObject,
  type: HardenedType,
  options: ResourceOptions,
  add: AddFinding,
): JsonObject {
  // Attributes beside Properties cannot be written from inside it.
  if (options.policy.Retain || options.policy.Report)
    add({ control: 'Parameters', code: 'inside-properties', path: [], outcome: 'noted' });
  const inside = { ...options, policy: { ...options.policy, Retain: false, Report: false } };
  const { Properties: properties } = hardenResource({ Type: type, Properties: fragment }, inside, add);
  return isObject(properties) ? properties : fragment;
}

function hardenTemplate(template: JsonObject, options: ResourceOptions, add: AddFinding): JsonObject {
  for (const name of sections) {
    const section = member(template, name);
    if (section !== undefined && !isObject(section))
      addShapeFinding(add, 'not-a-map', [name], { actual: section });
  }
  for (const name of Object.keys(template).filter(generatesResources)) addSnippet(add, [name]);
  const resources = template.Resources;
  // Another macro of the template may still make its resources; CloudFormation refuses a template without any.
  if (!isObject(resources)) return template;
  const { parameters, intrinsics } = options.scope;
  const scope = templateScope(template, parameters, intrinsics);
  return withMember(template, 'Resources', hardenResources(resources, { ...options, scope }, add));
}

function hardenResources(resources: JsonObject, options: ResourceOptions, add: AddFinding): JsonObject {
  return mapMembers(resources, (resource, logicalId) => {
    if (generatesResources(logicalId)) return hardenGenerated(resource, logicalId, options, add);
    if (isObject(resource)) return hardenResource(resource, options, add, logicalId);
    addShapeFinding(add, 'not-a-resource', [], { logicalId, actual: resource });
    return resource;
  });
}

/** Hardens the resources that a loop makes. One of another shape is for AWS::LanguageExtensions to refuse. */
function hardenGenerated(resource: Json, key: string, options: ResourceOptions, add: AddFinding): Json {
  const loop = readLoop(key, resource);
  if (loop !== undefined) {
    const scope = insideLoop(options.scope, loop.identifier, loop.collection);
    const body = hardenResources(loop.body, { ...options, scope }, add);
    return body === loop.body ? resource : [loop.identifier, loop.collection, body];
  }
  if (!isLoop(key)) addSnippet(add, ['Resources', key]);
  return resource;
}

/** The content of a snippet is not checked here: it is expanded before the template around it. */
function addSnippet(add: AddFinding, path: Path): void {
  addShapeFinding(add, 'out-of-reach', path, { outcome: 'noted', actual: path.at(-1) });
}
