/**
 * CloudFormation's intrinsic functions: the only file that spells `Fn::`, `Ref` and `AWS::NoValue`.
 *
 * A macro receives them in long form and unresolved
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html), so any property
 * may be one, and what it will become is only sometimes known.
 */
import { asText, entriesOf, isList, isObject, type Json, type JsonObject, member } from '../core/json.ts';
import type { Path } from '../core/path.ts';

/** What a `Ref` can be looked up in: the template's parameters by name, with their values for this deployment. */
export type ParameterValues = Readonly<Record<string, Json>>;

const noValueName = 'AWS::NoValue';
/** `{Ref: AWS::NoValue}`: the property is left out. */
export const noValue: JsonObject = { Ref: noValueName };

/** What chooses between two branches. */
export const choiceName = 'Fn::If';
/** The branches of an `Fn::If`. */
export const branches = ['whenTrue', 'whenFalse'] as const;
export type Branch = (typeof branches)[number];

/** How a dynamic reference begins; CloudFormation passes it to a macro unresolved. */
export const dynamicReference = '{{resolve:';

/** In place of what is not known in a text: a number is valid JSON in quotes and without them. */
export const placeholder = '7654321';

const loopPrefix = 'Fn::ForEach::';
const transformKey = 'Fn::Transform';

/** The name of the intrinsic that a value is (`Ref`, `Fn::Sub`, ...), or undefined for a literal. */
export function intrinsicName(value: Json | undefined): string | undefined {
  if (!isObject(value)) return undefined;
  const keys = Object.keys(value);
  const key = keys[0];
  if (keys.length !== 1 || key === undefined) return undefined;
  return key === 'Ref' || key === 'Condition' || key.startsWith('Fn::') ? key : undefined;
}

const functionPrefix = 'Fn::';

/** What an intrinsic of that name has; undefined when the value is none of it. */
function argumentOf(value: Json | undefined, name: string): Json | undefined {
  return isObject(value) && intrinsicName(value) === name ? value[name] : undefined;
}

/** A call of a function, such as `Fn::Select`: its name without the prefix, and what it is called with. */
export interface FunctionCall {
  readonly name: string;
  readonly argument: Json;
}

/** The function that a value calls, or undefined when it calls none; a `Ref` and a `Condition` are no calls. */
export function readFunction(value: Json): FunctionCall | undefined {
  const key = intrinsicName(value);
  if (!isObject(value) || key === undefined || !key.startsWith(functionPrefix)) return undefined;
  return { name: key.slice(functionPrefix.length), argument: member(value, key) ?? null };
}

/** The path of what a function is called with, below that of the call. */
export function argumentPath(path: Path, name: string): Path {
  return [...path, `${functionPrefix}${name}`];
}

/** The name of the condition that a `Condition` refers to, or undefined when the value is none. */
export function conditionName(value: Json): string | undefined {
  return asText(argumentOf(value, 'Condition'));
}

/** Whether a name is one of AWS's own parameters, such as `AWS::Region`. */
export function isPseudoParameter(name: string): boolean {
  return name.startsWith('AWS::');
}

/** Whether a value is `AWS::NoValue`, which CloudFormation treats as absent. */
export function isNoValue(value: Json): boolean {
  return argumentOf(value, 'Ref') === noValueName;
}

/** The condition and both branches of an `Fn::If`, or undefined for anything else. */
export function readIf(value: Json): { condition: Json; whenTrue: Json; whenFalse: Json } | undefined {
  const list = entriesOf(argumentOf(value, choiceName));
  // Of three entries none is absent, which the compiler does not know.
  const [condition = null, whenTrue = null, whenFalse = null] = list;
  return list.length === 3 ? { condition, whenTrue, whenFalse } : undefined;
}

/** An `Fn::If`; an absent branch becomes `AWS::NoValue`. */
export function makeIf(condition: Json, whenTrue: Json | undefined, whenFalse: Json | undefined): JsonObject {
  return { [choiceName]: [condition, whenTrue ?? noValue, whenFalse ?? noValue] };
}

// A path of each of thousands of nested Fn::Ifs would take megabytes, and nobody reads one.
const maxBranchSteps = 64;

/**
 * The path of an `Fn::If`'s branch, below that of the `Fn::If` itself; CloudFormation counts its condition as 0. Of one that is
 * nested very deeply it is that of an `Fn::If` around it.
 */
export function branchPath(path: Path, branch: Branch): Path {
  if (path.length > maxBranchSteps) return path;
  return [...path, choiceName, branch === 'whenTrue' ? 1 : 2];
}

