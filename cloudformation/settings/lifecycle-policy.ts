import type { DocumentRules } from '../../core/documents.ts';
import type { Issue } from '../../core/issue.ts';
import { isList, isObject, type Json, mapMembers } from '../../core/json.ts';
import { lifecyclePolicyKey, lifecyclePolicyProperty } from '../../core/settings/lifecycle-policy.ts';
import type { Settings } from '../../core/settings/settings.ts';
import { hardenProperty, mapRule, type PropertyRule } from '../apply-default.ts';
import { applyControl, type ControlContext, refuse } from '../control-context.ts';
import { intrinsicName, mayHoldParameter, subText } from '../intrinsics.ts';
import { jsonTextOf } from '../reading.ts';
import { hardenedTypes, repositoryType } from '../resource-types.ts';
import type { TemplateSetting } from './template-setting.ts';

// A placeholder for what an Fn::Sub substitutes, as text or as a number.
const placeholder = '7654321';

/** A creation template has the text itself where a repository has a map (their CloudFormation schemas). */
export const lifecyclePolicySetting: TemplateSetting = {
  types: hardenedTypes,
  reads: [lifecyclePolicyProperty],
  harden(properties, type, context) {
    const keys = [lifecyclePolicyKey, 'RegistryId'] as const;
    const rule =
      type === repositoryType
        ? mapRule(context, { lifecyclePolicy: undefined }, keys, writeMap, textRule)
        : textRule(context);
    return hardenProperty(properties, lifecyclePolicyProperty, context, rule);
  },
};

function textRule(context: ControlContext): PropertyRule {
  return {
    absent: (path) =>
      applyControl(context, { lifecyclePolicy: undefined }, { path, raw: undefined, write: writeText }),
    literal(value, path, raw) {
      const place = { path, raw, write: writeText, isText: true };
      // A parameter's text may be a secret: neither its content nor the path in it is reported.
      const reporting = value !== raw && mayHoldParameter(raw) ? withoutDetails(context) : context;
      if (typeof value === 'string') return applyControl(reporting, { lifecyclePolicy: value }, place);
      refuse(reporting, { code: 'not-json-text', path: [], actual: value }, place);
      return raw;
    },
    isWrong(raw, path) {
      const text = subText(raw, placeholder) ?? placeholder;
      const { documents } = context;
      const issues = issuesOfMap(raw, documents) ?? documents().definiteIssues(text, placeholder);
      for (const issue of issues) refuse(context, issue, { path, isText: true });
      return issues.length > 0;
    },
  };
}

/** The issues of a policy that a function generates from a map, in the rules that are known well enough. */
function issuesOfMap(raw: Json, documents: DocumentRules): readonly Issue[] | undefined {
  const map = jsonTextOf(raw, [])?.raw;
  if (map === undefined) return undefined;
  const { lifecyclePolicyIssues } = documents();
  const issues = lifecyclePolicyIssues(JSON.stringify(withPlaceholders(map, ''))).filter(
    ({ path }) => path.length > 2,
  );
  const isUnsure = (issue: Issue) => JSON.stringify(issue).includes(placeholder);
  const unsure = issues.filter(isUnsure).map(({ path }) => path[1]);
  return issues.filter(({ path }) => !unsure.includes(path[1]));
}

/** The same value with a placeholder for each intrinsic, a number where ECR demands one. */
function withPlaceholders(value: Json, key: string): Json {
  if (intrinsicName(value) !== undefined)
    return /^(countNumber|rulePriority)$/.test(key) ? Number(placeholder) : placeholder;
  if (isList(value)) return value.map((entry) => withPlaceholders(entry, key));
  return isObject(value) ? mapMembers(value, withPlaceholders) : value;
}

/** The same context, which reports a wrong value once and without its content. */
function withoutDetails(context: ControlContext): ControlContext {
  let isReported = false;
  return {
    ...context,
    addFinding({ path, outcome, ...rest }) {
      if (outcome !== 'invalid') context.addFinding({ ...rest, path, outcome, inside: undefined });
      else if (!isReported)
        context.addFinding({ code: 'hidden-value', path, inside: [], outcome, isHidden: true });
      isReported ||= outcome === 'invalid';
    },
  };
}

function writeText({ lifecyclePolicy }: Partial<Settings>): Json | undefined {
  return lifecyclePolicy;
}

function writeMap({ lifecyclePolicy }: Partial<Settings>): Json | undefined {
  return lifecyclePolicy === undefined ? undefined : { [lifecyclePolicyKey]: lifecyclePolicy };
}
