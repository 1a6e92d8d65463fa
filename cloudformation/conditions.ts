/**
 * Which conditions of a template are decided: by logic, whatever the parameters are, or by the parameters' values.
 *
 * A condition is a formula over comparisons of a value with literals. A value has few that it is compared with, so
 * that all cases can be gone through: `Env` is `dev`, `prod`, or something else.
 */
import type { Json } from '../core/json.ts';
import type { Choose } from './absence.ts';
import { conditionKey } from './assumptions.ts';
import {
  type Case,
  type Compiled,
  compileCondition,
  type Formula,
  type Subject,
} from './condition-formula.ts';
import type { Assumption, Scope } from './scope.ts';

/** What a condition is known to be, and by what. */
export interface Decision {
  readonly isTrue: boolean;
  /** `logic`: whatever the parameters are. `values`: with those that they have. */
  readonly by: 'logic' | 'values';
}

// Above these limits nothing is decided: such conditions are rare, and going through all cases would take long.
const maxCases = 4096;
const maxAssumptions = 200;
/** Each has at least two values, unless only one is allowed. */
const maxSubjects = 24;
/** Steps that all decisions about a template may take together, less than a second's worth. */
const maxSteps = 5_000_000;

/** What is kept of the conditions of one template. */
interface Memory {
  readonly compiled: Map<string, Compiled>;
  readonly decisions: WeakMap<Scope, Map<string, Decision | undefined>>;
  steps: number;
}

const memories = new WeakMap<Scope['root'], Memory>();

function memoryOf({ root }: Scope): Memory {
  const memory = memories.get(root) ?? { compiled: new Map(), decisions: new WeakMap(), steps: 0 };
  memories.set(root, memory);
  return memory;
}

/**
 * The value of a condition in a scope, or undefined if it is not known.
 *
 * @param condition as `Fn::If` and a resource's `Condition` name it
 */
export function decide(condition: Json, scope: Scope): Decision | undefined {
  const { decisions } = memoryOf(scope);
  const known = decisions.get(scope) ?? new Map<string, Decision | undefined>();
  decisions.set(scope, known);
  const key = conditionKey(condition);
  if (!known.has(key)) known.set(key, decideAnew(condition, key, scope));
  return known.get(key);
}

function decideAnew(condition: Json, key: string, scope: Scope): Decision | undefined {
  // What was assumed is decided in any case, so that going into the branches of a condition ends.
  for (let given = scope.assumption; given !== undefined; given = given.outer)
    if (given.key === key) return { isTrue: given.isTrue, by: 'logic' };
  const memory = memoryOf(scope);
  if (memory.steps > maxSteps) return undefined;
  const compiled = compiledOnce(condition, key, scope, memory);
  const assumed = relatedAssumptions(compiled, scope, memory);
  if (assumed === undefined) return undefined;
  const subjects = subjectsOf([compiled, ...assumed]);
  const cases = casesOf(compiled, assumed, subjects, memory);
  if (cases === undefined) return undefined;
  const byLogic = agreed(compiled.formula, cases);
  if (byLogic !== undefined) return { isTrue: byLogic, by: 'logic' };
  if (scope.isForAnyValues) return undefined;
  const now = cases.filter((each) => isOfNow(each, subjects));
  const byValues = agreed(compiled.formula, now);
  return byValues === undefined ? undefined : { isTrue: byValues, by: 'values' };
}

function compiledOnce(condition: Json, key: string, scope: Scope, { compiled }: Memory): Compiled {
  const found = compiled.get(key) ?? compileCondition(condition, scope);
  compiled.set(key, found);
  return found;
}

/** An assumption as a formula. */
interface Assumed extends Compiled {
  readonly isTrue: boolean;
}

/**
 * The assumptions that have to do with a condition: those that compare what it compares, or what another of them does.
 * Undefined where together they compare too much.
 */
function relatedAssumptions(
  compiled: Compiled,
  scope: Scope,
  memory: Memory,
): readonly Assumed[] | undefined {
  let others: Assumed[] = [];
  let each: Assumption | undefined = scope.assumption;
  for (; each !== undefined && others.length < maxAssumptions; each = each.outer)
    others.push({ ...compiledOnce(each.condition, each.key, scope, memory), isTrue: each.isTrue });
  const related: Assumed[] = [];
  const names = new Set(compiled.subjects.keys());
  const isRelated = ({ subjects }: Assumed) => [...subjects.keys()].some((name) => names.has(name));
  for (let found = others.filter(isRelated); found.length > 0; found = others.filter(isRelated)) {
    memory.steps += others.length;
    if (names.size > maxSubjects) return undefined;
    related.push(...found);
    others = others.filter((one) => !found.includes(one));
    for (const { subjects } of found) for (const name of subjects.keys()) names.add(name);
  }
  return related;
}

/** What all of them compare, each with all values that it is compared with. */
function subjectsOf(all: readonly Compiled[]): ReadonlyMap<string, Subject> {
  const subjects = new Map<string, Subject>();
  for (const compiled of all)
    for (const [name, subject] of compiled.subjects) {
      const values = new Set([...(subjects.get(name)?.values ?? []), ...subject.values]);
      subjects.set(name, { ...subject, values });
    }
  return subjects;
}

/** The cases in which all assumptions hold, or undefined where they are too many to go through. */
function casesOf(
  compiled: Compiled,
  assumed: readonly Assumed[],
  subjects: ReadonlyMap<string, Subject>,
  memory: Memory,
): readonly Case[] | undefined {
  const cases = allCases(subjects);
  if (cases === undefined) return undefined;
  memory.steps += cases.length * [compiled, ...assumed].reduce((sum, { parts }) => sum + parts, 0);
  return memory.steps > maxSteps
    ? undefined
    : cases.filter((each) => assumed.every(({ formula, isTrue }) => formula(each) === isTrue));
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

/** How conditions are decided in a scope. */
export function chooser(scope: Scope): Choose {
  return (condition) => decide(condition, scope)?.isTrue;
}
