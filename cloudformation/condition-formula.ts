/** A condition as a formula over comparisons of a value with literals. */
import { isList, isObject, type Json, member } from '../core/json.ts';
import { allowedValues } from './assumptions.ts';
import { conditionName, readFunction, refName } from './intrinsics.ts';
import { resolveWith, toText } from './resolve.ts';
import type { Scope } from './scope.ts';

/** One case: the value of each subject. */
export type Case = ReadonlyMap<string, string>;

/** Whether a condition is true in a case. */
export type Formula = (at: Case) => boolean;

/** What conditions compare: the value for this deployment where it is known, and those that it may have. */
export interface Subject {
  readonly value: string | undefined;
  readonly allowed: readonly string[] | undefined;
  /** The distinct values: what it is compared with, and the one that it has. */
  readonly values: Set<string>;
}

/** A condition, what it compares, and how many parts it has. */
export interface Compiled {
  readonly formula: Formula;
  readonly subjects: ReadonlyMap<string, Subject>;
  readonly parts: number;
}

// Above these limits a condition is one that may be either: such ones are rare, and going through them would take long.
const maxDepth = 50;
// Conditions that name each other twice multiply.
const maxParts = 2000;

/** The formula of a condition, as `Fn::If` and a resource's `Condition` name it. */
export function compileCondition(condition: Json, scope: Scope): Compiled {
  const compiler: Compiler = { scope, subjects: new Map(), parts: 0 };
  const formula = compile(condition, compiler);
  return { formula, subjects: compiler.subjects, parts: compiler.parts };
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
