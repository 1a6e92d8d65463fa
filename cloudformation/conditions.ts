/**
 * Which conditions of a template are decided: by logic, whatever the parameters are, or by the parameters' values.
 *
 * A condition is a formula over comparisons of a value with literals. A value has few that it is compared with, so
 * that all cases can be gone through: `Env` is `dev`, `prod`, or something else.
 */
import { isEqual, isList, isObject, type Json, member } from '../core/json.ts';
import { conditionName, readFunction, refName } from './intrinsics.ts';
import { resolveWith, toText } from './resolve.ts';
import { allowedValues, type Scope } from './scope.ts';

/** What a condition is known to be, and by what. */
export interface Decision {
  readonly isTrue: boolean;
  /** `logic`: whatever the parameters are. `values`: with those that they have. */
  readonly by: 'logic' | 'values';
}

/** Whether a condition is true in a case. */
type Formula = (at: Case) => boolean;

/** What conditions compare: the value for this deployment where it is known, and those that it may have. */
interface Subject {
  readonly value: string | undefined;
  readonly allowed: readonly string[] | undefined;
  /** The distinct values: what it is compared with, and the one that it has. */
  readonly values: Set<string>;
}

/** One case: the value of each subject. */
type Case = ReadonlyMap<string, string>;

// Above these limits nothing is decided: such conditions are rare, and going through all cases would take long.
const maxCases = 4096;
const maxDepth = 50;
// Conditions that name each other twice multiply.
const maxParts = 2000;

/**
 * The value of a condition in a scope, or undefined if it is not known.
 *
 * @param condition as `Fn::If` and a resource's `Condition` name it
 */
export function decide(condition: Json, scope: Scope): Decision | undefined {
  if (typeof condition !== 'string') return decideAnew(condition, scope);
  const known = decisions.get(scope) ?? new Map<string, Decision | undefined>();
  decisions.set(scope, known);
  if (!known.has(condition)) known.set(condition, decideAnew(condition, scope));
  return known.get(condition);
}

const decisions = new WeakMap<Scope, Map<string, Decision | undefined>>();

function decideAnew(condition: Json, scope: Scope): Decision | undefined {
  // What was assumed is decided in any case, so that going into the branches of a condition ends.
  const given = scope.assumptions.find((each) => isEqual(each.condition, condition));
  if (given !== undefined) return { isTrue: given.isTrue, by: 'logic' };
  const compiler: Compiler = { scope, subjects: new Map(), parts: 0 };
  const formula = compile(condition, compiler);
  const assumed = scope.assumptions.map((each) => ({
    formula: compile(each.condition, compiler),
    isTrue: each.isTrue,
  }));
  const cases = allCases(compiler.subjects)?.filter((each) =>
    assumed.every((assumption) => assumption.formula(each) === assumption.isTrue),
  );
  if (cases === undefined) return undefined;
  const byLogic = agreed(formula, cases);
  if (byLogic !== undefined) return { isTrue: byLogic, by: 'logic' };
  if (scope.isForAnyValues) return undefined;
  const now = cases.filter((each) => isOfNow(each, compiler.subjects));
  const byValues = agreed(formula, now);
  return byValues === undefined ? undefined : { isTrue: byValues, by: 'values' };
}

/** What a formula is in all of the cases, if it is the same in all. */
function agreed(formula: Formula, cases: readonly Case[]): boolean | undefined {
  const [first, ...rest] = cases.map(formula);
  return rest.every((each) => each === first) ? first : undefined;
}

/** Stands for every value that nothing is compared with. */
const anythingElse = '\0';

function isOfNow(at: Case, subjects: ReadonlyMap<string, Subject>): boolean {
  return [...subjects].every(([name, { value }]) => value === undefined || at.get(name) === value);
}

