/**
 * The grammar of an ECR lifecycle policy text, checked before ECR would refuse it during a deployment.
 *
 * AWS publishes no formal grammar; the rules are those of
 * https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html and ECR's own responses.
 */
import type { Issue } from '../issue.ts';
import { asObject, entriesOf, isObject, isOneOf, type Json, type JsonObject, numberOf } from '../json.ts';
import type { Path } from '../path.ts';
import { type OrderedRule, orderIssues } from './order.ts';

const listKeys = ['tagPatternList', 'tagPrefixList'];
const ruleKeys = ['rulePriority', 'description', 'selection', 'action'];
const selectionKeys = ['tagStatus', ...listKeys, 'storageClass', 'countType', 'countUnit', 'countNumber'];
const standard = 'standard';
const archive = 'archive';
const storageClasses = [standard, archive];
const imageCount = 'imageCountMoreThan';
const pulled = 'sinceImagePulled';
const transitioned = 'sinceImageTransitioned';
// "Rules per lifecycle policy", a quota that cannot be adjusted
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html).
const maxRules = 50;
// The minimum that an archived image is stored, before which no rule deletes it
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html).
const minArchivedDays = 90;

/**
 * The issues of a lifecycle policy text; empty if ECR would accept it and every rule can fire.
 *
 * @param text the text as it would be sent to ECR
 * @returns issues with paths such as `['rules', 0, 'selection', 'countUnit']`
 */
export function lifecyclePolicyIssues(text: string): readonly Issue[] {
  const issues: Issue[] = [];
  const add: AddIssue = (code, path, details) => issues.push({ code, path, ...details });
  const rules = readRules(text, add);
  if (rules.length > maxRules) add('too-many-rules', ['rules'], { expected: maxRules, count: rules.length });
  const sound = rules.flatMap((rule, index) => validateRule(rule, ['rules', index], add));
  // The schema of LifecyclePolicyText: 100 to 30,720 characters.
  if (issues.length === 0 && (text.length < 100 || text.length > 30_720))
    add('text-length', [], { expected: [100, 30_720], count: text.length });
  // Rules are compared with each other only if each is valid by itself.
  if (issues.length === 0) issues.push(...orderIssues(sound));
  return issues;
}

/**
 * What is wrong with a text of which parts are not known yet, whatever they become.
 *
 * @param placeholder the text in place of those parts; an issue that it may cause is not certain
 */
export function definiteIssues(text: string, placeholder: string): readonly Issue[] {
  if (!text.trimStart().startsWith('{') && !text.startsWith(placeholder))
    return [{ code: 'not-json', path: [], expected: '{' }];
  // Only issues inside one rule: order, number and length can still change.
  const issues = lifecyclePolicyIssues(text).filter(({ path }) => path.length > 2);
  return JSON.stringify(issues).includes(placeholder) ? [] : issues;
}

type AddIssue = (code: Issue['code'], path: Path, details?: Partial<Issue>) => void;

function readRules(text: string, add: AddIssue): readonly Json[] {
  try {
    const policy: Json = JSON.parse(text);
    const rules = entriesOf(asObject(policy).rules);
    if (rules.length === 0) add('no-rules', []);
    return rules;
  } catch (error) {
    add('not-json', [], { actual: String(error) });
    return [];
  }
}

/** Reports a map's unknown keys; returns functions that report other issues of its keys. */
function validateKeys(map: JsonObject, path: Path, allowed: readonly string[], add: AddIssue) {
  for (const key of Object.keys(map))
    if (!allowed.includes(key)) add('unknown-key', [...path, key], { expected: allowed, actual: key });
  /** Reports a key unless its value is right. */
  const expect = (holds: boolean, key: string, code: Issue['code'], expected?: Json) => {
    if (!holds) add(code, [...path, key], { expected, actual: map[key] });
  };
  return {
    expect,
    /** With the value, which of a template may be one that is not known yet. */
    refuse: (code: Issue['code'], key: string, actual = map[key]) => add(code, [...path, key], { actual }),
    /** Reports a key whose value is none of those. */
    oneOf: (key: string, expected: readonly string[]) =>
      expect(isOneOf(expected, map[key]), key, 'not-one-of', expected),
  };
}

