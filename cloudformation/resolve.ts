/**
 * What a call of a function comes to, where what it is called with is known: literals, mappings, and parameters with
 * a value. Whatever depends on anything else is undefined, never guessed.
 */
import { asObject, entriesOf, isList, isObject, type Json, member } from '../core/json.ts';
import { type Choose, isAbsent } from './absence.ts';
import {
  generatesResources,
  intrinsicName,
  readFunction,
  readIf,
  readSubstitution,
  refName,
} from './intrinsics.ts';
import { asSubstitution } from './loop-texts.ts';
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
export function resolveWith(raw: Json, resolver: Resolver): Json | undefined {
  const value = asSubstitution(raw, resolver.scope);
  if (intrinsicName(value) === undefined) return value;
  const { scope, choose, standIn } = resolver;
  const name = refName(value);
  if (name !== undefined) return member(scope.parameters, name) ?? standIn?.(value);
  const branch = chosenBranch(value, choose);
  if (branch !== undefined) return resolveWith(branch, resolver);
  const call = readFunction(value);
  return call && (resolveCall(call.name, call.argument, resolver) ?? standIn?.(value));
}

/** The branch of an `Fn::If` whose condition is known; undefined for anything else. */
function chosenBranch(value: Json, choose: Choose): Json | undefined {
  const choice = readIf(value);
  const isTrue = choice && choose(choice.condition);
  if (choice === undefined || isTrue === undefined) return undefined;
  return isTrue ? choice.whenTrue : choice.whenFalse;
}

/** Resolves a value with everything in it; undefined where a part of it cannot be known. */
function resolveDeep(value: Json, resolver: Resolver): Json | undefined {
  const branch = chosenBranch(value, resolver.choose);
  if (branch !== undefined) return resolveDeep(branch, resolver);
  const resolved = resolveWith(value, resolver);
  // AWS does not document whether the number of a parameter gets quotes.
  if (refName(value) !== undefined && /^[\d.+-]+$/.test(toText(resolved) ?? '')) return undefined;
  if (isList(resolved)) return knownEntries(resolved, resolver, resolveDeep);
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
  const [first = null, second = null] = entriesOf(argument);
  switch (name) {
    case 'FindInMap':
      return findInMap(entriesOf(argument), resolver);
    case 'Select':
      return select(textOf(first, resolver), listOf(second, resolver), resolver);
    case 'Join':
      return typeof first === 'string'
        ? joined(knownEntries(listOf(second, resolver), resolver)?.map(toText), first)
        : undefined;
    case 'Split':
      return typeof first === 'string' && first !== '' ? textOf(second, resolver)?.split(first) : undefined;
    case 'Sub':
      return joined(
        readSubstitution(argument)?.map((piece) => textOf(piece, resolver)),
        '',
      );
    case 'Base64': {
      const text = textOf(argument, resolver);
      return text === undefined ? undefined : Buffer.from(text).toString('base64');
    }
    case 'Length':
      return knownEntries(listOf(argument, resolver), resolver)?.length;
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
function findInMap([map, top, second, options]: readonly Json[], resolver: Resolver): Json | undefined {
  let found: Json | undefined = resolver.scope.mappings;
  for (const each of [map, top, second]) {
    const name = each === undefined ? undefined : textOf(each, resolver);
    // The key is not known, so not even the default is certain.
    if (name === undefined) return undefined;
    const around: Json | undefined = found;
    found = isObject(around) ? member(around, name) : undefined;
    if (found === undefined && mayGainKeys(around)) return undefined;
  }
  if (found !== undefined) return intrinsicName(found) === undefined ? found : undefined;
  const byDefault = asObject(options).DefaultValue;
  return byDefault === undefined ? undefined : resolveWith(byDefault, resolver);
}

function select(
  position: string | undefined,
  entries: readonly Json[] | undefined,
  resolver: Resolver,
): Json | undefined {
  if (position === undefined || !/^\d+$/.test(position) || entries === undefined) return undefined;
  const standing: Json[] = [];
  for (const entry of entries) {
    const isLeftOut = isAbsent(entry, resolver.choose);
    // Which entry is the first, the second, is known only as long as none may be left out.
    if (isLeftOut === undefined) return undefined;
    if (!isLeftOut) standing.push(entry);
    if (standing.length > Number(position)) break;
  }
  const selected = standing[Number(position)];
  return selected === undefined ? undefined : resolveWith(selected, resolver);
}

/** Texts as one; undefined where one of them is not known. */
function joined(texts: readonly (string | undefined)[] | undefined, delimiter: string): string | undefined {
  return texts?.every((text) => text !== undefined) ? texts.join(delimiter) : undefined;
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

/** The entries of a list, each resolved; undefined if there is no list, or one of them is not known. */
function knownEntries(
  list: readonly Json[] | undefined,
  resolver: Resolver,
  resolve = resolveWith,
): readonly Json[] | undefined {
  const known = list
    ?.filter((entry) => !isAbsent(entry, resolver.choose))
    .map((entry) => resolve(entry, resolver));
  return known?.every((value) => value !== undefined) ? known : undefined;
}

/** Whether a snippet may still add keys to a map, such as AWS::Include, which is allowed in Mappings. */
function mayGainKeys(map: Json | undefined): boolean {
  return isObject(map) && Object.keys(map).some(generatesResources);
}

/** Every value that an `Fn::FindInMap` may find, where its map is known and its keys are not; undefined otherwise. */
export function possibleValues(value: Json, resolver: Resolver): readonly Json[] | undefined {
  const call = readFunction(value);
  const [map, top = null, second = null, options] = entriesOf(call?.argument);
  if (call?.name !== 'FindInMap' || typeof map !== 'string' || options !== undefined) return undefined;
  let isOpen = false;
  const within = (object: Json | undefined, key: Json): readonly Json[] => {
    const name = textOf(key, resolver);
    const members = Object.entries(asObject(object));
    isOpen ||= mayGainKeys(object) && (name === undefined || !Object.hasOwn(asObject(object), name));
    return members.flatMap(([each, found]) => (name === undefined || name === each ? [found] : []));
  };
  const found = within(member(resolver.scope.mappings, map), top).flatMap((each) => within(each, second));
  if (isOpen || found.length === 0) return undefined;
  return found.some((each) => intrinsicName(each) !== undefined) ? undefined : found;
}
