import { controls } from '../core/controls/index.ts';
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
import type { Path } from '../core/path.ts';
import type { Policy } from '../core/policy/policy.ts';
import { type ControlFinding, writtenBy } from './control-context.ts';
import { placementOf, sections, spelling } from './fragment.ts';
import { generatesResources, type ParameterValues, readLoop, withoutParameters } from './intrinsics.ts';
import { readMetadata } from './metadata.ts';
import { type DescribeFinding, withReport } from './report.ts';
import { type HardenedType, hardenedTypes } from './resource-types.ts';
import { templateSettings } from './settings/index.ts';
import type { Change } from './settings/template-setting.ts';
import { completeSettings, type SettingsFunction, settingsType } from './settings-resource.ts';

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
  const add: AddFinding = (finding) => findings.push(finding);
  return { fragment: hardenFragment(fragment, options, add), findings };
}

/** Takes one decision; each caller adds what is only known further out, such as the logical ID. */
type AddFinding = (finding: Finding) => void;

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

function hardenRepository(
  resource: JsonObject,
  given: JsonObject,
  type: HardenedType,
  { policy: base, parameters, today, describe }: HardenOptions,
  logicalId: string | undefined,
): { readonly resource: JsonObject; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const add: AddFinding = (finding) => findings.push({ ...finding, logicalId });
  const names = Object.keys(given);
  addMisspelt(names, type, add);
  const metadata = readMetadata(resource, base, today, parameters, add);
  const { policy, isRedacted, exempt, endedOn } = metadata;
  const isOpen = names.some(generatesResources);
  const written = writtenBy(policy);

  const attributeChanges: Change[] = [];
  const propertyChanges: Change[] = [];
  for (const control of controls) {
    const { name, setting, isOn } = control;
    const { types, isOfAttributes = false, harden: apply } = templateSettings[setting];
    const isNamed = exempt.includes(name);
    if (!types.includes(type) || !isOn(policy) || (isNamed && endedOn === undefined)) continue;
    const addFinding = (found: ControlFinding) => {
      const finding: Finding = { ...found, control: name, logicalId };
      const isPlain = !isRedacted && !isNamed;
      findings.push(isPlain ? finding : withRules(finding, isRedacted, isNamed ? endedOn : undefined));
    };
    const changes = isOfAttributes ? attributeChanges : propertyChanges;
    const context = { control, policy, parameters, mayGainProperties: isOpen, written, addFinding };
    changes.push(...apply(isOfAttributes ? resource : given, type, context));
  }
  const properties = changed(given, propertyChanges);
  const hardened = withProperties(changed(resource, attributeChanges), given, properties);
  return { resource: policy.Report ? withReport(hardened, findings, describe) : hardened, findings };
}

/** A decision by a resource's own rules: without what hidden parameters must not show, with an exemption's end. */
function withRules(finding: Finding, isRedacted: boolean, exemptionEndedOn: string | undefined): Finding {
  return { ...finding, ...(isRedacted ? { after: undefined } : {}), exemptionEndedOn };
}

/** The same object with changes applied, in one copy; the very same one when there are none. */
function changed(object: JsonObject, changes: readonly Change[]): JsonObject {
  let copy: Record<string, Json> | undefined;
  for (const [name, value] of changes) {
    if (member(object, name) === value) continue;
    copy ??= { ...object };
    if (value === undefined) delete copy[name];
    else copy[name] = value;
  }
  return copy ?? object;
}

/** The resource with its Properties; none are made where nothing was written into them. */
function withProperties(resource: JsonObject, given: JsonObject, properties: JsonObject): JsonObject {
  return properties === given ? resource : withMember(resource, 'Properties', properties);
}

/** Names that differ from a property's only by case: CloudFormation refuses them, and they would hide from us. */
function addMisspelt(names: readonly string[], type: HardenedType, add: AddFinding): void {
  for (const name of names) {
    const right = spelling(type, name);
    if (right !== undefined && right !== name)
      addShapeFinding(add, 'misspelt', ['Properties', name], { expected: right });
  }
}

function addShapeFinding(
  add: AddFinding,
  code: Finding['code'],
  path: Path,
  details: Pick<Finding, 'logicalId' | 'expected' | 'actual'>,
): void {
  add({ control: 'Template', code, path, outcome: 'invalid', ...details });
}
