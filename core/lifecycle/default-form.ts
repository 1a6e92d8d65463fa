/** Whether a lifecycle policy is a default one: of this macro's own making, whatever its numbers. */
import {
  asObject,
  asText,
  entriesOf,
  isEqual,
  isList,
  isObject,
  type Json,
  type JsonObject,
  numberOf,
  textsOf,
} from '../json.ts';
import { type LifecycleParameters, lifecyclePolicyText } from './build.ts';

/**
 * Whether `lifecyclePolicyText` builds such a policy from some parameters.
 *
 * Each rule is compared by itself, with its description, so that a policy of an earlier version counts too, and one of an
 * author with the same rules does not. A number that was changed by hand no longer agrees with its description. The order of
 * keys and of rules, and what ECR may add when it returns a policy (an empty list, the standard storage class), mean nothing.
 */
export function isDefaultLifecyclePolicy(text: string): boolean {
  return defaultParameters(text) !== undefined;
}

/**
 * The parameters that a default policy was built from, undefined for any other policy. A protected pattern that another one
 * contains has no rule, and ArchiveUnpulledAfterDays takes the place of KeepImages: neither can be read back.
 */
export function defaultParameters(text: string): Required<LifecycleParameters> | undefined {
  const rules = rulesIn(text)?.map(tidied);
  if (rules === undefined || !rules.every(isObject) || !rules.every(isDefaultRule)) return undefined;
  const inOrder = rules.toSorted((one, other) => numberOf(one.rulePriority) - numberOf(other.rulePriority));
  const statuses = inOrder.map(({ selection }) => asText(asObject(selection).tagStatus) ?? '');
  if (!/^(tagged )*(untagged|any|untagged any)$/.test(statuses.join(' '))) return undefined;
  const parameters = inOrder.map(parametersOf);
  const last = parameters.at(-1);
  return {
    KeepImages: last?.KeepImages ?? 0,
    ExpireUntaggedAfterDays: Math.max(...parameters.map((each) => each.ExpireUntaggedAfterDays)),
    ProtectedTags: parameters.flatMap(({ ProtectedTags }) => ProtectedTags),
    ArchiveUnpulledAfterDays: last?.ArchiveUnpulledAfterDays ?? 0,
  };
}

function rulesIn(text: string): readonly Json[] | undefined {
  try {
    const policy: Json = JSON.parse(text);
    return isObject(policy) && Object.keys(policy).length === 1 ? entriesOf(policy.rules) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a rule is one of a policy that is built from its parameters alone. */
function isDefaultRule(rule: JsonObject): boolean {
  const { KeepImages, ...others } = parametersOf(rule);
  // A rule that protects stands before one that does something.
  const text = lifecyclePolicyText({
    ...others,
    KeepImages: Math.max(KeepImages, others.ProtectedTags.length),
  });
  const built = asObject(entriesOf(asObject(JSON.parse(text ?? '{}')).rules)[0]);
  return isEqual({ ...rule, rulePriority: 0 }, { ...built, rulePriority: 0 });
}

/** The parameters that one rule shows. */
function parametersOf({ selection }: JsonObject): Required<LifecycleParameters> {
  const { tagStatus, tagPatternList, countType, countNumber } = asObject(selection);
  const number = typeof countNumber === 'number' ? countNumber : 0;
  const isByPulls = countType === 'sinceImagePulled';
  return {
    KeepImages: tagStatus === 'any' && !isByPulls ? number : 0,
    ExpireUntaggedAfterDays: tagStatus === 'untagged' ? number : 0,
    ProtectedTags: tagStatus === 'tagged' ? textsOf(tagPatternList).slice(0, 1) : [],
    ArchiveUnpulledAfterDays: tagStatus === 'any' && isByPulls ? number : 0,
  };
}

/** Without what means the same as nothing, and with numbers as numbers. */
function tidied(value: Json): Json {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(
    ([key, each]) =>
      each !== null &&
      !(isList(each) && each.length === 0) &&
      !(key === 'storageClass' && each === 'standard'),
  );
  return Object.fromEntries(entries.map(([key, each]) => [key, numeric(key, tidied(each))]));
}

function numeric(key: string, value: Json): Json {
  const isNumber = (key === 'rulePriority' || key === 'countNumber') && typeof value === 'string';
  return isNumber && /^\d+$/.test(value) ? Number(value) : value;
}
