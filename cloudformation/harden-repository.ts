/** How one repository, or creation template of some, is hardened. */
import { controls } from '../core/controls/index.ts';
import type { Finding } from '../core/finding.ts';
import { type Json, type JsonObject, member, withMember } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { type ControlFinding, writtenBy } from './control-context.ts';
import { spelling } from './fragment.ts';
import type { HardenOptions } from './harden-options.ts';
import { generatesResources } from './intrinsics.ts';
import { readMetadata } from './metadata.ts';
import { withReport } from './report.ts';
import type { HardenedType } from './resource-types.ts';
import { templateSettings } from './settings/index.ts';
import type { Change } from './settings/template-setting.ts';

/** Takes one decision. */
export type AddFinding = (finding: Finding) => void;

/**
 * Applies every control that the policy asks for, in their order.
 *
 * @param given the resource's Properties
 * @returns the very same resource when nothing changes, and every decision
 */
export function hardenRepository(
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
export function withProperties(resource: JsonObject, given: JsonObject, properties: JsonObject): JsonObject {
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

/** Reports what no control is about: a shape that CloudFormation refuses. */
export function addShapeFinding(
  add: AddFinding,
  code: Finding['code'],
  path: Path,
  details: Pick<Finding, 'logicalId' | 'expected' | 'actual'>,
): void {
  add({ control: 'Template', code, path, outcome: 'invalid', ...details });
}
