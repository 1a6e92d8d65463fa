/**
 * What a call of a function comes to, where what it is called with is known: literals, mappings, and parameters with
 * a value. Whatever depends on anything else is undefined, never guessed.
 */
import { isList, isObject, type Json, type JsonObject, member } from '../core/json.ts';
import { type Choose, isAbsent, mayBeAbsent } from './absence.ts';
import {
  intrinsicName,
  readFunction,
  readIf,
  readSubstitution,
  refName,
  variableReference,
} from './intrinsics.ts';
import type { Scope } from './scope.ts';

/** What values are resolved with. */
export interface Resolver {
  readonly scope: Scope;
  readonly choose: Choose;
  /** The text in place of a reference that is not known; undefined, by default, if there is none. */
  readonly standIn?: (reference: Json) => string | undefined;
}

/**
 * Resolves a value as CloudFormation would.
 *
 * @returns a literal, whose members may still be intrinsics; undefined where it cannot be known
 */
export function resolveWith(value: Json, resolver: Resolver): Json | undefined {
  if (intrinsicName(value) === undefined) return value;
  const { scope, choose, standIn } = resolver;
  const name = refName(value);
  if (name !== undefined) return member(scope.parameters, name) ?? standIn?.(value);
  const choice = readIf(value);
  if (choice !== undefined) {
    const isTrue = choose(choice.condition);
    if (isTrue === undefined) return standIn?.(value);
    return resolveWith(isTrue ? choice.whenTrue : choice.whenFalse, resolver);
  }
  const call = readFunction(value);
  return call === undefined
    ? undefined
    : (resolveCall(call.name, call.argument, resolver) ?? standIn?.(value));
}

/** Resolves a value with everything in it; undefined where a part of it cannot be known. */
function resolveDeep(value: Json, resolver: Resolver): Json | undefined {
  const resolved = resolveWith(value, resolver);
  if (isList(resolved)) return knownEntries(resolved, resolver, true);
  if (!isObject(resolved)) return resolved;
  const entries: [string, Json][] = [];
  for (const [key, each] of Object.entries(resolved)) {
    if (isAbsent(each, resolver.choose)) continue;
    const inner = resolveDeep(each, resolver);
    if (inner === undefined) return undefined;
    entries.push([key, inner]);
  }
  return Object.fromEntries(entries);
}

function resolveCall(name: string, argument: Json, resolver: Resolver): Json | undefined {
  switch (name) {
    case 'FindInMap':
      return findInMap(argument, resolver);
    case 'Select':
      return select(argument, resolver);
    case 'Join':
      return join(argument, resolver);
    case 'Split':
      return split(argument, resolver);
    case 'Sub':
      return substitute(argument, resolver);
    case 'Base64': {
      const text = textOf(argument, resolver);
      return text === undefined ? undefined : Buffer.from(text).toString('base64');
    }
    case 'Length': {
      const list = listOf(argument, resolver);
      return list === undefined ? undefined : knownEntries(list, resolver)?.length;
    }
    case 'ToJsonString': {
      const value = resolveDeep(argument, resolver);
      return value === undefined ? undefined : JSON.stringify(value);
    }
    default:
      // An attribute, an import, a snippet: known only when the stack is deployed.
      return undefined;
  }
}

/** `[map, key, key]`, and of AWS::LanguageExtensions a fourth entry with a DefaultValue. */
function findInMap(argument: Json, resolver: Resolver): Json | undefined {
  if (!isList(argument)) return undefined;
  const names = argument.slice(0, 3).map((each) => textOf(each, resolver));
  let found: Json | undefined = resolver.scope.mappings;
  for (const name of names) {
    // The key is not known, so not even the default is certain.
    if (name === undefined) return undefined;
    found = isObject(found) ? member(found, name) : undefined;
  }
  if (found !== undefined) return intrinsicName(found) === undefined ? found : undefined;
  const options = argument[3];
  const byDefault = isObject(options) ? member(options, 'DefaultValue') : undefined;
  return byDefault === undefined ? undefined : resolveWith(byDefault, resolver);
}

