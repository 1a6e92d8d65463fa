/** The properties that a lifecycle policy is built from, as the macro builds its default. */
import { isOneOf, type Json, type JsonObject, member } from '../../../core/json.ts';
import { type LifecycleParameters, lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { policyParameters } from '../../../core/policy/policy.ts';
import type { DesiredSettings } from '../../../reconcile/desired.ts';
import { readLifecyclePolicy } from './lifecycle-policy.ts';
import type { AddIssue } from './values.ts';

/** The names of those properties. */
export const lifecycleNames = [
  'KeepImages',
  'ExpireUntaggedAfterDays',
  'ArchiveUnpulledAfterDays',
  'ProtectedTags',
] as const;

/**
 * The lifecycle policy: as text, or built from parameters; those that are not set are the organisation's.
 *
 * @param policy the organisation's parameters
 */
export function readLifecycle(
  properties: JsonObject,
  policy: LifecycleParameters,
  add: AddIssue,
): Pick<DesiredSettings, 'lifecyclePolicy' | 'isPolicyBuilt'> {
  const text = member(properties, 'LifecyclePolicy');
  const [first] = lifecycleNames.filter((name) => member(properties, name) !== undefined);
  if (first === undefined) return { lifecyclePolicy: readLifecyclePolicy(text, add), isPolicyBuilt: false };
  if (text !== undefined) add({ code: 'policy-and-parameters', path: [], actual: first });
  const parameters = Object.entries(properties).reduce<LifecycleParameters | undefined>(
    (read, [name, value]) => (isOneOf(lifecycleNames, name) ? withParameter(read, name, value, add) : read),
    policy,
  );
  const lifecyclePolicy = parameters && lifecyclePolicyText(parameters);
  // Keeping a policy that expires images, where the author asks for none, would surprise.
  if (parameters !== undefined && lifecyclePolicy === undefined) add({ code: 'no-rule-left', path: [] });
  return { lifecyclePolicy, isPolicyBuilt: true };
}

/** The parameters with one more; undefined where one is wrong and reported. */
function withParameter(
  parameters: LifecycleParameters | undefined,
  name: (typeof lifecycleNames)[number],
  value: Json,
  add: AddIssue,
): LifecycleParameters | undefined {
  const parsed = policyParameters[name].parse(value);
  if ('value' in parsed) return parameters && { ...parameters, [name]: parsed.value };
  for (const issue of parsed.issues) add({ ...issue, path: [name] });
  return undefined;
}
