/** Looks at the live repository before an update changes its lifecycle policy; loaded on demand. */
import { clientSettings, type Environment } from '../../aws/client-settings.ts';
import { connectStackResource, type StackResourceIds } from '../../aws/cloudformation/stack-resource.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import type { EcrCalls } from '../../aws/ecr/call.ts';
import { connect } from '../../aws/ecr/connection.ts';
import { imageIndexReads } from '../../aws/ecr/image-indexes.ts';
import { imageReads } from '../../aws/ecr/images.ts';
import { lifecyclePolicyReads } from '../../aws/ecr/lifecycle-policies.ts';
import { unreadOf } from '../../aws/usage/unread.ts';
import { connectUsage } from '../../aws/usage/usage.ts';
import { homeOf } from '../../core/authenticity/origin.ts';
import { isUnknown, type Known } from '../../core/known.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { UnreadSource } from '../../core/usage/evidence.ts';
import type { PolicyChange } from '../../core/usage/policy-change.ts';
import { guardChange } from '../../reconcile/guard-change.ts';
import { startIndexReader } from '../../reconcile/index-reader.ts';
import type { LifecyclePolicyChange } from './change.ts';

/** What a look may use of the invocation. */
export interface LookContext {
  /** How many milliseconds the look may take. */
  readonly maxMs: number;
  /** The function's own ARN; undefined where it is not known. */
  readonly functionArn: string | undefined;
}

const action = 'cloudformation:DescribeStackResource';

/** What the new policy would do. Whatever fails is part of the answer; nothing that the calls return is logged. */
export async function lookAtChange(
  change: LifecyclePolicyChange,
  policy: Pick<Policy, 'LifecycleGuardSources' | 'ProtectPulledWithinDays'>,
  { maxMs, functionArn }: LookContext,
  environment: Environment = process.env,
): Promise<PolicyChange> {
  const { accountId, wanted } = change;
  const home = homeOf(functionArn);
  // The function reads its own account: what it finds there says nothing of another one's.
  if (home !== undefined && home.account !== accountId)
    return { kind: 'not-found', reason: { code: 'failed', action, error: 'StackOfAnotherAccount' } };
  const deadline = deadlineIn(maxMs);
  const settings = (service: string) => clientSettings(environment, service);
  const ecr = connect({ ...settings('ECR'), registryId: accountId }, lookReads);
  const stacks = connectStackResource(settings('CLOUDFORMATION'));
  const usage = connectUsage({ settings, deadline });
  try {
    const repository = await repositoryOf(change, stacks.until(deadline));
    if (isUnknown(repository)) return { kind: 'not-found', reason: repository.unknown };
    const reads = ecr.until(deadline);
    return await guardChange(
      { repository, wanted },
      {
        ecr: reads,
        readIndexes: startIndexReader(reads, environment.FunctionRoleArn),
        usage,
        registry: { registryId: accountId, region: environment.AWS_REGION ?? 'us-east-1' },
        required: policy.LifecycleGuardSources,
        protectPulledWithinDays: policy.ProtectPulledWithinDays,
        now: Date.now(),
      },
    );
  } finally {
    deadline.dispose();
    for (const each of [ecr, stacks, usage]) each.close();
  }
}

function lookReads(calls: EcrCalls) {
  return { ...lifecyclePolicyReads(calls), ...imageReads(calls), ...imageIndexReads(calls) };
}

/** A repository without a RepositoryName has one that CloudFormation gave it. */
async function repositoryOf(
  { name, stackId, logicalId }: LifecyclePolicyChange,
  stacks: StackResourceIds,
): Promise<Known<string, UnreadSource>> {
  if (name !== undefined) return name;
  try {
    const id = await stacks.physicalId(stackId, logicalId);
    return id ?? { unknown: { code: 'failed', action, error: 'NoPhysicalResourceId' } };
  } catch (error) {
    return { unknown: unreadOf(error, action) };
  }
}
