/** How one resource is hardened, whatever its Properties are made of. */
import type { Finding } from '../core/finding.ts';
import { isOneOf, type Json, type JsonObject, withMember } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import type { Policy } from '../core/policy/policy.ts';
import { type AddFinding, addShapeFinding, applyControls, inBranch } from './apply-controls.ts';
import type { ControlRules, ReviewDefault } from './control-context.ts';
import { generatesResources } from './intrinsics.ts';
import { type MetadataRules, readMetadata } from './metadata.ts';
import { decideResource } from './reading.ts';
import type { DescribeFinding } from './report.ts';
import {
  changed,
  eachProperties,
  type PropertyMap,
  readProperties,
  writeProperties,
} from './resource-properties.ts';
import { creationTemplateType, type HardenedType, hardenedTypes, holdsTemplate } from './resource-types.ts';
import type { Scope } from './scope.ts';
import { completeSettings, type SettingsFunction, settingsType } from './settings-resource.ts';
import { spelling } from './template-shape.ts';

/** What only some resources need; each is called only where it is needed. */
export interface ResourceRulesOnDemand extends ControlRules {
  readonly metadata: MetadataRules;
}

/** What a resource is hardened with. */
export interface ResourceOptions {
  readonly policy: Policy;
  readonly scope: Scope;
  readonly today: () => string;
  readonly settings?: SettingsFunction | undefined;
  readonly describe: DescribeFinding;
  readonly review?: ReviewDefault | undefined;
  readonly rules: ResourceRulesOnDemand;
}

/** Hardens a resource if it is of a type that is hardened. */
export function hardenResource(
  resource: JsonObject,
  options: ResourceOptions,
  add: AddFinding,
  logicalId?: string,
): JsonObject {
  const type = resource.Type;
  if (isOneOf(hardenedTypes, type)) {
    const { resource: hardened, findings } = hardenRepository(resource, type, options, logicalId);
    for (const finding of findings) add(finding);
    return hardened;
  }
  if (type === settingsType) return completeResource(resource, options, add, logicalId);
  if (typeof type === 'string' && holdsTemplate(type))
    addShapeFinding(add, 'out-of-reach', ['Type'], { outcome: 'noted', logicalId, actual: type });
  return resource;
}

/** A `Custom::EcrSettings` with what its author left out. */
function completeResource(
  resource: JsonObject,
  { scope, settings }: ResourceOptions,
  add: AddFinding,
  logicalId: string | undefined,
): JsonObject {
  const properties = readProperties(resource.Properties, scope, true);
  for (const each of eachProperties(properties))
    if (each.kind === 'map')
      each.changes.push(
        ...completeSettings(each.properties, settings, (finding) =>
          add(inBranch({ ...finding, control: 'Settings', logicalId }, each)),
        ),
      );
    else if (each.kind === 'not-a-map')
      addShapeFinding(add, 'not-a-map', each.path, { logicalId, actual: each.raw });
  return withProperties(resource, writeProperties(properties));
}

function hardenRepository(
  resource: JsonObject,
  type: HardenedType,
  { policy: base, scope: outer, today, describe, review, rules: rulesOnDemand }: ResourceOptions,
  logicalId: string | undefined,
): { readonly resource: JsonObject; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const add: AddFinding = (finding) => findings.push({ ...finding, logicalId });
  const { scope, isSelected } = decideResource(resource, outer);
  const properties = readProperties(resource.Properties, scope, isSelected);
  const maps = eachProperties(properties);
  for (const each of maps)
    if (each.kind === 'map') checkMap(each, type, rulesOnDemand, add);
    else if (each.kind === 'not-a-map') addShapeFinding(add, 'not-a-map', each.path, { actual: each.raw });
  const rules = readMetadata(resource, base, today, scope, add, rulesOnDemand.metadata);
  const attributes = applyControls(
    { resource, type, logicalId, maps, rules, scope, isSelected, review, rulesOnDemand },
    findings,
  );
  const { exemption } = rules;
  if (exemption !== undefined && !Object.keys(resource).some(generatesResources))
    for (const each of maps)
      if (each.kind === 'map') rulesOnDemand.metadata().addExemptionTag(each, type, exemption, add);
  const hardened = withProperties(changed(resource, attributes), writeProperties(properties));
  return {
    resource: rules.policy.Report
      ? rulesOnDemand.metadata().withReport(hardened, findings, describe)
      : hardened,
    findings,
  };
}

/** The resource with its Properties; none are created if nothing was written. */
function withProperties(resource: JsonObject, properties: Json | undefined): JsonObject {
  return properties === undefined ? resource : withMember(resource, 'Properties', properties);
}

function checkMap(
  map: PropertyMap,
  type: HardenedType,
  { creationTemplates }: ControlRules,
  add: AddFinding,
): void {
  const names = Object.keys(map.properties);
  addMisspelt(names, map.path, type, add);
  if (type === creationTemplateType && !names.some(generatesResources))
    creationTemplates().addMissingRole(map.properties, map.scope, (finding) => add(inBranch(finding, map)));
}

/** Names that differ from a property's only by case: CloudFormation refuses them, and controls would miss them. */
function addMisspelt(names: readonly string[], path: Path, type: HardenedType, add: AddFinding): void {
  for (const name of names) {
    const right = spelling(type, name);
    if (right !== undefined && right !== name)
      addShapeFinding(add, 'misspelt', [...path, name], { expected: right });
  }
}
