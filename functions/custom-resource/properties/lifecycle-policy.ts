import { isObject, type Json, member } from '../../../core/json.ts';
import { lifecyclePolicyProblems } from '../../../core/lifecycle/grammar.ts';
import { unknownName } from '../../../core/nearest.ts';
import { kindOf } from './values.ts';

const textKey = 'LifecyclePolicyText';

/**
 * The text of a lifecycle policy out of AWS::ECR::Repository's shape, held against the grammar before any call.
 *
 * @param problems takes a clause for each problem, none of which quotes a value
 */
export function readLifecyclePolicy(value: Json | undefined, problems: string[]): string | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) {
    problems.push(`LifecyclePolicy must be a map with ${textKey}, not ${kindOf(value)}`);
    return undefined;
  }
  for (const key of Object.keys(value))
    if (key === 'RegistryId')
      problems.push("LifecyclePolicy.RegistryId is not taken: the registry is that of the stack's account");
    else if (key !== textKey) problems.push(`LifecyclePolicy has the ${unknownName('key', key, [textKey])}`);
  const text = member(value, textKey);
  if (typeof text !== 'string') {
    problems.push(
      `LifecyclePolicy.${textKey} ${text === undefined ? 'is missing' : `must be text, not ${kindOf(text)}`}`,
    );
    return undefined;
  }
  for (const { path, reason } of lifecyclePolicyProblems(text))
    problems.push(`LifecyclePolicy.${textKey} ${path === '' ? '' : `${path} `}${withoutValue(reason)}`);
  return text;
}

/** A reason of the grammar, which names the value that does not fit. */
function withoutValue(reason: string): string {
  return reason
    .replace(/^is no JSON: .*$/s, 'is no JSON')
    .replace(/not the (string|number|boolean) .*$/s, 'not another $1');
}
