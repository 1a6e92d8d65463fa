/** Whether an update changes the lifecycle policy of a repository that is there. Pure. */
import { repositoryType } from '../../cloudformation/resource-types.ts';
import { asObject, asText, isEqual, type JsonObject, member } from '../../core/json.ts';
import type { Policy } from '../../core/policy/policy.ts';
import {
  isSameLifecyclePolicy,
  lifecyclePolicyKey,
  lifecyclePolicyProperty,
} from '../../core/settings/lifecycle-policy.ts';
import type { HookRequest } from './request.ts';

/** A lifecycle policy that takes the place of another one, or of none. */
export interface LifecyclePolicyChange {
  readonly accountId: string;
  readonly stackId: string;
  readonly logicalId: string;
  /** The RepositoryName; undefined where CloudFormation gave the repository its name, or where it is not known. */
  readonly name: string | undefined;
  /** The text of the new policy. */
  readonly wanted: string;
}

/** A change to look at, or why there is none to look at; undefined if nothing changes for the images that are there. */
export function changeOf(
  request: HookRequest,
  { LifecycleGuard: mode }: Policy,
): LifecyclePolicyChange | 'cloud-control' | 'guard-off' | undefined {
  const { type, action, properties, previous, stackId, accountId, logicalId } = request;
  const wanted = policyText(properties);
  if (type !== repositoryType || action !== 'UPDATE' || wanted === undefined) return undefined;
  const before = previous && policyText(previous);
  if (before !== undefined && isSameLifecyclePolicy(before, wanted)) return undefined;
  // The repository that takes its place has no images.
  if (previous !== undefined && isReplaced(properties, previous)) return undefined;
  if (stackId === undefined) return 'cloud-control';
  if (mode === 'Off') return 'guard-off';
  return { accountId, stackId, logicalId, name: nameOf(properties), wanted };
}

/** Undefined also for a name that is not resolved: the stack has the repository's own. */
function nameOf({ RepositoryName: name }: JsonObject): string | undefined {
  const text = asText(name);
  return text !== undefined && /^[a-z0-9._/-]+$/.test(text) ? text : undefined;
}

function policyText(properties: JsonObject): string | undefined {
  return asText(member(asObject(properties[lifecyclePolicyProperty]), lifecyclePolicyKey));
}

/** The properties that are create-only, by the schema of AWS::ECR::Repository. */
const createOnly = ['RepositoryName', 'EncryptionConfiguration'];

function isReplaced(properties: JsonObject, previous: JsonObject): boolean {
  return createOnly.some((name) => !isEqual(properties[name], previous[name]));
}
