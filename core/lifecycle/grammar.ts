/**
 * The grammar of an ECR lifecycle policy text, told before ECR refuses it half-way through a deployment.
 *
 * AWS publishes no formal grammar; the rules are those of
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html and of ECR's own answers.
 */
import { describeKind, isList, isObject, isOneOf, type Json, type JsonObject, member } from '../json.ts';
import { unknownName } from '../nearest.ts';

/** One thing that is wrong with a policy text, and where in it (`rules[0].selection.countUnit`). */
export interface GrammarProblem {
  readonly path: string;
  readonly reason: string;
}

const ruleKeys = ['rulePriority', 'description', 'selection', 'action'] as const;
const selectionKeys = [
  'tagStatus',
  'tagPatternList',
  'tagPrefixList',
  'storageClass',
  'countType',
  'countUnit',
  'countNumber',
] as const;
const wholeNumber = 'a whole number from 1';
const tagStatuses = ['tagged', 'untagged', 'any'];
const countTypes = ['imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned'];

/**
 * What is wrong with a lifecycle policy text; empty when ECR would take it and every rule can fire.
 *
 * @param text the text as it would be sent to ECR
 */
export function lifecyclePolicyProblems(text: string): readonly GrammarProblem[] {
  const parsed = parse(text);
  if ('problem' in parsed) return [{ path: '', reason: parsed.problem }];
  const rules = isObject(parsed.value) ? member(parsed.value, 'rules') : undefined;
  if (!isList(rules)) return [{ path: '', reason: 'must be a map with a list "rules"' }];
  if (rules.length === 0) return [{ path: 'rules', reason: 'must have at least one rule' }];
  const problems = rules.flatMap((rule, index) => ruleProblems(rule, `rules[${index}]`));
  // Rules are compared with each other only when each is sound by itself.
  if (problems.length > 0) return problems;
  // The schema of LifecyclePolicyText: 100 to 30,720 characters.
  if (text.length < 100 || text.length > 30_720)
    return [{ path: '', reason: `must have 100 to 30720 characters, not ${text.length}` }];
  return orderProblems(rules.filter(isObject));
}

