/** A resource of an app as its template will have it. */
import { CfnCondition, CfnElement, CfnMapping, CfnParameter, CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { returnsAnything } from '../cloudformation/resource-types.ts';
import { asObject, isObject, type JsonObject } from '../core/json.ts';

/** A template with one resource, and what it may refer to; of other resources the types whose attributes can be any text. */
export interface Rendered {
  readonly logicalId: string;
  readonly resource: JsonObject;
  readonly template: JsonObject;
}

/** @returns undefined for a resource that is not synthesised */
export function render(construct: CfnResource): Rendered | undefined {
  const stack = Stack.of(construct);
  const section = sectionsOf(construct, stack).Resources;
  const [entry] = isObject(section) ? Object.entries(section) : [];
  if (entry === undefined || !isObject(entry[1])) return undefined;
  const [logicalId, resource] = entry;
  // Most refer to nothing, and an app may have thousands of constructs.
  const context = refersToOthers(resource) ? referred(stack) : {};
  const resources = { ...asObject(context.Resources), [logicalId]: resource };
  return { logicalId, resource, template: { ...context, Resources: resources } };
}

function refersToOthers(resource: JsonObject): boolean {
  return /"(?:Ref|Fn::\w+|Condition)":/.test(JSON.stringify(resource));
}

/** The parameters, mappings and conditions of a stack, and which of its resources return any text. */
function referred(stack: Stack): JsonObject {
  const elements = stack.node.findAll().filter((each) => isReferred(each) && Stack.of(each) === stack);
  const sections = elements.map((each) => (CfnElement.isCfnElement(each) ? contextOf(each, stack) : {}));
  return Object.fromEntries(
    ['Parameters', 'Mappings', 'Conditions', 'Resources'].map((name) => [
      name,
      Object.assign({}, ...sections.map((each) => each[name] ?? {})),
    ]),
  );
}

function isReferred(construct: IConstruct): boolean {
  return (
    construct instanceof CfnParameter ||
    construct instanceof CfnMapping ||
    construct instanceof CfnCondition ||
    (CfnResource.isCfnResource(construct) && returnsAnything(construct.cfnResourceType))
  );
}

/** Of a resource only that it is a custom one: its own properties are not what is hardened here. */
function contextOf(element: CfnElement, stack: Stack): JsonObject {
  if (!CfnResource.isCfnResource(element)) return sectionsOf(element, stack);
  const logicalId: unknown = stack.resolve(element.logicalId);
  return { Resources: { [String(logicalId)]: { Type: 'AWS::CloudFormation::CustomResource' } } };
}

/** The sections of the template that an element is in, tokens resolved. */
function sectionsOf(element: CfnElement, stack: Stack): JsonObject {
  // As text and back, because what is not set is a member too, with the value undefined.
  const resolved: unknown = JSON.parse(JSON.stringify(stack.resolve(element._toCloudFormation())));
  return isObject(resolved) ? resolved : {};
}