/** Every case that can be, or undefined where they are too many. */
function allCases(subjects: ReadonlyMap<string, Subject>): readonly Case[] | undefined {
  let cases: readonly Case[] = [new Map()];
  for (const [name, { value, allowed, values }] of subjects) {
    const possible = [...values].filter(
      (each) => allowed === undefined || each === value || allowed.includes(each),
    );
    if (!allowed?.every((each) => values.has(each))) possible.push(anythingElse);
    if (cases.length * possible.length > maxCases) return undefined;
    cases = cases.flatMap((each) => possible.map((one) => new Map(each).set(name, one)));
  }
  return cases;
}

interface Compiler {
  readonly scope: Scope;
  /** Filled with what is compared. */
  readonly subjects: Map<string, Subject>;
  /** How many parts the formulas have so far. */
  parts: number;
}

/** The formula that a subject has a value. */
function is(
  { subjects }: Compiler,
  name: string,
  compared: string,
  value?: string,
  allowed?: readonly string[],
): Formula {
  const subject = subjects.get(name) ?? {
    value,
    allowed,
    values: new Set(value === undefined ? [] : [value]),
  };
  subject.values.add(compared);
  subjects.set(name, subject);
  return (at) => at.get(name) === compared;
}

/** The formula of a condition, given by name or as an expression. */
function compile(condition: Json, compiler: Compiler, depth = 0): Formula {
  const name = typeof condition === 'string' ? condition : conditionName(condition);
  const definition = name === undefined ? condition : member(compiler.scope.conditions, name);
  // A condition that is not defined here, or by itself, is one that may be either.
  compiler.parts += 1;
  if (definition === undefined || depth > maxDepth || compiler.parts > maxParts)
    return is(compiler, `condition ${JSON.stringify(name ?? condition)}`, 'true');
  if (name !== undefined) return compile(definition, compiler, depth + 1);
  const { name: operator, argument } = readFunction(definition) ?? { name: '', argument: null };
  const operands = isList(argument) ? argument : [argument];
  const [one = null, other = null] = operands;
  if (operator === 'Equals') return compare(one, other, compiler);
  if (!/^(Not|And|Or)$/.test(operator)) return is(compiler, JSON.stringify(definition), 'true');
  const parts = (operator === 'Not' ? [one] : operands).map((each) => compile(each, compiler, depth + 1));
  switch (operator) {
    case 'Not':
      return (at) => !parts.every((each) => each(at));
    case 'And':
      return (at) => parts.every((each) => each(at));
    default:
      return (at) => parts.some((each) => each(at));
  }
}

function compare(one: Json, other: Json, compiler: Compiler): Formula {
  const { scope } = compiler;
  const [left, right] = [literalOf(one, scope), literalOf(other, scope)];
  if (left !== undefined && right !== undefined) return () => left === right;
  const names = [JSON.stringify(one), JSON.stringify(other)].toSorted();
  if (names[0] === names[1]) return () => true;
  const [now, otherNow] = [currentValue(one, scope), currentValue(other, scope)];
  if (right !== undefined) return is(compiler, JSON.stringify(one), right, now, allowedFor(one, scope));
  if (left !== undefined)
    return is(compiler, JSON.stringify(other), left, otherNow, allowedFor(other, scope));
  const isEqual = now === undefined || otherNow === undefined ? undefined : String(now === otherNow);
  return is(compiler, names.join(' = '), 'true', isEqual, ['true', 'false']);
}

function allowedFor(operand: Json, scope: Scope): readonly string[] | undefined {
  const parameter = refName(operand);
  return parameter === undefined ? undefined : allowedValues(scope, parameter);
}

/** What an operand is whatever the parameters are. */
function literalOf(operand: Json, scope: Scope): string | undefined {
  return currentValue(operand, { ...scope, parameters: {} });
}

/** What an operand is for this deployment. */
function currentValue(operand: Json, scope: Scope): string | undefined {
  const value = resolveWith(operand, { scope, choose: () => undefined });
  return toText(value) ?? (isList(value) || isObject(value) ? JSON.stringify(value) : undefined);
}
