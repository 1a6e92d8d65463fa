/** Which of the principals that a `*` matches the condition of a policy's statement still allows. */
import { isObject, type Json, type JsonObject, textOf } from '../json.ts';
import { isUnknown } from '../known.ts';
import type { Path } from '../path.ts';
import { type DocumentReader, plainReader } from '../possible.ts';
import { type Clause, checkClause, findKey, type KnownConfinement } from './condition-clause.ts';

const operators =
  'StringEquals StringEqualsIgnoreCase StringLike ArnEquals ArnLike IpAddress Null Bool StringNotEquals StringNotEqualsIgnoreCase StringNotLike ArnNotEquals ArnNotLike NotIpAddress';
/** Every other one, which compares numbers, dates and the like. */
const otherOperator = '';

/**
 * Which principals a `Condition` still allows.
 *
 * @param condition undefined: there is none
 * @param path the condition's own
 */
export function readConfinement(
  condition: Json | undefined,
  path: Path,
  reader: DocumentReader = plainReader,
): KnownConfinement {
  const open = { isConfined: false, weak: undefined } as const;
  if (condition === undefined || reader.mayBeAbsent(condition)) return open;
  const found = reader.possible(condition, path).flatMap((each): readonly KnownConfinement[] => {
    if (isUnknown(each)) return [each];
    return isObject(each.value) ? confinementsOf(each.value, each.path, reader) : [open];
  });
  return (
    found.find((each) => !isUnknown(each) && !each.isConfined) ?? found.find(isUnknown) ?? found[0] ?? open
  );
}

// Operators are few, and fewer of them are choices.
const maxVariants = 64;

/** What a condition does for each combination of what the maps of its operators can be; too many are not known. */
function confinementsOf(
  condition: JsonObject,
  path: Path,
  reader: DocumentReader,
): readonly KnownConfinement[] {
  let variants: readonly { readonly one: JsonObject; readonly unknown?: KnownConfinement }[] = [
    { one: condition },
  ];
  for (const [name, entries] of Object.entries(condition)) {
    const maps = reader.mayBeAbsent(entries) ? [] : reader.possible(entries, [...path, name]);
    if (variants.length * maps.length > maxVariants)
      return [{ unknown: 'A choice of its conditions', path: [...path, name] }];
    if (maps.length > 0)
      variants = variants.flatMap((each) =>
        maps.map((map) =>
          isUnknown(map) ? { ...each, unknown: map } : { ...each, one: { ...each.one, [name]: map.value } },
        ),
      );
  }
  return variants.map(({ one, unknown }) => {
    const known = confinementOf(one, path, reader);
    return isUnknown(known) || known.isConfined ? known : (unknown ?? known);
  });
}

/** All clauses of a condition must hold, so one that confines is enough. */
function confinementOf(condition: JsonObject, path: Path, reader: DocumentReader): KnownConfinement {
  const clauses = readClauses(condition, path, reader);
  const answers = clauses.flatMap((clause) => checkClause(clause, isDemanded(clause.key, clauses)) ?? []);
  const unconfined = answers.filter((answer) => !isUnknown(answer) && !answer.isConfined);
  return (
    answers.find((answer) => !isUnknown(answer) && answer.isConfined) ??
    answers.find((answer) => isUnknown(answer)) ??
    // Of addresses the advice is a condition that may be there already, and is then what to fix.
    unconfined.find((answer) => !isByAddresses(answer)) ??
    unconfined[0] ?? { isConfined: false, weak: undefined }
  );
}

function isByAddresses(answer: KnownConfinement): boolean {
  return !isUnknown(answer) && !answer.isConfined && answer.weak?.reason === 'addresses';
}

function readClauses(condition: JsonObject, path: Path, reader: DocumentReader): readonly Clause[] {
  return Object.entries(condition).flatMap(([name, entries]) => {
    const operator = readOperator(name);
    if (!isObject(entries) || reader.mayBeAbsent(entries)) return [];
    return Object.entries(entries).flatMap(([spelling, value]) => {
      const key = findKey(spelling);
      // What a branch leaves out confines nobody there.
      return key === undefined || reader.mayBeAbsent(value)
        ? []
        : [{ operator, ...key, values: reader.possible(value, [...path, name, spelling]) }];
    });
  });
}

/** The parts of an operator's name, as IAM spells them. */
export function readOperator(name: string): Clause['operator'] {
  const [, set = '', written = '', ifExists = ''] =
    /^(ForAnyValue:|ForAllValues:)?(\w+?)(IfExists)?$/i.exec(name) ?? [];
  const base =
    operators.split(' ').find((each) => each.toLowerCase() === written.toLowerCase()) ?? otherOperator;
  const isForAll = set.toLowerCase() === 'forallvalues:';
  return {
    set: set === '' ? '' : isForAll ? 'ForAllValues:' : 'ForAnyValue:',
    base,
    ifExists: ifExists === '' ? '' : 'IfExists',
  };
}

/** Whether another clause demands that the key is there: `Null: {KEY: false}`. */
function isDemanded(key: string, clauses: readonly Clause[]): boolean {
  return clauses.some(
    (clause) =>
      clause.key === key &&
      clause.operator.base === 'Null' &&
      clause.values.length > 0 &&
      clause.values.every((each) => !isUnknown(each) && textOf(each.value) === 'false'),
  );
}