function validateRule(rule: Json, path: Path, add: AddIssue): readonly OrderedRule[] {
  if (!isObject(rule)) {
    add('not-a-map', path, { actual: rule });
    return [];
  }
  const { expect } = validateKeys(rule, path, ruleKeys, add);
  const { rulePriority, selection, action, description = '' } = rule;
  expect(isCount(rulePriority, 1), 'rulePriority', 'not-a-count', [1]);
  expect(typeof description === 'string', 'description', 'not-text');
  expect(isObject(selection), 'selection', 'not-a-map');
  expect(isObject(action), 'action', 'not-a-map');
  if (!isObject(selection) || !isObject(action)) return [];
  validateSelection(selection, [...path, 'selection'], add);
  validateAction(action, selection.countType, [...path, 'action'], add);
  return [{ path, priority: numberOf(rulePriority), selection }];
}

function validateSelection(selection: JsonObject, path: Path, add: AddIssue): void {
  const { refuse, expect, oneOf } = validateKeys(selection, path, selectionKeys, add);
  const { tagStatus, countType, countUnit, countNumber, storageClass = standard } = selection;
  const isOfArchive = countType === transitioned;
  const minCount = isOfArchive ? minArchivedDays : 1;
  const lists = listKeys.filter((key) => Object.hasOwn(selection, key));
  oneOf('tagStatus', ['tagged', 'untagged', 'any']);
  if (tagStatus === 'tagged' && lists.length !== 1)
    refuse('tagged-without-list', 'tagStatus', [tagStatus, ...lists.map((key) => selection[key] ?? null)]);
  for (const key of lists) {
    if (tagStatus !== 'tagged') refuse('list-without-tagged', key);
    validatePatterns(selection[key], [...path, key], add);
  }
  oneOf('countType', [imageCount, 'sinceImagePushed', pulled, transitioned]);
  if (countType !== imageCount) oneOf('countUnit', ['days']);
  else if (countUnit !== undefined) refuse('unit-without-age', 'countUnit');
  expect(isCount(countNumber, minCount), 'countNumber', 'not-a-count', [minCount]);
  // A key that is not used is left out: ECR refuses null as well.
  if (!isOneOf(storageClasses, storageClass)) oneOf('storageClass', storageClasses);
  else expect((storageClass === archive) === isOfArchive, 'storageClass', 'archive-mismatch');
}

function validateAction(action: JsonObject, countType: Json | undefined, path: Path, add: AddIssue): void {
  const { refuse, oneOf } = validateKeys(action, path, ['type', 'targetStorageClass'], add);
  const { type, targetStorageClass } = action;
  oneOf('type', ['expire', 'transition']);
  if (type === 'transition') {
    oneOf('targetStorageClass', [archive]);
    if (countType === transitioned) refuse('already-archived', 'type');
  }
  if (type !== 'expire') return;
  if (targetStorageClass !== undefined) refuse('target-without-transition', 'targetStorageClass');
  // Last pull times expire nothing; they only move images to the archive (containers-roadmap#921).
  if (countType === pulled) refuse('expiry-by-pulls', 'type');
}

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
const maxWildcards = 4;

function validatePatterns(list: Json | undefined, path: Path, add: AddIssue): void {
  const patterns = entriesOf(list);
  if (patterns.length === 0) add('empty-list', path, { actual: list });
  for (const [index, pattern] of patterns.entries()) {
    const at = [...path, index];
    if (typeof pattern !== 'string' || pattern === '') add('not-text', at, { actual: pattern });
    else if (pattern.split('*').length - 1 > maxWildcards)
      add('too-many-wildcards', at, { expected: maxWildcards });
  }
}

function isCount(value: Json | undefined, min: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= min;
}