/** The condition that the template is deployed as a stack of that name. */
export function isStack(stackName: string): JsonObject {
  return { 'Fn::Equals': [{ Ref: 'AWS::StackName' }, stackName] };
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html:
// an Fn::Or has 2 to 10 conditions, which may be Fn::Or themselves.
const maxOperands = 10;

/** The condition that one of these is true. @param conditions at least one */
export function anyOf(conditions: readonly JsonObject[]): JsonObject {
  const [only] = conditions;
  if (only !== undefined && conditions.length === 1) return only;
  if (conditions.length <= maxOperands) return { 'Fn::Or': conditions };
  const parts = Array.from({ length: Math.ceil(conditions.length / maxOperands) }, (_, index) =>
    conditions.slice(index * maxOperands, (index + 1) * maxOperands),
  );
  return anyOf(parts.map(anyOf));
}

/** The name that a `Ref` names, or undefined when the value is no `Ref`. */
export function refName(value: Json): string | undefined {
  return asText(argumentOf(value, 'Ref'));
}

/**
 * The variables of an `Fn::Sub`. One that is never closed reaches to the end: without it, each of thousands of `${` would be
 * searched for its bracket up to the end.
 */
const variables = /(\$\{[^}]*(?:\}|$))/g;

/**
 * The text of an `Fn::Sub`, or undefined when the value is none.
 *
 * @param placeholder the text in place of each `${...}`; without it, only a text that substitutes nothing counts
 */
export function subText(value: Json, placeholder?: string): string | undefined {
  const sub = argumentOf(value, 'Fn::Sub');
  const text = asText(isList(sub) ? sub[0] : sub);
  const filled = text?.replace(variables, (found) => (isVariable(found) ? (placeholder ?? '') : found));
  return placeholder === undefined && filled !== text ? undefined : filled;
}

/**
 * The pieces of an `Fn::Sub`, or undefined when the argument is none's: literal text, and what is substituted, often a
 * reference. `${!Name}` means `${Name}`.
 */
export function readSubstitution(argument: Json): readonly Json[] | undefined {
  const [text, own = {}] = isList(argument) ? argument : [argument];
  if (typeof text !== 'string' || !isObject(own)) return undefined;
  return text.split(variables).map((piece, index) => {
    // Every second piece is one that the pattern found.
    if (index % 2 === 0 || !isVariable(piece)) return piece;
    const name = piece.slice(2, -1).trim();
    return name.startsWith('!') ? `\${${name.slice(1)}}` : (member(own, name) ?? variableReference(name));
  });
}

/** An `Fn::Sub`. @param own the values of variables that are its own */
export function makeSubstitution(text: string, own?: Json): JsonObject {
  return { 'Fn::Sub': own === undefined ? text : [text, own] };
}

function isVariable(found: string): boolean {
  return found.endsWith('}');
}

/** The reference that a variable of an `Fn::Sub` means. */
function variableReference(name: string): JsonObject {
  const [resource = '', ...attribute] = name.split('.');
  return attribute.length === 0 ? { Ref: name } : { 'Fn::GetAtt': [resource, attribute.join('.')] };
}

/**
 * The parts of an `Fn::ForEach` entry, or undefined when the key is none or the shape is not CloudFormation's
 * (`"Fn::ForEach::Name": [identifier, collection, {template}]`, of the AWS::LanguageExtensions transform).
 */
export function readLoop(
  key: string,
  value: Json,
): { identifier: string; collection: Json; body: JsonObject } | undefined {
  const [identifier, collection = null, body, ...rest] = entriesOf(value);
  return isLoop(key) && typeof identifier === 'string' && isObject(body) && rest.length === 0
    ? { identifier, collection, body }
    : undefined;
}

/** Whether a key is that of an `Fn::ForEach`. */
export function isLoop(key: string): boolean {
  return key.startsWith(loopPrefix);
}

/** Whether a key in a map of resources or properties generates some, which are not known yet, instead of being one. */
export function generatesResources(key: string): boolean {
  return isLoop(key) || key === transformKey;
}

/** The same parameters without those that are not what they seem. */
export function withoutParameters(
  parameters: ParameterValues,
  isHidden: (name: string) => boolean,
): ParameterValues {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !isHidden(name)));
}

/** Whether a value is, or has in it, an `Fn::If`. */
export function holdsChoice(value: Json): boolean {
  if (isList(value)) return value.some(holdsChoice);
  return isObject(value) && (readIf(value) !== undefined || Object.values(value).some(holdsChoice));
}

/** Whether what a value becomes may have a parameter's value in it, which is not to be shown. */
export function mayHoldParameter(raw: Json): boolean {
  return /"Ref":|\$\{/.test(JSON.stringify(raw));
}
