/** What is known around a value of a template: parameters, mappings, conditions, and what is taken to hold. */
import { asObject, asText, isList, type Json, type JsonObject, member } from '../core/json.ts';
import { type ParameterValues, withoutParameters } from './intrinsics.ts';

/** A condition that is assumed to be true, or false, at a path. */
export interface Assumption {
  /** As `Fn::If` and a resource's `Condition` name it. */
  readonly condition: Json;
  readonly key: string;
  readonly isTrue: boolean;
  /** The one assumed before it: a chain, since a list would be copied at each of thousands of nested `Fn::If`s. */
  readonly outer: Assumption | undefined;
}

/** A condition as text, the same for equal ones. */
export function conditionKey(condition: Json): string {
  return typeof condition === 'string' ? condition : JSON.stringify(condition);
}

/** What is known around a value. */
export interface Scope {
  /** Values that a `Ref` can be looked up in. */
  readonly parameters: ParameterValues;
  readonly mappings: JsonObject;
  readonly conditions: JsonObject;
  /**
   * The template's own declarations of its parameters. Undefined where only a part of the template is known, such as
   * beside a `Fn::Transform`: what a `Ref` names there may be a parameter as well as a resource.
   */
  readonly declared: JsonObject | undefined;
  /** The collections of the loops around it, by their identifiers. */
  readonly collections: JsonObject;
  /** The last one; undefined where nothing is assumed. */
  readonly assumption: Assumption | undefined;
  /** The same object in all scopes that differ in their assumptions only. */
  readonly root: object;
  /** Whether values of parameters do not decide conditions: for what would be deployed with others. */
  readonly isForAnyValues: boolean;
}

/** The scope of a part of a template: nothing is known but the parameters. */
export function partScope(parameters: ParameterValues): Scope {
  return {
    parameters,
    mappings: {},
    conditions: {},
    declared: undefined,
    collections: {},
    assumption: undefined,
    root: {},
    isForAnyValues: false,
  };
}

/** The scope of a whole template. Parameters of the Parameter Store have no value in it. */
export function templateScope(template: JsonObject, parameters: ParameterValues): Scope {
  const declared = asObject(template.Parameters);
  return {
    ...partScope(withoutParameters(parameters, (name) => isStored(declared, name))),
    mappings: asObject(template.Mappings),
    conditions: asObject(template.Conditions),
    declared,
  };
}

/** Whether a parameter is one of the Parameter Store: AWS does not document if a macro gets its name or its value. */
function isStored(declared: JsonObject, name: string): boolean {
  return asText(asObject(member(declared, name)).Type)?.startsWith('AWS::SSM::') === true;
}

/** The values that a parameter may have, as text; undefined where it may have any. */
export function allowedValues({ declared = {} }: Scope, name: string): readonly string[] | undefined {
  const { AllowedValues: allowed } = asObject(member(declared, name));
  return isList(allowed) && !isStored(declared, name) ? allowed.map(String) : undefined;
}

const assumed = new WeakMap<Scope, Map<string, Scope>>();

/** The same scope where a condition is true, or false; the very same one for all resources, whose decisions it keeps. */
export function assume(scope: Scope, condition: Json, isTrue: boolean): Scope {
  const key = conditionKey(condition);
  const known = assumed.get(scope) ?? new Map<string, Scope>();
  assumed.set(scope, known);
  const found = known.get(`${isTrue} ${key}`) ?? {
    ...scope,
    assumption: { condition, key, isTrue, outer: scope.assumption },
  };
  known.set(`${isTrue} ${key}`, found);
  return found;
}

/** The same scope inside a loop, whose identifier hides a parameter of that name. */
export function insideLoop(scope: Scope, identifier: string, collection: Json): Scope {
  return {
    ...scope,
    root: {},
    parameters: withoutParameters(scope.parameters, (name) => name === identifier),
    // Its iterations are not resources, and are treated alike here.
    declared: scope.declared && { ...scope.declared, [identifier]: {} },
    collections: { ...scope.collections, [identifier]: collection },
  };
}

/** The same scope whatever values the parameters have in conditions. */
export function forAnyValues(scope: Scope): Scope {
  return { ...scope, isForAnyValues: true };
}
