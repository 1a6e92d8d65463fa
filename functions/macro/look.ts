/** Looks at the repositories that are there, before default lifecycle policies are written; loaded on demand. */

import { clientSettings, type Environment } from '../../aws/client-settings.ts';
import { connectRepositoryStacks } from '../../aws/cloudformation/repository-stacks.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import type { EcrCalls } from '../../aws/ecr/call.ts';
import { connect } from '../../aws/ecr/connection.ts';
import { type ImageIndexReads, imageIndexReads } from '../../aws/ecr/image-indexes.ts';
import { imageReads } from '../../aws/ecr/images.ts';
import { lifecyclePolicyReads } from '../../aws/ecr/lifecycle-policies.ts';
import { repositoryReads } from '../../aws/ecr/repositories.ts';
import { connectStackTags } from '../../aws/usage/stack-tags.ts';
import { connectUsage } from '../../aws/usage/usage.ts';
import type { ReviewDefault, ReviewedDefault } from '../../cloudformation/control-context.ts';
import { placementOf } from '../../cloudformation/fragment.ts';
import { guardedFinding, textOfDefault } from '../../cloudformation/guarded-default.ts';
import { type Deployment, liveNames } from '../../cloudformation/live-names.ts';
import { type StackConditions, stackConditions } from '../../cloudformation/stack-conditions.ts';
import { homeOf } from '../../core/authenticity/origin.ts';
import { asObject, type JsonObject } from '../../core/json.ts';
import { applicationPolicy, type Policy } from '../../core/policy/policy.ts';
import type { GuardReport } from '../../core/usage/guard-report.ts';
import { type GuardedDefault, type GuardOptions, guardDefaults } from '../../reconcile/guard-defaults.ts';
import { startIndexReader } from '../../reconcile/index-reader.ts';
import type { MacroRequest } from './request.ts';

// For the answer after the look, and its way to CloudFormation.
const answerMs = 5_000;

/** What a look may use of the invocation. */
export interface LookContext {
  /** How many milliseconds the function may still take. */
  readonly leftMs: number;
  /** The function's own ARN; undefined where it is not known. */
  readonly functionArn: string | undefined;
}

// The function reads its own account: what it finds there says nothing of a stack of another one, whose template names
// the macro all the same if the macro of that account has this function.
const elsewhere: GuardReport = {
  outcome: {
    kind: 'not-found',
    reason: { code: 'failed', action: 'ecr:DescribeRepositories', error: 'StackOfAnotherAccountOrRegion' },
  },
  affected: 0,
  remedy: undefined,
  unread: [],
};

/** What a look leads to. */
export interface Looked {
  /** The fragment to harden once more: the same one, with the conditions that are needed. */
  readonly fragment: JsonObject;
  readonly review: ReviewDefault;
}

/**
 * What becomes of each default lifecycle policy when the same fragment is hardened once more. What is not read in time counts
 * as not read; nothing that the calls return is logged.
 *
 * @param environment the function's, which has the application's policy
 */
export async function lookAtDefaults(
  places: readonly ReviewedDefault[],
  { deployment, fragment }: MacroRequest,
  { leftMs, functionArn }: LookContext,
  environment: Environment = process.env,
): Promise<Looked> {
  const { policy } = applicationPolicy(environment);
  if (!isOwn(deployment, functionArn))
    return {
      fragment,
      review: reviewWith(
        places.map(() => elsewhere),
        policy,
      ),
    };
  const deadline = deadlineIn(leftMs - answerMs);
  const settings = (service: string) => clientSettings(environment, service);
  const registry = { registryId: deployment.accountId, region: deployment.region };
  const ecr = connect({ ...settings('ECR'), registryId: deployment.accountId }, lookReads);
  const tags = connectStackTags(settings('RESOURCE_GROUPS_TAGGING_API'));
  const stacks = connectRepositoryStacks(settings('CLOUDFORMATION'));
  const usage = connectUsage({ settings, deadline });
  try {
    const reads = ecr.until(deadline);
    const reports = await guardDefaults(
      places.map((place) => toGuarded(place, deployment)),
      {
        ecr: reads,
        readIndexes: startIndexReader(reads, environment.FunctionRoleArn),
        stackTags: tags.until(deadline),
        repositoryStacks: stacks.until(deadline),
        usage,
        registry,
        required: policy.LifecycleGuardSources,
        protectPulledWithinDays: policy.ProtectPulledWithinDays,
        now: Date.now(),
        // Conditions can be added to a whole template only.
        mayDependOnStack: placementOf(fragment).kind === 'template',
      },
    );
    const byStack = stackConditions(reports, fragment);
    return {
      fragment: withConditions(fragment, byStack.conditions),
      review: reviewWith(reports, policy, byStack),
    };
  } finally {
    deadline.dispose();
    for (const each of [ecr, tags, stacks, usage]) each.close();
  }
}

/** Whether a stack is of the function's own account and Region, as far as that is known. */
function isOwn({ accountId, region }: Deployment, functionArn: string | undefined): boolean {
  const home = homeOf(functionArn);
  return home === undefined || (home.account === accountId && home.region === region);
}

function lookReads(calls: EcrCalls): GuardOptions['ecr'] & ImageIndexReads {
  return {
    ...repositoryReads(calls),
    ...lifecyclePolicyReads(calls),
    ...imageReads(calls),
    ...imageIndexReads(calls),
  };
}

function toGuarded(place: ReviewedDefault, deployment: Deployment): GuardedDefault {
  return { meant: liveNames(place, deployment), text: textOfDefault(place.finding) };
}

function withConditions(fragment: JsonObject, conditions: JsonObject): JsonObject {
  if (Object.keys(conditions).length === 0) return fragment;
  return { ...fragment, Conditions: { ...asObject(fragment.Conditions), ...conditions } };
}

/** Hardening the same fragment asks about the same places in the same order. */
function reviewWith(
  reports: readonly GuardReport[],
  { LifecycleGuard: mode }: Policy,
  conditions?: StackConditions,
): ReviewDefault {
  let index = 0;
  return ({ finding }) => {
    const report = reports[index];
    index += 1;
    if (report === undefined) throw new Error('there are more defaults than were looked at');
    return guardedFinding(finding, report, mode, conditions);
  };
}
