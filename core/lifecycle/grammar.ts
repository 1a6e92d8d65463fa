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

const listKeys = ['tagPatternList', 'tagPrefixList'];
const ruleKeys = ['rulePriority', 'description', 'selection', 'action'];
const selectionKeys = ['tagStatus', ...listKeys, 'storageClass', 'countType', 'countUnit', 'countNumber'];
const wholeNumber = 'a whole number from 1';
const tagStatuses = ['tagged', 'untagged', 'any'];
const countTypes = ['imageCountMoreThan', 'sinceImagePushed', 'sinceImagePulled', 'sinceImageTransitioned'];

/**
 * What is wrong with a lifecycle policy text; empty when ECR would take it and every rule can fire.
 *
 * @param text the text as it would be sent to ECR
 */
export function lifecyclePolicyProblems(text: string): readonly GrammarProblem[] {
  const problems: GrammarProblem[] = [];
  const tell: Tell = (path, reason) => problems.push({ path, reason });
  const rules = readRules(text, tell);
  const sound = rules.flatMap((rule, index) => validateRule(rule, `rules[${index}]`, tell));
  // The schema of LifecyclePolicyText: 100 to 30,720 characters.
  if (problems.length === 0 && (text.length < 100 || text.length > 30_720))
    tell('', `must have 100 to 30720 characters, not ${text.length}`);
  // Rules are compared with each other only when each is sound by itself.
  if (problems.length === 0) validateOrder(sound, tell);
  return problems;
}

/**
 * What is wrong with a text of which parts are not known yet, whatever they become.
 *
 * @param hole stands where those parts will; a problem that may be its doing proves nothing
 */
export function definiteProblems(text: string, hole: string): readonly GrammarProblem[] {
  if (!text.trimStart().startsWith('{') && !text.startsWith(hole))
    return [{ path: '', reason: 'is no JSON: it must begin with {' }];
  // Only what is wrong inside one rule: order, number and length may all change.
  const problems = lifecyclePolicyProblems(text).filter(({ path }) => path.includes('.'));
  return JSON.stringify(problems).includes(hole) ? [] : problems;
}

type Tell = (path: string, reason: string) => void;

/** A rule that is sound by itself. */
interface Rule {
  readonly path: string;
  readonly priority: number;
  readonly selection: JsonObject;
}

function readRules(text: string, tell: Tell): readonly Json[] {
  try {
    const policy: Json = JSON.parse(text);
    const rules = isObject(policy) ? member(policy, 'rules') : undefined;
    if (isList(rules) && rules.length > 0) return rules;
    tell('', 'must be a map with a list "rules" of at least one rule');
  } catch (error) {
    tell('', `is no JSON: ${error}`);
  }
  return [];
}

/** Tells of a map's unknown keys; answers how to tell what else is wrong with its keys. */
function validateKeys(map: JsonObject, path: string, allowed: readonly string[], tell: Tell) {
  const refuse: Tell = (key, reason) => tell(`${path}.${key}`, reason);
  for (const key of Object.keys(map))
    if (!allowed.includes(key)) refuse(key, unknownName('key', key, allowed));
  return {
    refuse,
    /** Tells, unless it holds, what a key must be and what it is. */
    expect(holds: boolean, key: string, what: string) {
      if (!holds) refuse(key, `must be ${what}, not ${describeKind(member(map, key))}`);
    },
  };
}

function validateRule(rule: Json, path: string, tell: Tell): readonly Rule[] {
  if (!isObject(rule)) {
    tell(path, `must be a map, not ${describeKind(rule)}`);
    return [];
  }
  const { expect } = validateKeys(rule, path, ruleKeys, tell);
  const priority = member(rule, 'rulePriority');
  const selection = member(rule, 'selection');
  const action = member(rule, 'action');
  expect(isPositive(priority), 'rulePriority', wholeNumber);
  expect(isObject(selection), 'selection', 'a map');
  expect(isObject(action), 'action', 'a map');
  if (!isObject(selection) || !isObject(action)) return [];
  validateSelection(selection, `${path}.selection`, tell);
  validateAction(action, member(selection, 'countType'), `${path}.action`, tell);
  return [{ path, priority: Number(priority), selection }];
}

