/** Where no lifecycle policy is right for all repositories that may be meant: one for each stack that they belong to. */
import type { RepositoryStacks } from '../aws/cloudformation/repository-stacks.ts';
import { repositoryNameOf } from '../aws/ecr/arn.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';
import type { StackTags } from '../aws/usage/stack-tags.ts';
import {
  decideGuard,
  type GuardDecision,
  type GuardEvidence,
  type RepositoryLook,
} from '../core/usage/guard.ts';
import type { GuardOutcome, SettledDecision, StackDecision } from '../core/usage/guard-report.ts';

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
 * decide with those that do not exist yet. Undefined if one of these has no decision either, or their stacks cannot be read.
 */
export async function decideByStack(
  looks: readonly RepositoryLook[],
  evidence: GuardEvidence,
  reads: StackReads,
): Promise<GuardOutcome | undefined> {
  const stackOf = await stacksByRepository(
    looks.map(({ repository }) => repository),
    reads,
  );
  if (stackOf === undefined) return undefined;
  const groups = Map.groupBy(looks, ({ repository }) => stackOf.get(repository));
  const stacks: StackDecision[] = [];
  for (const [stackName, group] of groups) {
    if (stackName === undefined) continue;
    const decision = settled(decideGuard(group, evidence));
    if (decision === undefined) return undefined;
    stacks.push({ stackName, decision });
  }
  const otherwise = settled(decideGuard(groups.get(undefined) ?? [], evidence));
  if (otherwise === undefined || stacks.length === 0) return undefined;
  const inOrder = stacks.sort((one, other) => (one.stackName < other.stackName ? -1 : 1));
  return { kind: 'by-stack', stacks: inOrder, otherwise };
}

async function stacksByRepository(
  repositories: readonly string[],
  { stackTags, repositoryStacks }: StackReads,
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const found = await stackTags.stackRepositories();
    const stackOf = new Map(
      found.flatMap(({ arn, stackName }) =>
        stackName === undefined ? [] : [[repositoryNameOf(arn), stackName] as const],
      ),
    );
    const others = repositories.filter((repository) => !stackOf.has(repository));
    if (repositoryStacks === undefined || others.length === 0) return stackOf;
    if (others.length > maxAsked) return undefined;
    await mapConcurrently(others, async (repository) => {
      const stackName = await repositoryStacks.stackOf(repository);
      if (stackName !== undefined) stackOf.set(repository, stackName);
    });
    return stackOf;
  } catch {
    // The decision is then the one that was made without them, which says what to do.
    return undefined;
  }
}

function settled(decision: GuardDecision): SettledDecision | undefined {
  return decision.kind === 'cannot-know' || decision.kind === 'conflict' ? undefined : decision;
}
