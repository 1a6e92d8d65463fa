/** A repository policy: which principals can do what with a repository, as far as it is known. */

import { type Parsed, unusable } from '../issue.ts';
import { isObject, type Json, type JsonObject, member } from '../json.ts';
import { isUnknown } from '../known.ts';
import type { Path } from '../path.ts';
import { type DocumentReader, knownValues, type Possible, plainReader } from '../possible.ts';
import type { KnownConfinement } from './condition-clause.ts';
import { readConfinement } from './policy-condition.ts';
import { allowedActions, type Denial, readDenial, remainingAfter } from './policy-denial.ts';

/** The possible statements of the policy. */
export interface RepositoryPolicy {
  readonly statements: readonly PolicyStatement[];
  /** Statements, or their effects, that are not known yet. */
  readonly unresolved: readonly Possible[];
  /** Where statements have a Resource or a NotResource, which ECR does not take: the policy is the repository's own. */
  readonly resources: readonly Path[];
}

/** A statement that allows something, or may allow it. */
export interface PolicyStatement {
  readonly path: Path;
  /** The principals that it allows, without services, which act for a principal. */
  readonly principals: readonly Possible[];
  /** Its NotPrincipal, which allows every principal but those. */
  readonly notPrincipal: { readonly path: Path; readonly value: Json } | undefined;
  /** Whom its condition leaves of them, and what other statements deny. */
  readonly confinement: KnownConfinement;
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
  const policy = typeof value === 'string' ? parsePolicyText(value) : value;
  if (isObject(policy)) return { value: readStatements(policy, reader) };
  return value === '' ? { value: undefined } : unusable('not-a-policy');
}

/** Whether two allow the same, statement by statement. */
export function isSameRepositoryPolicy(one: RepositoryPolicy, other: RepositoryPolicy): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What a text is as JSON; undefined if it is none. */
export function parsePolicyText(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // reported by the caller as no policy
  }
}

function readStatements(policy: JsonObject, reader: DocumentReader): RepositoryPolicy {
  const found = reader.possible(policy.Statement, ['Statement']);
  const documents = found.flatMap((each) =>
    !isUnknown(each) && isObject(each.value)
      ? [{ statement: withoutAbsent(each.value, reader), path: each.path }]
      : [],
  );
  const unresolved = found.filter((each) => isUnknown(each));
  const allowing = documents.filter(({ statement, path }) => {
    const effects = reader.possible(statement.Effect, [...path, 'Effect']);
    unresolved.push(...effects.filter((effect) => isUnknown(effect)));
    return knownValues(effects).includes('Allow');
  });
  const denials = documents.flatMap(({ statement, path }) => readDenial(statement, path, reader) ?? []);
  return {
    statements: allowing.map(({ statement, path }) => readStatement(statement, path, reader, denials)),
    unresolved,
    resources: documents.flatMap(({ statement, path }) => resourcesOf(statement, path, reader)),
  };
}

/** A statement without the members that are left out of it. */
function withoutAbsent(statement: JsonObject, reader: DocumentReader): JsonObject {
  const isAbsent = (value: Json) => reader.mayBeAbsent(value) && reader.possible(value, []).length === 0;
  return Object.fromEntries(Object.entries(statement).filter(([, value]) => !isAbsent(value)));
}

function resourcesOf(statement: JsonObject, path: Path, reader: DocumentReader): readonly Path[] {
  return ['Resource', 'NotResource'].flatMap((key) => {
    const at = [...path, key];
    return reader.possible(member(statement, key), at).length > 0 ? [at] : [];
  });
}

function readStatement(
  statement: JsonObject,
  path: Path,
  reader: DocumentReader,
  denials: readonly Denial[],
): PolicyStatement {
  const excluded = statement.NotPrincipal;
  const principal = statement.Principal;
  return {
    path,
    principals: readPrincipals(principal, [...path, 'Principal'], reader),
    notPrincipal: excluded === undefined ? undefined : { path: [...path, 'NotPrincipal'], value: excluded },
    confinement: confinementOf(statement, path, reader, denials),
  };
}

/** Whom its own condition leaves, or, where that may be others, the statements that deny. */
function confinementOf(
  statement: JsonObject,
  path: Path,
  reader: DocumentReader,
  denials: readonly Denial[],
): KnownConfinement {
  const own = readConfinement(statement.Condition, [...path, 'Condition'], reader);
  if (!isUnknown(own) && own.isConfined) return own;
  return remainingAfter(denials, allowedActions(statement, path, reader)) ?? own;
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
