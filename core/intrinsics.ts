/**
 * CloudFormation's intrinsic functions: the only file that spells `Fn::`, `Ref` and `AWS::NoValue`.
 *
 * A macro receives them in long form and unresolved
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html), so any property
 * may be one, and what it will become is only sometimes known.
 */
import { isList, isObject, type Json, type JsonObject, member } from './json.ts';

/** What a `Ref` can be looked up in: the template's parameters by name, with their values for this deployment. */
export type ParameterValues = Readonly<Record<string, Json>>;

/** `{Ref: AWS::NoValue}`: the property is left out. */
export const noValue: JsonObject = { Ref: 'AWS::NoValue' };

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

/** Whether a value is `AWS::NoValue`, which CloudFormation treats as absent. */
export function isNoValue(value: Json): boolean {
  return isObject(value) && intrinsicName(value) === 'Ref' && member(value, 'Ref') === 'AWS::NoValue';
}

/** The condition and both branches of an `Fn::If`, or undefined for anything else. */
export function readIf(value: Json): { condition: Json; whenTrue: Json; whenFalse: Json } | undefined {
  if (!isObject(value) || intrinsicName(value) !== 'Fn::If') return undefined;
  const list = member(value, 'Fn::If');
  if (!isList(list) || list.length !== 3) return undefined;
  const [condition, whenTrue, whenFalse] = list;
  if (condition === undefined || whenTrue === undefined || whenFalse === undefined) return undefined;
  return { condition, whenTrue, whenFalse };
}

/** An `Fn::If`; an absent branch becomes `AWS::NoValue`. */
export function makeIf(condition: Json, whenTrue: Json | undefined, whenFalse: Json | undefined): JsonObject {
  return { 'Fn::If': [condition, whenTrue ?? noValue, whenFalse ?? noValue] };
}

/** The path of an `Fn::If`'s branch, below that of the `Fn::If` itself; CloudFormation counts its condition as 0. */
export function branchPath(path: string, branch: 'whenTrue' | 'whenFalse'): string {
  return `${path}.Fn::If[${branch === 'whenTrue' ? 1 : 2}]`;
}

/** The name that a `Ref` names, or undefined when the value is no `Ref`. */
export function refName(value: Json): string | undefined {
  if (!isObject(value) || intrinsicName(value) !== 'Ref') return undefined;
  const name = member(value, 'Ref');
  return typeof name === 'string' ? name : undefined;
}

/** The literal text of an `Fn::Sub` that substitutes nothing, else undefined. */
export function plainSub(value: Json): string | undefined {
  if (!isObject(value) || intrinsicName(value) !== 'Fn::Sub') return undefined;
  const text = member(value, 'Fn::Sub');
  return typeof text === 'string' && !text.includes('${') ? text : undefined;
}

/** The literal beginning of an `Fn::Sub`, before what it substitutes first; empty for anything else. */
export function subBeginning(value: Json): string {
  const sub = isObject(value) ? member(value, 'Fn::Sub') : undefined;
  const text = isList(sub) ? sub[0] : sub;
  return typeof text === 'string' ? (text.split('${')[0] ?? '').trim() : '';
}

/** How a value reads: what is known of it before CloudFormation resolves it. */
export type Reading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'choice'; readonly condition: Json; readonly whenTrue: Json; readonly whenFalse: Json }
  | { readonly kind: 'undetermined'; readonly intrinsic: string };

/** Reads one value: absent, literal (a `Ref` to a known parameter is as good), a choice, or undetermined. */
export function read(value: Json | undefined, parameters: ParameterValues): Reading {
  if (value === undefined || isNoValue(value)) return { kind: 'absent' };
  const intrinsic = intrinsicName(value);
  if (intrinsic === undefined) return literal(value);
  const choice = readIf(value);
  if (choice !== undefined) return { kind: 'choice', ...choice };
  const name = refName(value);
  const known = name !== undefined && Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  const text = known ?? plainSub(value);
  return text === undefined ? { kind: 'undetermined', intrinsic } : literal(text);
}

/** A literal, unless CloudFormation puts something else in its place: `{{resolve:ssm:...}}` and its like. */
function literal(value: Json): Reading {
  return typeof value === 'string' && value.includes('{{resolve:')
    ? { kind: 'undetermined', intrinsic: 'A dynamic reference' }
    : { kind: 'literal', value };
}

/**
 * Whether an intrinsic can only become something certain, though not known yet: an attribute, a pseudo parameter,
 * or literal text around what is substituted. None of these becomes a lone `*`.
 */
export function isCertain(raw: Json): boolean {
  const text = JSON.stringify(raw);
  return /^\{"(Fn::GetAtt|Fn::Join|Ref":"AWS:)/.test(text) || /^\{"Fn::Sub":\[?"[^"$]*[^"$*]/.test(text);
}

/**
 * The parts of an `Fn::ForEach` entry, or undefined when the key is none or the shape is not CloudFormation's
 * (`"Fn::ForEach::Name": [identifier, collection, {template}]`, of the AWS::LanguageExtensions transform).
 */
export function readLoop(
  key: string,
  value: Json,
): { identifier: string; collection: Json; body: JsonObject } | undefined {
  if (!isLoop(key) || !isList(value) || value.length !== 3) return undefined;
  const [identifier, collection, body] = value;
  if (typeof identifier !== 'string' || collection === undefined || !isObject(body)) return undefined;
  return { identifier, collection, body };
}

/** Whether a key is that of an `Fn::ForEach`. */
export function isLoop(key: string): boolean {
  return key.startsWith(loopPrefix);
}

/** Whether a key in a map of resources makes resources instead of being one. */
export function isMaker(key: string): boolean {
  return isLoop(key) || key === transformKey;
}

/** Whether members may still appear in this map that no one can see yet (a loop or a transform writes them). */
export function mayGrow(object: JsonObject): boolean {
  return Object.keys(object).some(isMaker);
}

/** The same parameters without one name: a loop's identifier hides a parameter of that name. */
export function withoutParameter(parameters: ParameterValues, name: string): ParameterValues {
  if (!Object.hasOwn(parameters, name)) return parameters;
  return Object.fromEntries(Object.entries(parameters).filter(([key]) => key !== name));
}
