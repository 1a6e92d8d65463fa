/**
 * What a lifecycle policy does to the images of a repository.
 *
 * By the rules of https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html, section "Lifecycle
 * policy evaluation rules", and of https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html.
 */
import type { Issue } from '../issue.ts';
import { isList, isObject, type Json, type JsonObject, member, numberOf } from '../json.ts';
import { matchesWildcard } from '../wildcard.ts';
import { lifecyclePolicyIssues } from './grammar.ts';
import { protectedByImageIndex } from './referenced-manifests.ts';

/** An image, as far as lifecycle policies look at it. */
export interface EvaluatedImage {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Milliseconds since 1970. */
  readonly pushedAt: number;
  /** Milliseconds since 1970; undefined for one that was never pulled. */
  readonly pulledAt?: number | undefined;
  readonly isArchived?: boolean;
  /** Milliseconds since 1970; undefined for one that was never archived, or if the time is not known. */
  readonly transitionedAt?: number | undefined;
  /** Digests of the images that an image index refers to; undefined for other images, or if it was not read. */
  readonly children?: readonly string[] | undefined;
}

/** What happens to an image, and by which rule. */
export interface Verdict {
  readonly digest: string;
  readonly rulePriority: number;
  readonly action: 'expire' | 'transition';
}

const actions = ['expire', 'transition'] as const;
const day = 24 * 60 * 60 * 1000;

/**
 * Which images a policy expires or archives now; an image without a verdict stays as it is.
 *
 * A rule that can never fire is no issue here, since ECR takes it: such a policy is evaluated like any other.
 * An archived image without a known time gets no verdict by its time in the archive.
 *
 * @param text the policy as ECR has it; if ECR would refuse it, its issues are returned
 * @param images of two pushed at the same time the later in the list counts as the newer; one given twice counts once
 * @param now milliseconds since 1970
 * @returns the verdicts by the priority of their rules, and within a rule the newest image first
 */
export function evaluateLifecyclePolicy(
  text: string,
  images: readonly EvaluatedImage[],
  now: number,
): { readonly verdicts: readonly Verdict[] } | { readonly issues: readonly Issue[] } {
  const issues = lifecyclePolicyIssues(text);
  // A text with issues may not be JSON, which readRules could not read.
  const rules = issues.every(({ code }) => code === 'never-fires') ? readRules(text) : undefined;
  if (rules === undefined || isRefusedForOrder(rules)) return { issues };
  const distinct = [...new Map(images.map((image) => [image.digest, image])).values()];
  const newestFirst = distinct.toReversed().sort((one, other) => other.pushedAt - one.pushedAt);
  const verdicts = firstMatches(rules, newestFirst, now);
  const held = protectedByImageIndex(
    distinct,
    new Map(verdicts.map(({ digest, action }) => [digest, action])),
  );
  return { verdicts: verdicts.filter(({ digest }) => !held.has(digest)) };
}

/** A rule of a valid policy. */
interface Rule {
  readonly priority: number;
  /** Undefined for one that is not known: the rule takes its images, and does nothing with them. */
  readonly action: Verdict['action'] | undefined;
  readonly isAny: boolean;
  readonly isArchive: boolean;
  selects(image: EvaluatedImage): boolean;
  /** How many of the newest selected images are kept; 0 for a rule by age. */
  readonly keeps: number;
  /** The minimum age of an image in milliseconds; a rule by count takes any age. */
  readonly age: number;
  /** From when on the age of an image counts; undefined if it is not known. */
  since(image: EvaluatedImage): number | undefined;
}

/** The rules by priority, or undefined if a rule is not a map. */
function readRules(text: string): readonly Rule[] | undefined {
  const policy: Json = JSON.parse(text);
  const rules = isObject(policy) ? member(policy, 'rules') : undefined;
  if (!isList(rules) || !rules.every(isObject)) return undefined;
  return rules.map(readRule).sort((one, other) => one.priority - other.priority);
}

