/** What is known around a value of a template: parameters, mappings, conditions, and what is taken to hold. */
import { asObject, asText, type Json, type JsonObject, member } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { type Branch, type ParameterValues, withoutParameters } from './intrinsics.ts';

/** A condition that is assumed to be true, or false, at a path. */
export interface Assumption {
  /** As `Fn::If` and a resource's `Condition` name it. */
  readonly condition: Json;
  readonly key: string;
  readonly isTrue: boolean;
  /** The one assumed before it: a chain, since a list would be copied at each of thousands of nested `Fn::If`s. */
  readonly outer: Assumption | undefined;
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
  /** The template's resources, by their logical IDs; empty where only a part of the template is known. */
  readonly resources: JsonObject;
  /** The collections of the loops around it, by their identifiers. */
  readonly collections: JsonObject;
  /** The last one; undefined where nothing is assumed. */
  readonly assumption: Assumption | undefined;
  /** The same object in all scopes that differ in their assumptions only. */
  readonly root: object;
  /** Whether values of parameters do not decide conditions: for what would be deployed with others. */
  readonly isForAnyValues: boolean;
  readonly intrinsics: Intrinsics;
}

/** An `Fn::If`. */
export interface Choice {
  readonly kind: 'choice';
  readonly condition: Json;
  readonly whenTrue: Json;
  readonly whenFalse: Json;
}

/** How a value reads: what is known of it before CloudFormation resolves it. */
export type Reading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'literal'; readonly value: Json }
  | Choice
  | {
      readonly kind: 'undetermined';
      /** Every value that it can become, where these are known. */
      readonly possible: readonly Json[] | undefined;
    };

/** One branch of an `Fn::If` that can be selected. */
export interface ReachableBranch {
  readonly name: Branch;
  readonly raw: Json;
  readonly path: Path;
  /** What is known in it: the condition too. */
  readonly scope: Scope;
  /** Whether the parameters' values, as far as they decide, select it. */
  readonly isSelected: boolean;
}

/** The cases of a value with choices. */
export interface DecidedScopes {
  readonly scopes: readonly Scope[];
  /** Whether every condition is decided in each; beyond a limit those that are named least are not. */
  readonly isDecided: boolean;
}

/**
 * What reads values that are intrinsic functions (`read-intrinsics.ts`): much code, which most templates do not need, since the
 * properties of their repositories that are checked are literals. `reading.ts` has a function for each.
 */
export interface IntrinsicRules {
  readIntrinsic(value: Json, scope: Scope): Reading;
  reachableBranches(choice: Choice, path: Path, scope: Scope): readonly ReachableBranch[];
  mapBranches(
    raw: Json | undefined,
    choice: Choice,
    path: Path,
    scope: Scope,
    change: (branch: ReachableBranch) => Json | undefined,
  ): Json | undefined;
  isLeftOut(value: Json, scope: Scope): boolean;
  certainText(raw: Json, scope: Scope): string | undefined;
  literalText(raw: Json, scope: Scope): string | undefined;
  cannotBeWildcard(raw: Json, scope: Scope): boolean;
  widestPattern(raw: Json, scope: Scope): string;
  underCondition(condition: string, scope: Scope): SelectedScope;
  decidedScopes(value: Json, scope: Scope): DecidedScopes;
}

/** What is known in a resource or a branch, and whether the parameters' values select it. */
export type SelectedScope = Pick<ReachableBranch, 'scope' | 'isSelected'>;

/** Answers what reads intrinsic functions; called only where there is one. */
export type Intrinsics = () => IntrinsicRules;

/** The scope of a part of a template: nothing is known but the parameters. */
export function partScope(parameters: ParameterValues, intrinsics: Intrinsics): Scope {
  return {
    parameters,
    mappings: {},
    conditions: {},
    declared: undefined,
    resources: {},
    collections: {},
    assumption: undefined,
    root: {},
    isForAnyValues: false,
    intrinsics,
  };
}

/** The scope of a whole template. Parameters of the Parameter Store have no value in it. */
export function templateScope(
  template: JsonObject,
  parameters: ParameterValues,
  intrinsics: Intrinsics,
): Scope {
  const declared = asObject(template.Parameters);
  return {
    ...partScope(
      withoutParameters(parameters, (name) => isStored(declared, name)),
      intrinsics,
    ),
    mappings: asObject(template.Mappings),
    conditions: asObject(template.Conditions),
    declared,
    resources: asObject(template.Resources),
  };
}

/** Whether a parameter is one of the Parameter Store: AWS does not document if a macro gets its name or its value. */
export function isStored(declared: JsonObject, name: string): boolean {
  return asText(asObject(member(declared, name)).Type)?.startsWith('AWS::SSM::') === true;
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
