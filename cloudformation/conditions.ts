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

type Formula =
  | { readonly kind: 'constant'; readonly isTrue: boolean }
  | { readonly kind: 'is'; readonly subject: string; readonly value: string }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'all' | 'any'; readonly of: readonly Formula[] };

/** What conditions compare: the value for this deployment where it is known, and those that it may have. */
interface Subject {
  readonly value: string | undefined;
  readonly allowed: readonly string[] | undefined;
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
  const formula = compile(condition, compiler, 0);
  const assumed = scope.assumptions.map((each) => ({
    formula: compile(each.condition, compiler, 0),
    isTrue: each.isTrue,
  }));
  const cases = allCases([formula, ...assumed.map((each) => each.formula)], compiler.subjects)?.filter(
    (each) => assumed.every((assumption) => holds(assumption.formula, each) === assumption.isTrue),
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
  const [first, ...rest] = cases.map((each) => holds(formula, each));
  return rest.every((each) => each === first) ? first : undefined;
}

function holds(formula: Formula, at: Case): boolean {
  switch (formula.kind) {
    case 'constant':
      return formula.isTrue;
    case 'is':
      return at.get(formula.subject) === formula.value;
    case 'not':
      return !holds(formula.of, at);
    case 'all':
      return formula.of.every((each) => holds(each, at));
    case 'any':
      return formula.of.some((each) => holds(each, at));
    default:
      return formula satisfies never;
  }
}

/** Stands for every value that nothing is compared with. */
const anythingElse = '\0';

function isOfNow(at: Case, subjects: ReadonlyMap<string, Subject>): boolean {
  return [...at].every(([subject, value]) => {
    const known = subjects.get(subject)?.value;
    return known === undefined || value === known;
  });
}

/** Every case that can be, or undefined where they are too many. */
function allCases(
  formulas: readonly Formula[],
  subjects: ReadonlyMap<string, Subject>,
): readonly Case[] | undefined {
  const compared = new Map<string, Set<string>>();
  for (const formula of formulas) collect(formula, compared);
  let cases: readonly Case[] = [new Map()];
  for (const [name, literals] of compared) {
    const values = domainOf(literals, subjects.get(name));
    if (cases.length * values.length > maxCases) return undefined;
    cases = cases.flatMap((each) => values.map((value) => new Map(each).set(name, value)));
  }
  return cases;
}

function collect(formula: Formula, compared: Map<string, Set<string>>): void {
  switch (formula.kind) {
    case 'constant':
      return;
    case 'is':
      compared.set(formula.subject, (compared.get(formula.subject) ?? new Set()).add(formula.value));
      return;
    case 'not':
      collect(formula.of, compared);
      return;
    case 'all':
    case 'any':
      for (const each of formula.of) collect(each, compared);
      return;
    default:
      formula satisfies never;
  }
}

/** The distinct values: those that it is compared with, the one that it has, and all others as one. */
function domainOf(literals: ReadonlySet<string>, subject: Subject | undefined): readonly string[] {
  const { value, allowed } = subject ?? {};
  const values = [...new Set([...literals, ...(value === undefined ? [] : [value])])];
  if (allowed === undefined) return [...values, anythingElse];
  const possible = values.filter((each) => allowed.includes(each) || each === value);
  return allowed.every((each) => possible.includes(each)) ? possible : [...possible, anythingElse];
}

interface Compiler {
  readonly scope: Scope;
  /** Filled with what is compared. */
  readonly subjects: Map<string, Subject>;
  /** How many parts the formulas have so far. */
  parts: number;
}

/** The formula of a condition, given by name or as an expression. */
function compile(condition: Json, compiler: Compiler, depth: number): Formula {
  const name = typeof condition === 'string' ? condition : conditionName(condition);
  const definition = name === undefined ? condition : member(compiler.scope.conditions, name);
  // A condition that is not defined here, or by itself, is one that may be either.
  compiler.parts += 1;
  if (definition === undefined || depth > maxDepth || compiler.parts > maxParts)
    return { kind: 'is', subject: `condition ${JSON.stringify(name ?? condition)}`, value: 'true' };
  if (name !== undefined) return compile(definition, compiler, depth + 1);
  const { name: operator, argument } = readFunction(definition) ?? { name: '', argument: null };
  const operands = isList(argument) ? argument : [argument];
  const parts = () => operands.map((each) => compile(each, compiler, depth + 1));
  switch (operator) {
    case 'Not':
      return { kind: 'not', of: compile(operands[0] ?? null, compiler, depth + 1) };
    case 'And':
      return { kind: 'all', of: parts() };
    case 'Or':
      return { kind: 'any', of: parts() };
    case 'Equals':
      return compare(operands[0] ?? null, operands[1] ?? null, compiler);
    default:
      return { kind: 'is', subject: JSON.stringify(definition), value: 'true' };
  }
}

function compare(one: Json, other: Json, compiler: Compiler): Formula {
  const [left, right] = [literalOf(one, compiler.scope), literalOf(other, compiler.scope)];
  if (left !== undefined && right !== undefined) return { kind: 'constant', isTrue: left === right };
  if (right !== undefined) return { kind: 'is', subject: subjectOf(one, compiler), value: right };
  if (left !== undefined) return { kind: 'is', subject: subjectOf(other, compiler), value: left };
  const names = [JSON.stringify(one), JSON.stringify(other)].toSorted();
  if (names[0] === names[1]) return { kind: 'constant', isTrue: true };
  const [currentOne, currentOther] = [currentValue(one, compiler.scope), currentValue(other, compiler.scope)];
  const isEqual =
    currentOne === undefined || currentOther === undefined ? undefined : String(currentOne === currentOther);
  const subject = names.join(' = ');
  compiler.subjects.set(subject, { value: isEqual, allowed: ['true', 'false'] });
  return { kind: 'is', subject, value: 'true' };
}

function subjectOf(operand: Json, { scope, subjects }: Compiler): string {
  const subject = JSON.stringify(operand);
  const parameter = refName(operand);
  subjects.set(subject, {
    value: currentValue(operand, scope),
    allowed: parameter === undefined ? undefined : allowedValues(scope, parameter),
  });
  return subject;
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
