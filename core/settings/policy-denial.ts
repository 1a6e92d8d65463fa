/**
 * What a `Deny` statement of a repository policy leaves of what other statements allow.
 *
 * A denial wins over whatever is allowed. It counts only where it is certain to close a statement for every other principal:
 * it does not deny the principals for which one of its conditions does not hold, so each of its conditions has to exempt few.
 */
import { isObject, type Json, type JsonObject, member, textOf } from '../json.ts';
import { isUnknown } from '../known.ts';
import type { Path } from '../path.ts';
import { type DocumentReader, knownValues, type Possible } from '../possible.ts';
import { matchesWildcard } from '../wildcard.ts';
import { type Clause, type Confinement, checkClause, confinedBy, findKey } from './condition-clause.ts';
import { readOperator } from './policy-condition.ts';

/** Principals that a confinement leaves. */
type Remaining = Extract<Confinement, { isConfined: true }>;

/** A `Deny` for everybody but few. */
export interface Denial {
  /** Patterns of the actions that it denies, in lower case. */
  readonly actions: readonly string[];
  /** The principals that it does not deny. */
  readonly remaining: Remaining;
}

const noOne: Remaining = { isConfined: true, key: '', isByOrigin: false };
const understood = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'Condition'];
/** Keys with several values, which only an operator for sets compares as a whole. */
const setKeys = /^aws:(\w+OrgPaths|PrincipalServiceNamesList)$/;

/** What a statement denies for certain; undefined for one that leaves others, or of which not all is known. */
export function readDenial(statement: JsonObject, path: Path, reader: DocumentReader): Denial | undefined {
  const isUnderstood = Object.keys(statement).every((key) => understood.includes(key));
  const read = (key: string) => reader.possible(member(statement, key), [...path, key]);
  if (!reader.isDecided || !isUnderstood || !areAll(read('Effect'), 'Deny')) return undefined;
  const actions = certainTexts(read('Action')).map((action) => action.toLowerCase());
  const remaining = all([
    remainingOfPrincipals(statement, path, reader),
    remainingOf(read('Condition'), reader),
  ]);
  return remaining && { actions, remaining };
}

/** Of the principals that a statement allows some actions, those that are not denied; undefined if they are not only few. */
export function remainingAfter(
  denials: readonly Denial[],
  allowed: readonly string[],
): Remaining | undefined {
  return all(
    allowed.map(
      (action) => denials.find(({ actions }) => actions.some((each) => covers(each, action)))?.remaining,
    ),
  );
}

/** Patterns of the actions that a statement allows at most, in lower case. */
export function allowedActions(statement: JsonObject, path: Path, reader: DocumentReader): readonly string[] {
  const found = reader.possible(statement.Action, [...path, 'Action']);
  const isKnown = found.length > 0 && found.every((each) => !isUnknown(each));
  return isKnown ? knownValues(found).map((each) => textOf(each).toLowerCase()) : ['*'];
}

/** Whether a pattern has every action of another one. A repository policy has no other actions than those of ECR. */
function covers(pattern: string, action: string): boolean {
  return pattern === 'ecr:*' || matchesWildcard(pattern, action);
}

/** Of several that leave someone each, what all of them together leave. */
function all(parts: readonly (Remaining | undefined)[]): Remaining | undefined {
  const known = parts.filter((each) => each !== undefined);
  if (known.length < parts.length) return undefined;
  return known.find(({ isByOrigin }) => isByOrigin) ?? known.find((each) => each !== noOne) ?? noOne;
}

