import type { ControlContext, HardenedType } from './controls/control.ts';
import { controls } from './controls/index.ts';
import type { Finding } from './finding.ts';
import { knownProperties, placementOf } from './fragment.ts';
import { isMaker, type ParameterValues, readLoop, withoutParameter } from './intrinsics.ts';
import {
  describeKind,
  isObject,
  type Json,
  type JsonObject,
  mapMembers,
  member,
  withMember,
} from './json.ts';
import { readMetadata } from './metadata.ts';
import type { Policy } from './policy.ts';
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
  const tell = (finding: Finding) => findings.push(finding);
  const done = (hardened: JsonObject): Hardened => ({ fragment: hardened, findings });
  const refuse = (path: string, reason: string): Hardened => {
    tell(shapeProblem('', path, reason));
    return done(fragment);
  };
  const placement = placementOf(fragment);
  switch (placement.kind) {
    case 'template': {
      const resources = member(fragment, 'Resources');
      if (!isObject(resources)) {
        tell(shapeProblem('', 'Resources', `must be a map of resources, not ${describeKind(resources)}`));
        return { fragment, findings };
      }
      const hardened = hardenResources(resources, options, tell);
      return { fragment: withMember(fragment, 'Resources', hardened), findings };
    }
    case 'resources':
      return done(hardenResources(fragment, options, tell));
    case 'resource':
      return done(hardenResource(fragment, '', options, tell));
    case 'properties': {
      const { type } = placement;
      // Attributes that stand beside Properties cannot be written from inside it.
      if (options.policy.Retain)
        tell({
          control: 'Retain',
          path: '',
          outcome: 'noted',
          reason: 'cannot be written from inside Properties',
        });
      const inside = { ...options, policy: { ...options.policy, Retain: false, Report: false } };
      const hardened = hardenResource({ Type: type, Properties: fragment }, '', inside, tell);
      const properties = member(hardened, 'Properties');
      return done(isObject(properties) ? properties : fragment);
    }
    case 'unknown':
      return refuse('', placement.reason);
    default:
      return placement satisfies never;
  }
}

type Tell = (finding: Finding) => void;

function hardenResources(resources: JsonObject, options: HardenOptions, tell: Tell): JsonObject {
  return mapMembers(resources, (resource, logicalId) => {
    const loop = readLoop(logicalId, resource);
    if (loop !== undefined) {
      const parameters = withoutParameter(options.parameters, loop.identifier);
      const body = hardenResources(loop.body, { ...options, parameters }, tell);
      return body === loop.body ? resource : [loop.identifier, loop.collection, body];
    }
    // A loop of another shape is for AWS::LanguageExtensions to refuse; a snippet is expanded before or after us.
    if (isMaker(logicalId)) return resource;
    if (!isObject(resource)) {
      tell(shapeProblem(logicalId, '', `must be a map with a Type, not ${describeKind(resource)}`));
      return resource;
    }
    return hardenResource(resource, logicalId, options, tell);
  });
}

function hardenResource(
  resource: JsonObject,
  logicalId: string,
  options: HardenOptions,
  tell: Tell,
): JsonObject {
  const type = member(resource, 'Type');
  if (type !== settingsType && !isHardenedType(type)) return resource;
  const properties = member(resource, 'Properties');
  if (properties !== undefined && !isObject(properties)) {
    tell(shapeProblem(logicalId, 'Properties', `must be a map, not ${describeKind(properties)}`));
    return resource;
  }
  if (!isHardenedType(type))
    return completeSettings(resource, options.settings, (told) =>
      tell({ logicalId, control: 'Settings', ...told }),
    );
  return hardenRepository(resource, type, logicalId, options, tell);
}

function hardenRepository(
  resource: JsonObject,
  type: HardenedType,
  logicalId: string,
  options: HardenOptions,
  tell: Tell,
): JsonObject {
  const own = misspeltProperties(resource, type, logicalId);
  const { rules, findings } = readMetadata(
    resource,
    logicalId,
    options.policy,
    options.today,
    options.parameters,
  );
  own.push(...findings);

  let hardened = resource;
  for (const control of controls) {
    if (!control.types.includes(type) || !control.isOn(rules.policy) || rules.exempt.includes(control.name))
      continue;
    const ended = rules.ended?.controls.includes(control.name)
      ? ` (its exemption ended on ${rules.ended.until})`
      : '';
    const context: ControlContext = {
      policy: rules.policy,
      parameters: options.parameters,
      tell: (told) => own.push({ logicalId, control: control.name, ...told, reason: told.reason + ended }),
    };
    hardened = control.harden(hardened, type, context);
  }
  for (const finding of own) tell(finding);
  return rules.policy.Report ? withReport(hardened, own) : hardened;
}

/** Names that differ from a property's only by case: CloudFormation refuses them, and they would hide from us. */
function misspeltProperties(resource: JsonObject, type: HardenedType, logicalId: string): Finding[] {
  const properties = member(resource, 'Properties');
  if (!isObject(properties)) return [];
  return Object.keys(properties).flatMap((name) => {
    if (knownProperties[type].includes(name)) return [];
    const right = knownProperties[type].find((known) => known.toLowerCase() === name.toLowerCase());
    return right === undefined
      ? []
      : [shapeProblem(logicalId, `Properties.${name}`, `must be spelt ${right}`)];
  });
}

function isHardenedType(type: Json | undefined): type is HardenedType {
  return typeof type === 'string' && Object.hasOwn(knownProperties, type);
}

function shapeProblem(logicalId: string, path: string, reason: string): Finding {
  return { control: 'Template', logicalId, path, outcome: 'invalid', reason };
}