function parse(text: string): { readonly value: Json } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: `is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Notes what is wrong below one path of the policy. */
interface Notes {
  readonly problems: GrammarProblem[];
  tell(key: string, reason: string): void;
  /** Tells, unless it holds, what a key must be and what it is. */
  expect(holds: boolean, key: string, what: string): void;
}

function notesOn(object: JsonObject, path: string, allowed: readonly string[]): Notes {
  const problems: GrammarProblem[] = [];
  const tell = (key: string, reason: string) => problems.push({ path: `${path}.${key}`, reason });
  for (const key of Object.keys(object))
    if (!allowed.includes(key)) tell(key, unknownName('key', key, allowed));
  return {
    problems,
    tell,
    expect(holds, key, what) {
      if (!holds) tell(key, `must be ${what}, not ${describeKind(member(object, key))}`);
    },
  };
}

function ruleProblems(rule: Json, path: string): GrammarProblem[] {
  if (!isObject(rule)) return [{ path, reason: `must be a map, not ${describeKind(rule)}` }];
  const { problems, expect } = notesOn(rule, path, ruleKeys);
  const selection = member(rule, 'selection');
  const action = member(rule, 'action');
  expect(isPositive(member(rule, 'rulePriority')), 'rulePriority', wholeNumber);
  expect(isObject(selection), 'selection', 'a map');
  expect(isObject(action), 'action', 'a map');
  return isObject(selection) && isObject(action)
    ? [
        ...problems,
        ...selectionProblems(selection, `${path}.selection`),
        ...actionProblems(action, selection, `${path}.action`),
      ]
    : problems;
}

function selectionProblems(selection: JsonObject, path: string): GrammarProblem[] {
  const { problems, tell, expect } = notesOn(selection, path, selectionKeys);
  const status = member(selection, 'tagStatus');
  const countType = member(selection, 'countType');
  const lists = ['tagPatternList', 'tagPrefixList'].filter((key) => Object.hasOwn(selection, key));
  expect(isOneOf(tagStatuses, status), 'tagStatus', `one of ${tagStatuses.join(', ')}`);
  if (status === 'tagged' && lists.length !== 1)
    tell('tagStatus', 'tagged needs either tagPatternList or tagPrefixList');
  if (status !== 'tagged' && lists.length > 0) tell(lists.join(' and '), 'goes with tagStatus tagged only');
  for (const key of lists) problems.push(...patternProblems(member(selection, key), `${path}.${key}`));
  expect(isOneOf(countTypes, countType), 'countType', `one of ${countTypes.join(', ')}`);
  if (countType !== 'imageCountMoreThan')
    expect(member(selection, 'countUnit') === 'days', 'countUnit', 'days');
  else if (Object.hasOwn(selection, 'countUnit')) tell('countUnit', 'does not go with imageCountMoreThan');
  expect(isPositive(member(selection, 'countNumber')), 'countNumber', wholeNumber);
  if ((member(selection, 'storageClass') === 'archive') !== (countType === 'sinceImageTransitioned'))
    tell('storageClass', 'archive and countType sinceImageTransitioned go together');
  return problems;
}

function actionProblems(action: JsonObject, selection: JsonObject, path: string): GrammarProblem[] {
  const { problems, tell, expect } = notesOn(action, path, ['type', 'targetStorageClass']);
  const type = member(action, 'type');
  expect(type === 'expire' || type === 'transition', 'type', 'expire or transition');
  if (type === 'transition')
    expect(member(action, 'targetStorageClass') === 'archive', 'targetStorageClass', 'archive');
  if (type === 'expire' && Object.hasOwn(action, 'targetStorageClass'))
    tell('targetStorageClass', 'goes with a transition only');
  // Last pull times expire nothing; they only move images to the archive (containers-roadmap#921).
  if (type === 'expire' && member(selection, 'countType') === 'sinceImagePulled')
    tell('type', 'must be transition for countType sinceImagePulled, which expires nothing');
  return problems;
}

function patternProblems(list: Json | undefined, path: string): GrammarProblem[] {
  if (!isList(list) || list.length === 0) return [{ path, reason: 'must be a list of at least one text' }];
  return list.flatMap((pattern, index) => {
    const isText = typeof pattern === 'string' && pattern !== '';
    if (isText && pattern.split('*').length - 1 <= 4) return [];
    const reason = isText ? 'may have at most 4 wildcards' : `must be text, not ${describeKind(pattern)}`;
    return [{ path: `${path}[${index}]`, reason }];
  });
}

/** Rules that clash, and rules that can never fire because an earlier one takes every image of theirs. */
function orderProblems(rules: readonly JsonObject[]): GrammarProblem[] {
  const read = rules
    .map((rule, index) => ({
      path: `rules[${index}]`,
      priority: Number(member(rule, 'rulePriority')),
      selection: member(rule, 'selection'),
    }))
    .sort((one, other) => one.priority - other.priority);
  const problems: GrammarProblem[] = [];
  const storage = (selection: Json | undefined) => at(selection, 'storageClass') ?? 'standard';
  read.forEach((rule, index) => {
    const earlier = read.slice(0, index);
    const equal = earlier.find((other) => other.priority === rule.priority);
    if (equal !== undefined)
      problems.push({
        path: `${rule.path}.rulePriority`,
        reason: `${rule.priority} is that of ${equal.path} too; each rule needs its own`,
      });
    const sameClass = earlier.filter((other) => storage(other.selection) === storage(rule.selection));
    const twin = sameClass.find((other) => takesAll(other.selection, rule.selection));
    if (twin !== undefined)
      problems.push({
        path: rule.path,
        reason: `can never fire: ${twin.path} comes before it and takes every image that it matches`,
      });
  });
  return problems;
}

/**
 * Whether the first selection matches every image of the second, both of one storage class.
 *
 * ECR gives an image to the first rule whose selection matches it, whether or not that rule then expires it
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html), so the second never sees one.
 * Told only where it is certain: two rules for untagged images, or a list that demands a subset of the other's.
 */
function takesAll(first: Json | undefined, second: Json | undefined): boolean {
  const status = at(first, 'tagStatus');
  // ECR refuses a rule after one for any image; it says so of the priority only.
  if (status === 'any') return true;
  if (status !== at(second, 'tagStatus')) return false;
  if (status === 'untagged') return true;
  return ['tagPatternList', 'tagPrefixList'].some((key) => {
    const broad = at(first, key);
    const narrow = at(second, key);
    return isList(broad) && isList(narrow) && broad.every((pattern) => narrow.includes(pattern));
  });
}

function at(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) ? member(value, key) : undefined;
}

function isPositive(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}
