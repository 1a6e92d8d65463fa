/** How the lifecycle policies that a template has are hardened. */

import type { Issue } from '../../core/issue.ts';
import { isList, isObject, type Json, mapMembers } from '../../core/json.ts';
import { definiteIssues, lifecyclePolicyIssues } from '../../core/lifecycle/grammar.ts';
import type { Path } from '../../core/path.ts';
import { applyControl, refuse } from '../apply-issues.ts';
import type { ControlContext, WritablePlace } from '../control-context.ts';
import { intrinsicName, mayHoldParameter, placeholder, subText } from '../intrinsics.ts';
import { asSubstitution, isOfLoop } from '../loop-texts.ts';
import { jsonTextOf } from '../reading.ts';
import type { Scope } from '../scope.ts';

/** The text of one, or what is to be written in its place. */
export function hardenLifecyclePolicy(
  value: Json,
  place: WritablePlace,
  context: ControlContext,
): Json | undefined {
  const { raw } = place;
  // A parameter's text may be a secret: neither its content nor the path in it is reported.
  const reporting = value !== raw && mayHoldParameter(raw) ? withoutDetails(context) : context;
  if (typeof value === 'string') return applyControl(reporting, { lifecyclePolicy: value }, place);
  refuse(reporting, { code: 'not-json-text', path: [], actual: value }, place);
  return raw;
}

/** Refuses one that is not known if it is wrong whatever it becomes; answers whether it is. */
export function refuseLifecyclePolicy(raw: Json, path: Path, context: ControlContext): boolean {
  const text = subText(asSubstitution(raw, context.scope), placeholder) ?? placeholder;
  const issues = issuesOfMap(raw, context.scope) ?? definiteIssues(text, placeholder);
  for (const issue of issues) refuse(context, issue, { path, isText: true });
  return issues.length > 0;
}

/** The issues of a policy that a function generates from a map, in the rules that are known well enough. */
function issuesOfMap(raw: Json, scope: Scope): readonly Issue[] | undefined {
  const map = jsonTextOf(raw, [])?.raw;
  if (map === undefined) return undefined;
  const issues = lifecyclePolicyIssues(JSON.stringify(withPlaceholders(map, '', scope))).filter(
    ({ path }) => path.length > 2,
  );
  const isUnsure = (issue: Issue) => JSON.stringify(issue).includes(placeholder);
  const unsure = issues.filter(isUnsure).map(({ path }) => path[1]);
  return issues.filter(({ path }) => !unsure.includes(path[1]));
}

/** The same value with a placeholder for each intrinsic, a number where ECR demands one. */
function withPlaceholders(value: Json, key: string, scope: Scope): Json {
  if (intrinsicName(value) !== undefined || isOfLoop(value, scope))
    return /^(countNumber|rulePriority)$/.test(key) ? Number(placeholder) : placeholder;
  if (isList(value)) return value.map((entry) => withPlaceholders(entry, key, scope));
  return isObject(value) ? mapMembers(value, (each, name) => withPlaceholders(each, name, scope)) : value;
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