function select(argument: Json, resolver: Resolver): Json | undefined {
  if (!isList(argument)) return undefined;
  const [index = null, list = null] = argument;
  const position = textOf(index, resolver);
  const entries = listOf(list, resolver);
  if (position === undefined || !/^\d+$/.test(position) || entries === undefined) return undefined;
  const standing: Json[] = [];
  for (const entry of entries) {
    // Which entry is the first, the second, is known only as long as none may be left out.
    if (mayBeAbsent(entry, resolver.choose)) return undefined;
    if (!isAbsent(entry, resolver.choose)) standing.push(entry);
    if (standing.length > Number(position)) break;
  }
  const selected = standing[Number(position)];
  return selected === undefined ? undefined : resolveWith(selected, resolver);
}

function join(argument: Json, resolver: Resolver): string | undefined {
  if (!isList(argument)) return undefined;
  const [delimiter = null, list = null] = argument;
  const entries = listOf(list, resolver);
  const texts = entries === undefined ? undefined : knownEntries(entries, resolver)?.map(toText);
  if (typeof delimiter !== 'string' || texts === undefined) return undefined;
  return texts.every((text) => text !== undefined) ? texts.join(delimiter) : undefined;
}

function split(argument: Json, resolver: Resolver): readonly string[] | undefined {
  if (!isList(argument)) return undefined;
  const [delimiter = null, text = null] = argument;
  const whole = textOf(text, resolver);
  return typeof delimiter === 'string' && delimiter !== '' ? whole?.split(delimiter) : undefined;
}

function substitute(argument: Json, resolver: Resolver): string | undefined {
  const substitution = readSubstitution(argument);
  if (substitution === undefined) return undefined;
  const texts = substitution.pieces.map((piece) =>
    typeof piece === 'string'
      ? piece
      : textOf(member(substitution.own, piece.variable) ?? variableReference(piece.variable), resolver),
  );
  return texts.every((text) => text !== undefined) ? texts.join('') : undefined;
}

function textOf(value: Json, resolver: Resolver): string | undefined {
  return toText(resolveWith(value, resolver));
}

/** A scalar as text; a list and a map have none. */
export function toText(value: Json | undefined): string | undefined {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** A list, also a parameter's of a list type. */
function listOf(value: Json, resolver: Resolver): readonly Json[] | undefined {
  const resolved = resolveWith(value, resolver);
  return isList(resolved) ? resolved : undefined;
}

/** The entries of a list, each resolved; undefined if one of them is not known. */
function knownEntries(
  list: readonly Json[],
  resolver: Resolver,
  isDeep = false,
): readonly Json[] | undefined {
  const known: Json[] = [];
  for (const entry of list) {
    if (isAbsent(entry, resolver.choose)) continue;
    const value = isDeep ? resolveDeep(entry, resolver) : resolveWith(entry, resolver);
    if (value === undefined) return undefined;
    known.push(value);
  }
  return known;
}

/** Every value that an `Fn::FindInMap` may find, where its map is known and its keys are not; undefined otherwise. */
export function possibleValues(value: Json, resolver: Resolver): readonly Json[] | undefined {
  const call = readFunction(value);
  if (call?.name !== 'FindInMap' || !isList(call.argument)) return undefined;
  const [map, top = null, second = null, options] = call.argument;
  const mapping = typeof map === 'string' ? member(resolver.scope.mappings, map) : undefined;
  if (!isObject(mapping) || options !== undefined) return undefined;
  const within = (object: JsonObject, key: Json): readonly Json[] => {
    const name = textOf(key, resolver);
    if (name === undefined) return Object.values(object);
    const found = member(object, name);
    return found === undefined ? [] : [found];
  };
  const found = within(mapping, top).flatMap((each) => (isObject(each) ? within(each, second) : []));
  return found.length === 0 || found.some((each) => intrinsicName(each) !== undefined) ? undefined : found;
}
