/** A resource of an app as its template will have it. */
import { CfnCondition, CfnElement, CfnMapping, CfnParameter, type CfnResource, Stack } from 'aws-cdk-lib';
import { isObject, type JsonObject } from '../core/json.ts';

/** A template with one resource, and what it may refer to. */
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
  return { logicalId, resource, template: { ...context, Resources: { [logicalId]: resource } } };
}

function refersToOthers(resource: JsonObject): boolean {
  return /"(?:Ref|Fn::\w+|Condition)":/.test(JSON.stringify(resource));
}

/** The parameters, mappings and conditions of a stack. */
function referred(stack: Stack): JsonObject {
  const elements = stack.node.findAll().filter((each) => isReferred(each) && Stack.of(each) === stack);
  const sections = elements.map((each) => (CfnElement.isCfnElement(each) ? sectionsOf(each, stack) : {}));
  return Object.fromEntries(
    ['Parameters', 'Mappings', 'Conditions'].map((name) => [
      name,
      Object.assign({}, ...sections.map((each) => each[name] ?? {})),
    ]),
  );
}

function isReferred(construct: unknown): boolean {
  return (
    construct instanceof CfnParameter || construct instanceof CfnMapping || construct instanceof CfnCondition
  );
}

/** The sections of the template that an element is in, tokens resolved. */
function sectionsOf(element: CfnElement, stack: Stack): JsonObject {
  // As text and back, because what is not set is a member too, with the value undefined.
  const resolved: unknown = JSON.parse(JSON.stringify(stack.resolve(element._toCloudFormation())));
  return isObject(resolved) ? resolved : {};
}