/** Whom a statement does not name that denies: nobody by `*`; by `NotPrincipal`, those that it lists. */
function remainingOfPrincipals(
  { Principal: principal, NotPrincipal: excluded }: JsonObject,
  path: Path,
  reader: DocumentReader,
): Remaining | undefined {
  if (principal === undefined) {
    const listed = reader.possible(excluded, [...path, 'NotPrincipal']);
    const named = listed.flatMap((each) => ofAccounts(each, reader));
    return named.length > 0 && named.every(isNamed) ? confinedBy('aws:PrincipalArn') : undefined;
  }
  const found = reader.possible(principal, [...path, 'Principal']);
  const everyone = found.flatMap((each) => ofAccounts(each, reader));
  return excluded === undefined && areAll(everyone, '*') ? noOne : undefined;
}

/** A principal, or those under `AWS`; one of a kind that may be of any account is answered as it is. */
function ofAccounts(found: Possible, reader: DocumentReader): readonly Possible[] {
  if (isUnknown(found) || !isObject(found.value)) return [found];
  const { AWS: accounts, Service: _, ...others } = found.value;
  return Object.keys(others).length > 0 ? [found] : reader.possible(accounts, [...found.path, 'AWS']);
}

function isNamed(found: Possible): boolean {
  return isUnknown(found) ? !found.canBeWildcard : /^(\d{12}|arn:[^*?]+)$/.test(textOf(found.value));
}

function areAll(found: readonly Possible[], value: Json): boolean {
  return found.length > 0 && found.every((each) => !isUnknown(each) && each.value === value);
}

/** Texts that are all there: of several at one path only one is, as a mapping has them for keys that are not known. */
function certainTexts(found: readonly Possible[]): readonly string[] {
  const paths = new Set(found.map(({ path }) => JSON.stringify(path)));
  return paths.size === found.length ? knownValues(found).map(textOf) : [];
}

/** Whom the conditions of a statement that denies leave: those for whom one does not hold. Without any, nobody. */
function remainingOf(conditions: readonly Possible[], reader: DocumentReader): Remaining | undefined {
  return all(conditions.map((each) => remainingOfMap(each, reader, remainingOfOperator)));
}

function remainingOfOperator(entries: Json, path: Path, name: string, reader: DocumentReader) {
  const found = reader.possible(entries, path);
  return all(
    found.map((each) =>
      remainingOfMap(each, reader, (value, at, spelling) => {
        // What is left out of it denies more.
        if (reader.mayBeAbsent(value)) return noOne;
        return remainingOfKey(name, spelling, reader.possible(value, at));
      }),
    ),
  );
}

/** The same for each member of a map, which all have to hold; of what is no map, nothing is known. */
function remainingOfMap(
  found: Possible,
  reader: DocumentReader,
  ofMember: (value: Json, path: Path, key: string, reader: DocumentReader) => Remaining | undefined,
): Remaining | undefined {
  if (isUnknown(found) || !isObject(found.value)) return undefined;
  return all(
    Object.entries(found.value).map(([key, value]) => ofMember(value, [...found.path, key], key, reader)),
  );
}

/**
 * Whom one operator on one key leaves. Negated ones hold without the key, too, so they leave who has one of the values
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html).
 */
function remainingOfKey(name: string, spelling: string, values: readonly Possible[]): Remaining | undefined {
  const key = findKey(spelling);
  if (key === undefined || values.length === 0) return undefined;
  const { set, base } = readOperator(name);
  // Every signed request has the flag, and ECR takes no others.
  if (key.kind === 'flag')
    return base === 'Bool' &&
      set === '' &&
      values.every((each) => !isUnknown(each) && textOf(each.value) === 'false')
      ? confinedBy(key.key)
      : undefined;
  // One value that is not listed suffices for ForAnyValue, and without the key it does not hold.
  const isNegated = /^(String|Arn)Not/.test(base) && set !== 'ForAnyValue:';
  if (!isNegated || (setKeys.test(key.key) && set === '')) return undefined;
  const operator: Clause['operator'] = { set: '', base: base.replace('Not', ''), ifExists: '' };
  const left = checkClause({ operator, ...key, values }, true);
  return left !== undefined && !isUnknown(left) && left.isConfined ? left : undefined;
}