function readRule(rule: JsonObject): Rule {
  const selection = mapIn(rule, 'selection');
  const status = member(selection, 'tagStatus');
  const countType = member(selection, 'countType');
  const number = numberOf(member(selection, 'countNumber'));
  const isCount = countType === 'imageCountMoreThan';
  const isArchive = member(selection, 'storageClass') === 'archive';
  const matchers = [
    ...textsIn(selection, 'tagPatternList'),
    ...textsIn(selection, 'tagPrefixList').map((prefix) => `${prefix}*`),
  ].map(matcherOf);
  return {
    priority: numberOf(member(rule, 'rulePriority')),
    action: actions.find((each) => each === member(mapIn(rule, 'action'), 'type')),
    isAny: status === 'any',
    isArchive,
    selects({ tags, isArchived = false }) {
      if (isArchived !== isArchive) return false;
      if (status !== 'tagged') return status === 'any' || tags.length === 0;
      // Several entries have to match all, each some tag of the image.
      return matchers.every((matches) => tags.some(matches));
    },
    keeps: isCount ? number : 0,
    age: isCount ? Number.NEGATIVE_INFINITY : number * day,
    since({ pushedAt, pulledAt, transitionedAt }) {
      if (countType === 'sinceImageTransitioned') return transitionedAt;
      // An image that was never pulled counts from its push.
      return countType === 'sinceImagePulled' ? (pulledAt ?? pushedAt) : pushedAt;
    },
  };
}

function mapIn(map: JsonObject, key: string): JsonObject {
  const value = member(map, key);
  return isObject(value) ? value : {};
}

function textsIn(map: JsonObject, key: string): readonly string[] {
  const list = member(map, key);
  return isList(list) ? list.filter((text) => typeof text === 'string') : [];
}

/** Looks first for the literal parts of a pattern, which most tags do not have: that is faster than a full match. */
function matcherOf(pattern: string): (tag: string) => boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  if (pattern === `${first}*`) return (tag) => tag.startsWith(first);
  const last = parts.at(-1) ?? '';
  const [longest = ''] = parts.sort((one, other) => other.length - one.length);
  return (tag) =>
    tag.startsWith(first) && tag.endsWith(last) && tag.includes(longest) && matchesWildcard(pattern, tag);
}

/**
 * Whether a rule comes after one for any image of its storage class, which ECR refuses: `any` must have the highest
 * priority number. The grammar reports it as a rule that can never fire.
 */
function isRefusedForOrder(rules: readonly Rule[]): boolean {
  return rules.some(({ isArchive }, index) =>
    rules.slice(0, index).some((earlier) => earlier.isAny && earlier.isArchive === isArchive),
  );
}

/**
 * What the rules do with each image by itself.
 *
 * An image belongs to the first rule that selects it, whether or not that rule then acts on it. It still counts for
 * later rules, as if it had not been expired, but is not theirs to act on.
 */
function firstMatches(
  rules: readonly Rule[],
  newestFirst: readonly EvaluatedImage[],
  now: number,
): Verdict[] {
  const tallies: readonly Tally[] = rules.map((rule) => ({
    rule,
    // A count that no repository of this size reaches need not be counted.
    counted: rule.keeps < newestFirst.length ? rule.keeps : 0,
    selected: 0,
  }));
  const verdicts: Verdict[] = [];
  // Rules inside images, not images inside rules, which would go through the memory once for each rule.
  for (const image of newestFirst) {
    const taker = takerOf(image, tallies);
    if (taker === undefined) continue;
    const { rule, selected } = taker;
    // The image is counted itself.
    if (rule.action !== undefined && selected > rule.keeps && now - (rule.since(image) ?? now) > rule.age)
      verdicts.push({ digest: image.digest, rulePriority: rule.priority, action: rule.action });
  }
  return verdicts.sort((one, other) => one.rulePriority - other.rulePriority);
}

/** How many images a rule has selected so far, and up to how many they need to be counted. */
interface Tally {
  readonly rule: Rule;
  readonly counted: number;
  selected: number;
}

/** The rule that an image belongs to, undefined where none selects it; it is counted for the others too. */
function takerOf(image: EvaluatedImage, tallies: readonly Tally[]): Tally | undefined {
  let taker: Tally | undefined;
  for (const tally of tallies) {
    const isDone = taker !== undefined && tally.selected >= tally.counted;
    if (isDone || !tally.rule.selects(image)) continue;
    tally.selected += 1;
    taker ??= tally;
  }
  return taker;
}
