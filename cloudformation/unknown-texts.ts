/** Texts of which a part is not known before deployment: what they may become. */
import { asObject, entriesOf, isList, type Json, member, textOf } from '../core/json.ts';
import { canMeet } from '../core/tag-patterns.ts';
import { allowedValues } from './assumptions.ts';
import { chooser } from './conditions.ts';
import {
  branches,
  generatesResources,
  isPseudoParameter,
  placeholder,
  readFunction,
  readIf,
  readLoop,
  readSubstitution,
  refName,
} from './intrinsics.ts';
import { asSubstitution, withWildcards } from './loop-texts.ts';
import { isDynamic } from './reading.ts';
import { resolveWith, toText } from './resolve.ts';
import { returnsAnything } from './resource-types.ts';
import type { Scope } from './scope.ts';

/**
 * A text of which all that is not known cannot change its structure, such as an account ID or an attribute, with a
 * number in place of that; undefined for any other value.
 */
export function certainText(raw: Json, scope: Scope): string | undefined {
  const standIn = (reference: Json) => (isPlainText(reference, scope) ? placeholder : undefined);
  if (!isMadeOfParts(raw, scope)) return undefined;
  const text = resolveWith(raw, { scope, choose: chooser(scope), standIn });
  return typeof text === 'string' && !isDynamic(text) ? text : undefined;
}

function isMadeOfParts(raw: Json, scope: Scope): boolean {
  const name = readFunction(asSubstitution(raw, scope))?.name;
  return name === 'Sub' || name === 'Join';
}

/**
 * The literal text of an `Fn::Sub` or `Fn::Join`, with a number in place of all else, so that it holds no parameter's value;
 * undefined for any other value.
 */
export function literalText(raw: Json, scope: Scope): string | undefined {
  if (!isMadeOfParts(raw, scope)) return undefined;
  const text = resolveWith(raw, {
    scope: { ...scope, parameters: {} },
    choose: () => undefined,
    standIn: () => placeholder,
  });
  return typeof text === 'string' ? text : undefined;
}

/**
 * The widest pattern that a value can become: its text with `*` in place of each part that may have a wildcard in it.
 */
export function widestPattern(raw: Json, scope: Scope): string {
  const standIn = (reference: Json) => (isPlainText(reference, scope) ? placeholder : '*');
  const text = resolveWith(raw, { scope, choose: chooser(scope), standIn });
  return typeof text === 'string' && !isDynamic(text) ? text : '*';
}

/**
 * Whether all that a value can become leaves the structure of a JSON text around it as it is. One literal part is not enough: what
 * is beside it may close a quote, and go on.
 */
function isPlainText(raw: Json, scope: Scope): boolean {
  const value = asSubstitution(raw, scope);
  const literalText = toText(value);
  if (literalText !== undefined) return /^[\w:/.+=,@-]*$/.test(literalText);
  const isPlain = (each: Json) => isPlainText(each, scope);
  const name = refName(value);
  if (name !== undefined) {
    const known = member(scope.parameters, name);
    if (known !== undefined) return isPlain(known);
    return isCertainReference(name, scope) || allowedValues(scope, name)?.every(isPlain) === true;
  }
  const choice = readIf(value);
  if (choice !== undefined) return branches.every((branch) => isPlain(choice[branch]));
  const call = readFunction(value);
  switch (call?.name) {
    case 'GetAtt':
      return isCertainAttribute(call.argument, scope);
    case 'Join': {
      const [delimiter = '', parts] = entriesOf(call.argument);
      return isPlain(delimiter) && isList(parts) && parts.every(isPlain);
    }
    case 'Sub':
      return readSubstitution(call.argument)?.every(isPlain) === true;
    default:
      return false;
  }
}

/**
 * Whether an intrinsic can only become something certain, though not known yet: an attribute, a pseudo parameter,
 * a resource, or text with a part that is. None of these becomes a lone `*`.
 */
export function cannotBeWildcard(given: Json, scope: Scope): boolean {
  const raw = asSubstitution(given, scope);
  if (typeof raw === 'string') return !isDynamic(raw) && /[^*]/.test(raw);
  const isCertain = (each: Json) => cannotBeWildcard(each, scope);
  const name = refName(raw);
  if (name !== undefined)
    return (
      isCertainReference(name, scope) ||
      allowedValues(scope, name)?.every((value) => /[^*]/.test(value)) === true
    );
  const choice = readIf(raw);
  if (choice !== undefined) return branches.every((branch) => isCertain(choice[branch]));
  const call = readFunction(raw);
  switch (call?.name) {
    case 'GetAtt':
      return isCertainAttribute(call.argument, scope);
    case 'Join':
      return entriesOf(entriesOf(call.argument)[1]).some(isCertain);
    case 'Sub':
      return readSubstitution(call.argument)?.some(isCertain) === true;
    default:
      return false;
  }
}

/**
 * Whether an `Fn::GetAtt` names an attribute that AWS makes, such as an ARN, and not what another template puts out, or what a
 * program answers, which are as unknown as an import.
 */
function isCertainAttribute(argument: Json, scope: Scope): boolean {
  const [resource, attribute] = typeof argument === 'string' ? argument.split('.') : entriesOf(argument);
  if (typeof attribute !== 'string' || /^Outputs(\.|$)/.test(attribute)) return false;
  return !isOfAnything(resource, scope);
}

/** Whether a `Ref` names what is no parameter of the template: AWS's own, or a resource. */
function isCertainReference(name: string, scope: Scope): boolean {
  if (Object.hasOwn(scope.parameters, name)) return /[^*]/.test(textOf(scope.parameters[name]));
  if (isPseudoParameter(name)) return true;
  const { declared } = scope;
  if (declared === undefined || Object.keys(declared).some((each) => mayBeSame(each, name))) return false;
  return !isOfAnything(name, scope);
}

/**
 * Whether a logical ID can be that of a resource whose attributes and physical ID can be any text. That of a resource is not always
 * shown: a loop makes some, a snippet may add any, and `AWS::LanguageExtensions` takes functions for it.
 */
function isOfAnything(logicalId: Json | undefined, { resources }: Scope): boolean {
  if (typeof logicalId !== 'string') return Object.entries(resources).some(mayReturnAnything);
  const shown = member(resources, logicalId);
  if (shown !== undefined) return mayReturnAnything([logicalId, shown]);
  return Object.entries(resources).some(([key, value]) => mayMake(logicalId, key, value));
}

/** Whether what is under a key of Resources can be, or make, a resource that returns anything. */
function mayReturnAnything([key, value]: readonly [string, Json]): boolean {
  const body = readLoop(key, value)?.body;
  if (body !== undefined) return Object.entries(body).some(mayReturnAnything);
  const { Type: type } = asObject(value);
  return generatesResources(key) || typeof type !== 'string' || returnsAnything(type);
}

/** Whether what is under a key that is in Resources, or in a loop there, can make such a resource of a logical ID. */
function mayMake(logicalId: string, key: string, value: Json): boolean {
  const body = readLoop(key, value)?.body;
  if (body !== undefined) return Object.entries(body).some(([each, made]) => mayMake(logicalId, each, made));
  return (generatesResources(key) || mayBeSame(key, logicalId)) && mayReturnAnything([key, value]);
}

/** Whether two names can become the same, since what a loop inserts into them can be anything. */
function mayBeSame(one: string, other: string): boolean {
  return one === other || canMeet(withWildcards(one), withWildcards(other));
}
