/** A repository policy: which principals can do what with a repository, as far as it is known. */

import { type Parsed, unusable } from '../issue.ts';
import { isObject, type Json, type JsonObject, member } from '../json.ts';
import { isUnknown, type Known } from '../known.ts';
import type { Path } from '../path.ts';
import { type DocumentReader, type Possible, plainReader } from '../possible.ts';

/** The possible statements of the policy. */
export interface RepositoryPolicy {
  readonly statements: readonly PolicyStatement[];
  /** Statements, or their effects, that are not known yet. */
  readonly unresolved: readonly Possible[];
}

/** A statement that allows something, or may allow it. */
export interface PolicyStatement {
  /** The principals that it allows, without services, which act for a principal. */
  readonly principals: readonly Possible[];
  /** Its NotPrincipal, which allows every principal but those. */
  readonly notPrincipal: { readonly path: Path; readonly value: Json } | undefined;
  readonly conditionPath: Path;
  /** Whether its condition requires an organisation or an account. */
  readonly isConfined: Known<boolean>;
}

/**
 * Reads a policy document, a map or its JSON text. An empty text is no policy: it allows nothing.
 *
 * @param reader how its values are read; in a template some of them are choices, or not known yet
 */
export function parseRepositoryPolicy(
  value: Json,
  reader: DocumentReader = plainReader,
): Parsed<RepositoryPolicy | undefined> {
  const policy = typeof value === 'string' ? parseText(value) : value;
  if (isObject(policy)) return { value: readStatements(policy, reader) };
  return value === '' ? { value: undefined } : unusable('not-a-policy');
}

/** Whether two allow the same, statement by statement. */
export function isSameRepositoryPolicy(one: RepositoryPolicy, other: RepositoryPolicy): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function parseText(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // reported by the caller as no policy
  }
}

function readStatements(policy: JsonObject, reader: DocumentReader): RepositoryPolicy {
  const statements: PolicyStatement[] = [];
  const unresolved: Possible[] = [];
  for (const found of reader.possible(member(policy, 'Statement'), ['Statement'])) {
    if (isUnknown(found)) unresolved.push(found);
    else if (isObject(found.value)) {
      const effects = reader.possible(member(found.value, 'Effect'), [...found.path, 'Effect']);
      unresolved.push(...effects.filter((effect) => isUnknown(effect)));
      const isAllowing = effects.some((effect) => !isUnknown(effect) && effect.value === 'Allow');
      if (isAllowing) statements.push(readStatement(found.value, found.path, reader));
    }
  }
  return { statements, unresolved };
}

function readStatement(statement: JsonObject, path: Path, reader: DocumentReader): PolicyStatement {
  const excluded = member(statement, 'NotPrincipal');
  const principal = member(statement, 'Principal');
  return {
    principals: readPrincipals(principal, [...path, 'Principal'], reader),
    notPrincipal: excluded === undefined ? undefined : { path: [...path, 'NotPrincipal'], value: excluded },
    conditionPath: [...path, 'Condition'],
    isConfined: isConfined(member(statement, 'Condition'), reader),
  };
}

function readPrincipals(
  principal: Json | undefined,
  path: Path,
  reader: DocumentReader,
): readonly Possible[] {
  return reader.possible(principal, path).flatMap((found) => {
    if (isUnknown(found) || !isObject(found.value)) return [found];
    return Object.entries(found.value)
      .filter(([kind]) => kind !== 'Service')
      .flatMap(([kind, names]) => readPrincipals(names, [...found.path, kind], reader));
  });
}

// The global condition keys that confine a statement to an organisation or to an account
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html).
const confiningKey = /^aws:(principal|source)(orgid|orgpaths|account)$/i;
const confiningOperator = /^(ForAnyValue:)?String(Equals|Like)(IgnoreCase)?$/;

/** Whether each possible condition requires an organisation or an account, positively and not any. */
function isConfined(condition: Json | undefined, reader: DocumentReader): Known<boolean> {
  if (reader.mayBeAbsent(condition)) return false;
  const conditions = reader.possible(condition, []);
  const isOpen = conditions.some((each) => !isUnknown(each) && !confines(each.value, reader));
  return isOpen ? false : (conditions.find((each) => isUnknown(each)) ?? true);
}

function confines(condition: Json, reader: DocumentReader): boolean {
  if (!isObject(condition)) return false;
  return Object.entries(condition).some(
    ([operator, keys]) =>
      confiningOperator.test(operator) &&
      isObject(keys) &&
      Object.entries(keys).some(
        ([key, value]) => confiningKey.test(key) && !reader.possible(value, []).some(isAnyone),
      ),
  );
}

/** A value that every organisation or account matches. */
function isAnyone(found: Possible): boolean {
  return !isUnknown(found) && typeof found.value === 'string' && /^(o-)?\*/.test(found.value);
}
