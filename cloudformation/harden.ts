import { type ControlContext, type HardenedType, hardenedTypes } from '../core/controls/control.ts';
import { controls } from '../core/controls/index.ts';
import type { Finding } from '../core/finding.ts';
import { generatesResources, type ParameterValues, readLoop, withoutParameters } from '../core/intrinsics.ts';
import {
  describeKind,
  isObject,
  isOneOf,
  type Json,
  type JsonObject,
  mapMembers,
  member,
  withMember,
} from '../core/json.ts';
import type { Policy } from '../core/policy/policy.ts';
import { placementOf, sections, spelling } from './fragment.ts';
import { readMetadata } from './metadata.ts';
import { withReport } from './report.ts';
import { completeSettings, type SettingsFunction, settingsType } from './settings-resource.ts';

/** What hardening depends on beside the fragment. */
export interface HardenOptions {
  /** The policy of the application and of the transform's own Parameters. */
  readonly policy: Policy;
  /** The template's parameters with their values for this deployment. */
  readonly parameters: ParameterValues;
  /** The day that exemptions are held against, as YYYY-MM-DD. */
  readonly today: string;
  /** What a `Custom::EcrSettings` is completed with; undefined leaves it as it is. */
  readonly settings?: SettingsFunction | undefined;
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
  const findings: Finding[] = [];
  const tell: Tell = (finding) => findings.push(finding);
  return { fragment: hardenFragment(fragment, options, tell), findings };
}

/** Takes one decision; who passes it on adds what is only known further out, such as the logical ID. */
type Tell = (finding: Finding) => void;

function hardenFragment(fragment: JsonObject, options: HardenOptions, tell: Tell): JsonObject {
  const placement = placementOf(fragment);
  switch (placement.kind) {
    case 'template':
      return hardenTemplate(fragment, options, tell);
    case 'resources':
      return hardenResources(fragment, options, tell);
    case 'resource':
      return hardenResource(fragment, options, tell);
    case 'properties': {
      // Attributes that stand beside Properties cannot be written from inside it.
      if (options.policy.Retain || options.policy.Report) {
        const reason = 'Retain and Report cannot be written from inside Properties';
        tell({ control: 'Parameters', path: '', outcome: 'noted', reason });
      }
      const inside = { ...options, policy: { ...options.policy, Retain: false, Report: false } };
      const hardened = hardenResource({ Type: placement.type, Properties: fragment }, inside, tell);
      const properties = member(hardened, 'Properties');
      return isObject(properties) ? properties : fragment;
    }
    case 'unknown':
      addShapeFinding(tell, '', placement.reason);
      return fragment;
    default:
      return placement satisfies never;
  }
}

function hardenTemplate(template: JsonObject, options: HardenOptions, tell: Tell): JsonObject {
  for (const name of sections) {
    const section = member(template, name);
    if (section !== undefined && !isObject(section))
      addShapeFinding(tell, name, `must be a map, not ${describeKind(section)}`);
  }
  const resources = member(template, 'Resources');
  // Another macro of the template may still make its resources; CloudFormation refuses a template without any.
  if (!isObject(resources)) return template;
  const declared = member(template, 'Parameters');
  const parameters = withoutParameters(options.parameters, (name) => isStored(declared, name));
  return withMember(template, 'Resources', hardenResources(resources, { ...options, parameters }, tell));
}

/** Whether a parameter is one of the Parameter Store: AWS does not say if a macro is given its name or its value. */
function isStored(declared: Json | undefined, name: string): boolean {
  const parameter = isObject(declared) ? member(declared, name) : undefined;
  const type = isObject(parameter) ? member(parameter, 'Type') : undefined;
  return typeof type === 'string' && type.startsWith('AWS::SSM::');
}

function hardenResources(resources: JsonObject, options: HardenOptions, tell: Tell): JsonObject {
  return mapMembers(resources, (resource, logicalId) => {
    const loop = readLoop(logicalId, resource);
    if (loop !== undefined) {
      // A loop's identifier hides a parameter of that name.
      const parameters = withoutParameters(options.parameters, (name) => name === loop.identifier);
      const body = hardenResources(loop.body, { ...options, parameters }, tell);
      return body === loop.body ? resource : [loop.identifier, loop.collection, body];
    }
    // A loop of another shape is for AWS::LanguageExtensions to refuse; a snippet is expanded before or after us.
    if (generatesResources(logicalId)) return resource;
    const tellHere: Tell = (finding) => tell({ ...finding, logicalId });
    if (isObject(resource)) return hardenResource(resource, options, tellHere);
    addShapeFinding(tellHere, '', `must be a map with a Type, not ${describeKind(resource)}`);
    return resource;
  });
}

function hardenResource(resource: JsonObject, options: HardenOptions, tell: Tell): JsonObject {
  const type = member(resource, 'Type');
  if (type !== settingsType && !isOneOf(hardenedTypes, type)) return resource;
  const { Properties: properties = {} } = resource;
  if (!isObject(properties)) {
    addShapeFinding(tell, 'Properties', `must be a map, not ${describeKind(properties)}`);
    return resource;
  }
  if (isOneOf(hardenedTypes, type)) return hardenRepository(resource, properties, type, options, tell);
  const completed = completeSettings(properties, options.settings, (told) =>
    tell({ control: 'Settings', ...told }),
  );
  return withProperties(resource, properties, completed);
}

function hardenRepository(
  resource: JsonObject,
  given: JsonObject,
  type: HardenedType,
  { policy: base, parameters, today }: HardenOptions,
  tell: Tell,
): JsonObject {
  const own: Finding[] = [];
  const tellOwn: Tell = (finding) => own.push(finding);
  addMisspelt(given, type, tellOwn);
  const {
    policy,
    isRedacted: isVeiled,
    exempt,
    endedOn,
  } = readMetadata(resource, base, today, parameters, tellOwn);

  let attributes = resource;
  let properties = given;
  for (const { name, types, isOn, isOfAttributes, harden: apply } of controls) {
    const isNamed = exempt.includes(name);
    if (!types.includes(type) || !isOn(policy) || (isNamed && endedOn === undefined)) continue;
    const note = isNamed ? ` (its exemption ended on ${endedOn})` : '';
    const context: ControlContext = {
      policy,
      parameters,
      addFinding: (told) =>
        tellOwn({
          control: name,
          path: told.path,
          outcome: told.outcome,
          before: told.before,
          after: isVeiled ? undefined : told.after,
          reason: told.reason + note,
        }),
    };
    if (isOfAttributes) attributes = apply(attributes, type, context);
    else properties = apply(properties, type, context);
  }
  for (const finding of own) tell(finding);
  const hardened = withProperties(attributes, given, properties);
  return policy.Report ? withReport(hardened, own) : hardened;
}

/** The resource with its Properties; none are made where nothing was written into them. */
function withProperties(resource: JsonObject, given: JsonObject, properties: JsonObject): JsonObject {
  return properties === given ? resource : withMember(resource, 'Properties', properties);
}

/** Names that differ from a property's only by case: CloudFormation refuses them, and they would hide from us. */
function addMisspelt(properties: JsonObject, type: HardenedType, tell: Tell): void {
  for (const name of Object.keys(properties)) {
    const right = spelling(type, name);
    if (right !== undefined && right !== name)
      addShapeFinding(tell, `Properties.${name}`, `must be spelt ${right}`);
  }
}

function addShapeFinding(tell: Tell, path: string, reason: string): void {
  tell({ control: 'Template', path, outcome: 'invalid', reason });
}
