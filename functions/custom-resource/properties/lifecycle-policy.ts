import { isObject, type Json, withMember } from '../../../core/json.ts';
import { lifecyclePolicyIssues } from '../../../core/lifecycle/grammar.ts';
import {
  lifecyclePolicyKey,
  lifecyclePolicyProperty,
  parseLifecyclePolicy,
} from '../../../core/settings/lifecycle-policy.ts';
import type { AddIssue } from './values.ts';

const registryKey = 'RegistryId';

/** The text of a lifecycle policy in AWS::ECR::Repository's shape, validated before any call. */
export function readLifecyclePolicy(value: Json | undefined, add: AddIssue): string | undefined {
  if (value === undefined) return undefined;
  const hasRegistry = isObject(value) && Object.hasOwn(value, registryKey);
  if (hasRegistry) add({ code: 'registry-not-taken', path: [lifecyclePolicyProperty, registryKey] });
  const parsed = parseLifecyclePolicy(isObject(value) ? withMember(value, registryKey, undefined) : value);
  if ('issues' in parsed) {
    for (const issue of parsed.issues) add({ ...issue, path: [lifecyclePolicyProperty, ...issue.path] });
    return undefined;
  }
  const text = parsed.value;
  const path = [lifecyclePolicyProperty, lifecyclePolicyKey];
  for (const issue of lifecyclePolicyIssues(text)) add({ ...issue, path, inside: issue.path });
  return text;
}
