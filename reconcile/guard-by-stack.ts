/** Where no lifecycle policy is right for all repositories that may be meant: one for each stack that they belong to. */

import type { RepositoryStacks } from '../aws/cloudformation/repository-stacks.ts';
import { repositoryNameOf } from '../aws/ecr/arn.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';
import type { StackTags } from '../aws/usage/stack-tags.ts';
import { unreadOf } from '../aws/usage/unread.ts';
import { groupBy } from '../core/group-by.ts';
import { isUnknown, type Known } from '../core/known.ts';
import type { UnreadSource } from '../core/usage/evidence.ts';
import {
  decideGuard,
  type GuardDecision,
  type GuardEvidence,
  type RepositoryLook,
} from '../core/usage/guard.ts';
import type { SettledDecision, StackDecision } from '../core/usage/guard-report.ts';
import { type ByStack, stackGroups } from '../core/usage/stack-groups.ts';

/** What shows which stack has a repository. */
export interface StackReads {
  readonly stackTags: StackTags;
  /** For repositories without tags; undefined where none is asked about. */
  readonly repositoryStacks?: RepositoryStacks | undefined;
}

// Each takes a call.
const maxAsked = 100;

/**
 * The decision for each stack, by the tags that CloudFormation gives to its repositories, or by asking it; repositories of no stack
 * decide with those that do not exist yet. Undefined if one of these has no decision either, or it is the same for all; unknown, with
 * the reason, if their stacks cannot be read.
 */
export async function decideByStack(
  looks: readonly RepositoryLook[],
  evidence: GuardEvidence,
  reads: StackReads,
): Promise<Known<ByStack | undefined, UnreadSource>> {
  const stackOf = await stacksByRepository(
    looks.map(({ repository }) => repository),
    reads,
  );
  if (isUnknown(stackOf)) return stackOf;
  const groups = groupBy(looks, ({ repository }) => stackOf.get(repository));
  const stacks: StackDecision[] = [];
  for (const [stackName, group] of groups) {
    if (stackName === undefined) continue;
    const decision = settled(decideGuard(group, evidence));
    if (decision === undefined) return undefined;
    stacks.push({ stackName, decision });
  }
  const otherwise = settled(decideGuard(groups.get(undefined) ?? [], evidence));
  if (otherwise === undefined || stackGroups({ stacks, otherwise }).length === 0) return undefined;
  const inOrder = stacks.sort((one, other) => (one.stackName < other.stackName ? -1 : 1));
  return { kind: 'by-stack', stacks: inOrder, otherwise };
}

/** The stack of each repository that has one. */
async function stacksByRepository(
  repositories: readonly string[],
  { stackTags, repositoryStacks }: StackReads,
): Promise<Known<ReadonlyMap<string, string>, UnreadSource>> {
  const tagged = await orUnread('tag:GetResources', () => stackTags.stackRepositories());
  if (isUnknown(tagged)) return tagged;
  const byTags = new Map(
    tagged.flatMap(({ arn, stackName }) =>
      stackName === undefined ? [] : [[repositoryNameOf(arn), stackName] as const],
    ),
  );
  const others = repositories.filter((repository) => !byTags.has(repository));
  if (repositoryStacks === undefined || others.length === 0) return byTags;
  const action = 'cloudformation:DescribeStackResources';
  if (others.length > maxAsked)
    return { unknown: { code: 'failed', action, error: `MoreThan${maxAsked}Repositories` } };
  const asked = await orUnread(action, () =>
    mapConcurrently(others, async (repository) => {
      return [repository, await repositoryStacks.stackOf(repository)] as const;
    }),
  );
  if (isUnknown(asked)) return asked;
  const found = new Map(byTags);
  for (const [repository, stackName] of asked) {
    // Of a stack with more resources than are listed it is not known whose it is.
    if (isUnknown(stackName))
      return { unknown: { code: 'failed', action, error: 'StackOfMoreThan100Resources' } };
    if (stackName !== undefined) found.set(repository, stackName);
  }
  return found;
}

async function orUnread<Value>(
  action: string,
  read: () => Promise<Value>,
): Promise<Known<Value, UnreadSource>> {
  try {
    return await read();
  } catch (error) {
    return { unknown: unreadOf(error, action) };
  }
}

function settled(decision: GuardDecision): SettledDecision | undefined {
  return decision.kind === 'cannot-know' || decision.kind === 'conflict' ? undefined : decision;
}
