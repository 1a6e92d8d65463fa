/** Applies the controls to one resource, to each map that can be its Properties. */
import type { Finding } from '../core/finding.ts';
import type { JsonObject } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { addUndetermined, unselected } from './apply-issues.ts';
import type { ControlContext, ControlFinding, ControlRules, ReviewDefault } from './control-context.ts';
import { generatesResources, isLoop } from './intrinsics.ts';
import type { OtherProperties, PropertyMap } from './resource-properties.ts';
import type { ResourceRules } from './resource-rules.ts';
import { type HardenedType, repositoryType } from './resource-types.ts';
import type { Scope } from './scope.ts';
import type { Change } from './settings/template-setting.ts';
import { decideUnset, type Step, workOf } from './steps.ts';

/** Receives one decision; each caller adds what it knows, such as the logical ID. */
export type AddFinding = (finding: Finding) => void;

/** Reports what is no template's shape. */
export function addShapeFinding(
  add: AddFinding,
  code: Finding['code'],
  path: Path,
  details: Partial<Finding> = {},
): void {
  add({ control: 'Template', code, path, outcome: 'invalid', ...details });
}

/** A repository with what is known of it. */
export interface ReadRepository {
  readonly resource: JsonObject;
  readonly type: HardenedType;
  readonly logicalId: string | undefined;
  readonly maps: readonly (PropertyMap | OtherProperties)[];
  readonly rules: ResourceRules;
  readonly scope: Scope;
  /** Whether the parameters' values create it. */
  readonly isSelected: boolean;
  /** Reviews a default lifecycle policy before it is written. */
  readonly review: ReviewDefault | undefined;
  readonly rulesOnDemand: ControlRules;
}

type MayGain = ControlContext['mayGainProperties'];

/** What can be the Properties of a resource. */
interface Place {
  readonly each: PropertyMap | OtherProperties;
  readonly mayGain: MayGain;
  /** The names in it, where it is all that Properties can be, and nothing else writes into it. */
  readonly onlyNames: readonly string[] | undefined;
}

/** Applies every control that the rules ask for, and adds the findings; what changes beside Properties is answered. */
export function applyControls(repository: ReadRepository, findings: Finding[]): readonly Change[] {
  const { resource, type, logicalId, maps, rules, scope, isSelected, review, rulesOnDemand } = repository;
  const { policy, isRedacted, exempt, endedOn } = rules;
  const { steps, written } = workOf(policy);
  const places = maps.map((each) => placeOf(each, resource, scope));
  const attributeChanges: Change[] = [];
  for (const step of steps) {
    const { control, name, types, isOfAttributes, harden } = step;
    const isNamed = exempt.includes(name);
    if (!types.includes(type) || (isNamed && endedOn === undefined)) continue;
    const addFinding = (found: ControlFinding) => {
      const finding: Finding = { ...found, control: name, logicalId };
      findings.push(
        isRedacted || isNamed ? withRules(finding, isRedacted, isNamed ? endedOn : undefined) : finding,
      );
    };
    const context = {
      control,
      policy,
      scope,
      mayGainProperties: undefined,
      written,
      rules: rulesOnDemand,
      addFinding,
    };
    if (isOfAttributes)
      attributeChanges.push(...harden(resource, type, attributeContext(context, isSelected)));
    else {
      // Only a repository's policy can meet images that are there already.
      const reviewing = control.setting === 'lifecyclePolicy' && type === repositoryType ? review : undefined;
      for (const place of places)
        applyTo(place, withReview(context, place.each, logicalId, reviewing), step, type);
    }
  }
  return attributeChanges;
}

function placeOf(each: PropertyMap | OtherProperties, resource: JsonObject, scope: Scope): Place {
  if (each.kind !== 'map') return { each, mayGain: undefined, onlyNames: undefined };
  const names = Object.keys(each.properties);
  const mayGain = maker(names, resource);
  return { each, mayGain, onlyNames: isWhole(each, scope) && mayGain === undefined ? names : undefined };
}

/** Applies a control to one map of properties, in the context of its place. */
function applyTo(
  { each, mayGain, onlyNames }: Place,
  context: ControlContext,
  step: Step,
  type: HardenedType,
): void {
  const { reads, harden } = step;
  if (
    each.kind === 'map' &&
    // A review is of one resource.
    context.review === undefined &&
    reads !== undefined &&
    onlyNames?.some((name) => reads.includes(name)) === false
  ) {
    const { changes, findings } = decideUnset(step, type, context);
    each.changes.push(...changes);
    for (const found of findings) context.addFinding(found);
    return;
  }
  const inside = contextIn(each, context, mayGain);
  if (each.kind === 'map') each.changes.push(...harden(each.properties, type, inside));
  else if (each.kind === 'unknown') addUndetermined(inside, ['Properties'], each.raw);
}

/** The context in which a default is reviewed before it is written; the very same one where none is. */
function withReview(
  context: ControlContext,
  each: PropertyMap | OtherProperties,
  logicalId: string | undefined,
  review: ReviewDefault | undefined,
): ControlContext {
  if (review === undefined || each.kind !== 'map') return context;
  const { properties, scope } = each;
  return { ...context, review: (finding) => review({ logicalId, properties, scope, finding }) };
}

/** The context beside Properties. */
function attributeContext(context: ControlContext, isSelected: boolean): ControlContext {
  const { addFinding } = context;
  return isSelected ? context : { ...context, addFinding: (found) => addFinding(unselected(found)) };
}

/** The context in one map of properties; the very same one where the map is all that Properties can be. */
function contextIn(
  each: PropertyMap | OtherProperties,
  context: ControlContext,
  mayGainProperties: ControlContext['mayGainProperties'],
): ControlContext {
  if (isWhole(each, context.scope))
    return mayGainProperties === undefined ? context : { ...context, mayGainProperties };
  const addFinding = (finding: ControlFinding) => context.addFinding(inBranch(finding, each));
  return { ...context, scope: each.scope, mayGainProperties, addFinding };
}

/** Whether a map is all that Properties can be. */
function isWhole(each: PropertyMap | OtherProperties, scope: Scope): boolean {
  return each.path.length === 1 && each.isSelected && each.scope === scope;
}

/** What may still write properties into a map. */
function maker(names: readonly string[], resource: JsonObject): MayGain {
  const makers = names.filter(generatesResources);
  if (makers.some(isLoop)) return 'by-loop';
  return makers.length > 0 || Object.keys(resource).some(generatesResources) ? 'by-snippet' : undefined;
}

/** A finding about Properties as one about the branch that they are; in one that is not selected only a note. */
export function inBranch<Found extends ControlFinding>(
  finding: Found,
  { path, isSelected }: { readonly path: Path; readonly isSelected: boolean },
): Found {
  const placed =
    path.length === 1 || finding.path[0] !== path[0]
      ? finding
      : { ...finding, path: [...path, ...finding.path.slice(1)] };
  return isSelected ? placed : unselected(placed);
}

/** A decision by a resource's own rules: without what hidden parameters must not show, with an exemption's end. */
function withRules(finding: Finding, isRedacted: boolean, exemptionEndedOn: string | undefined): Finding {
  return { ...finding, ...(isRedacted ? { after: undefined } : {}), exemptionEndedOn };
}