function validateSelection(selection: JsonObject, path: string, tell: Tell): void {
  const { refuse, expect } = validateKeys(selection, path, selectionKeys, tell);
  const status = member(selection, 'tagStatus');
  const countType = member(selection, 'countType');
  const countUnit = member(selection, 'countUnit');
  const isArchived = member(selection, 'storageClass') === 'archive';
  const lists = listKeys.filter((key) => Object.hasOwn(selection, key));
  expect(isOneOf(tagStatuses, status), 'tagStatus', `one of ${tagStatuses.join(', ')}`);
  if (status === 'tagged' && lists.length !== 1)
    refuse('tagStatus', `tagged needs either ${listKeys.join(' or ')}`);
  for (const key of lists) {
    if (status !== 'tagged') refuse(key, 'goes with tagStatus tagged only');
    validatePatterns(member(selection, key), `${path}.${key}`, tell);
  }
  expect(isOneOf(countTypes, countType), 'countType', `one of ${countTypes.join(', ')}`);
  if (countType !== 'imageCountMoreThan') expect(countUnit === 'days', 'countUnit', 'days');
  else if (countUnit !== undefined) refuse('countUnit', 'does not go with imageCountMoreThan');
  expect(isPositive(member(selection, 'countNumber')), 'countNumber', wholeNumber);
  expect(
    isArchived === (countType === 'sinceImageTransitioned'),
    'storageClass',
    'archive exactly when countType is sinceImageTransitioned',
  );
}

function validateAction(action: JsonObject, countType: Json | undefined, path: string, tell: Tell): void {
  const { refuse, expect } = validateKeys(action, path, ['type', 'targetStorageClass'], tell);
  const type = member(action, 'type');
  const target = member(action, 'targetStorageClass');
  expect(type === 'expire' || type === 'transition', 'type', 'expire or transition');
  if (type === 'transition') expect(target === 'archive', 'targetStorageClass', 'archive');
  if (type !== 'expire') return;
  if (target !== undefined) refuse('targetStorageClass', 'goes with a transition only');
  // Last pull times expire nothing; they only move images to the archive (containers-roadmap#921).
  if (countType === 'sinceImagePulled')
    refuse('type', 'must be transition for countType sinceImagePulled, which expires nothing');
}

function validatePatterns(list: Json | undefined, path: string, tell: Tell): void {
  if (!isList(list) || list.length === 0) tell(path, 'must be a list of at least one text');
  else
    list.forEach((pattern, index) => {
      const isText = typeof pattern === 'string' && pattern !== '';
      if (!isText) tell(`${path}[${index}]`, `must be text, not ${describeKind(pattern)}`);
      else if (pattern.split('*').length > 5) tell(`${path}[${index}]`, 'may have at most 4 wildcards');
    });
}

/** Rules that clash, and rules that can never fire because an earlier one takes every image of theirs. */
function validateOrder(rules: readonly Rule[], tell: Tell): void {
  const ordered = rules.toSorted((one, other) => one.priority - other.priority);
  ordered.forEach(({ path, priority, selection }, index) => {
    const earlier = ordered.slice(0, index);
    const equal = earlier.find((other) => other.priority === priority);
    if (equal !== undefined)
      tell(`${path}.rulePriority`, `${priority} is that of ${equal.path} too; each rule needs its own`);
    const first = earlier.find((other) => takesAll(other.selection, selection));
    if (first !== undefined)
      tell(path, `can never fire: ${first.path} comes before it and takes every image that it matches`);
  });
}

/**
 * Whether the first selection matches every image of the second.
 *
 * ECR gives an image to the first rule whose selection matches it, whether or not that rule then expires it
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html), so the second never sees one.
 * Told only where it is certain: two rules for untagged images, or a list that demands a subset of the other's.
 */
function takesAll(first: JsonObject, second: JsonObject): boolean {
  const storage = (selection: JsonObject) => member(selection, 'storageClass') ?? 'standard';
  if (storage(first) !== storage(second)) return false;
  const status = member(first, 'tagStatus');
  // ECR refuses a rule after one for any image; it says so of the priority only.
  if (status === 'any') return true;
  if (status !== member(second, 'tagStatus')) return false;
  if (status === 'untagged') return true;
  return listKeys.some((key) => {
    const broad = member(first, key);
    const narrow = member(second, key);
    return isList(broad) && isList(narrow) && broad.every((pattern) => narrow.includes(pattern));
  });
}

function isPositive(value: Json | undefined): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}
