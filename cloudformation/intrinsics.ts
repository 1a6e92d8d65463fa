/**
 * CloudFormation's intrinsic functions: the only file that spells `Fn::`, `Ref` and `AWS::NoValue`.
 *
 * A macro receives them in long form and unresolved
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html), so any property
 * may be one, and what it will become is only sometimes known.
 */
import { isList, isObject, type Json, type JsonObject, member } from '../core/json.ts';
import type { Path } from '../core/path.ts';

/** What a `Ref` can be looked up in: the template's parameters by name, with their values for this deployment. */
export type ParameterValues = Readonly<Record<string, Json>>;

/** `{Ref: AWS::NoValue}`: the property is left out. */
export const noValue: JsonObject = { Ref: 'AWS::NoValue' };

/** The branches of an `Fn::If`. */
export const branches = ['whenTrue', 'whenFalse'] as const;
export type Branch = (typeof branches)[number];

/** How a dynamic reference begins; CloudFormation hands it to a macro as it stands. */
export const dynamicReference = '{{resolve:';

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
  // Of three entries none is absent, which the compiler does not know.
  const [condition = null, whenTrue = null, whenFalse = null] = list;
  return { condition, whenTrue, whenFalse };
}

/** An `Fn::If`; an absent branch becomes `AWS::NoValue`. */
export function makeIf(condition: Json, whenTrue: Json | undefined, whenFalse: Json | undefined): JsonObject {
  return { 'Fn::If': [condition, whenTrue ?? noValue, whenFalse ?? noValue] };
}

/** The path of an `Fn::If`'s branch, below that of the `Fn::If` itself; CloudFormation counts its condition as 0. */
export function branchPath(path: Path, branch: Branch): Path {
  return [...path, 'Fn::If', branch === 'whenTrue' ? 1 : 2];
}

/** What a value is once a condition is decided: each `Fn::If` on it gives way to its branch. */
export function chooseBranch(raw: Json | undefined, condition: Json, branch: Branch): Json | undefined {
  const choice = raw === undefined ? undefined : readIf(raw);
  if (choice === undefined) return raw;
  if (choice.condition === condition) return chooseBranch(choice[branch], condition, branch);
  const whenTrue = chooseBranch(choice.whenTrue, condition, branch);
  const whenFalse = chooseBranch(choice.whenFalse, condition, branch);
  return whenTrue === choice.whenTrue && whenFalse === choice.whenFalse
    ? raw
    : makeIf(choice.condition, whenTrue, whenFalse);
}

/** The name that a `Ref` names, or undefined when the value is no `Ref`. */
export function refName(value: Json): string | undefined {
  if (!isObject(value) || intrinsicName(value) !== 'Ref') return undefined;
  const name = member(value, 'Ref');
  return typeof name === 'string' ? name : undefined;
}

/**
 * The text of an `Fn::Sub`, or undefined when the value is none.
 *
 * @param placeholder what stands in place of each `${...}`; without it, only a text that substitutes nothing counts
 */
export function subText(value: Json, placeholder?: string): string | undefined {
  if (!isObject(value) || intrinsicName(value) !== 'Fn::Sub') return undefined;
  const sub = member(value, 'Fn::Sub');
  const text = isList(sub) ? sub[0] : sub;
  if (typeof text !== 'string') return undefined;
  const filled = text.replace(/\$\{[^}]*\}/g, placeholder ?? '');
  return placeholder === undefined && filled !== text ? undefined : filled;
}

/** How a value reads: what is known of it before CloudFormation resolves it. */
export type Reading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'choice'; readonly condition: Json; readonly whenTrue: Json; readonly whenFalse: Json }
  | { readonly kind: 'undetermined' };

/** Reads one value: absent, literal (a `Ref` to a known parameter is as good), a choice, or undetermined. */
export function read(value: Json | undefined, parameters: ParameterValues): Reading {
  if (value === undefined || isNoValue(value)) return { kind: 'absent' };
  if (intrinsicName(value) === undefined) return literal(value);
  const choice = readIf(value);
  if (choice !== undefined) return { kind: 'choice', ...choice };
  const name = refName(value);
  const known = name !== undefined && Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  const text = known ?? subText(value);
  return text === undefined ? { kind: 'undetermined' } : literal(text);
}

/** A literal, unless CloudFormation puts something else in its place: `{{resolve:ssm:...}}` and its like. */
function literal(value: Json): Reading {
  return typeof value === 'string' && value.includes(dynamicReference)
    ? { kind: 'undetermined' }
    : { kind: 'literal', value };
}

/** What a value that is resolved only when the stack is deployed is called: its intrinsic's name. */
export function unresolvedName(raw: Json): string {
  return intrinsicName(raw) ?? 'A dynamic reference';
}

/**
 * Whether an intrinsic can only become something certain, though not known yet: an attribute, a pseudo parameter,
 * or literal text around what is substituted. None of these becomes a lone `*`.
 */
export function cannotBeWildcard(raw: Json): boolean {
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
  const [identifier, collection = null, body] = value;
  return typeof identifier === 'string' && isObject(body) ? { identifier, collection, body } : undefined;
}

/** Whether a key is that of an `Fn::ForEach`. */
export function isLoop(key: string): boolean {
  return key.startsWith(loopPrefix);
}

/** Whether a key in a map of resources or properties makes some, which nobody can see yet, instead of being one. */
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
