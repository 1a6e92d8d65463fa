/** Guards default lifecycle policies: whether what a template would get harms the repositories that are there. */

import type { Ecr } from '../aws/ecr/ecr.ts';
import type { StackTags } from '../aws/usage/stack-tags.ts';
import type { Usage, UsageRegistry } from '../aws/usage/usage-reads.ts';
import { isUnknown } from '../core/known.ts';
import { type UnreadSource, type UsageSource, usageSources } from '../core/usage/evidence.ts';
import { decideGuard, type NotRead, type RepositoryLook, unreadSources } from '../core/usage/guard.ts';
import type { GuardReport } from '../core/usage/guard-report.ts';
import { remedyFor } from '../core/usage/remedy.ts';
import { findRepositories, type MeantRepository } from './find-repositories.ts';
import { decideByStack, type StackReads } from './guard-by-stack.ts';
import type { IndexReader } from './known-indexes.ts';
import { type Look, lookAt } from './look.ts';
import { type LookReads, takesEffectWithinDays } from './look-repository.ts';

/** A default lifecycle policy that is about to be written. */
export interface GuardedDefault {
  readonly meant: MeantRepository;
  readonly text: string;
}

/** What a guard reads, and what it protects. */
export interface GuardOptions extends StackReads {
  readonly ecr: LookReads & Pick<Ecr, 'repositories'>;
  readonly usage: Pick<Usage, 'read'>;
  /** By default image indexes are not read, since that could count as a pull. */
  readonly readIndexes?: IndexReader | undefined;
  readonly registry: UsageRegistry;
  /** The sources without which a policy that expires something is not written. */
  readonly required: readonly UsageSource[];
  readonly protectPulledWithinDays: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether what is written may depend on the stack, whose name only the deployment knows. */
  readonly mayDependOnStack?: boolean;
}

/**
 * A report on each default, in their order. Never throws for a failed call: what is not read is part of the report.
 *
 * Each repository is read once, whatever the number of defaults that may be meant for it, and the evidence once for all.
 */
export async function guardDefaults(
  defaults: readonly GuardedDefault[],
  options: GuardOptions,
): Promise<readonly GuardReport[]> {
  const found = await findRepositories(
    defaults.map(({ meant }) => meant),
    options,
  );
  const targets = new Map<string, { readonly repository: string; readonly wanted: string }>();
  for (const [index, { text: wanted }] of defaults.entries())
    for (const repository of namesAt(found, index))
      targets.set(keyOf(repository, wanted), { repository, wanted });
  const look = await lookAt({ ...options, targets: [...targets.values()], sources: usageSources });
  const looks = new Map(look.repositories.map((each) => [keyOf(each.repository, each.wanted), each]));
  const stackTags = readOnce(options.stackTags);
  return Promise.all(
    defaults.map(async (guarded, index): Promise<GuardReport> => {
      const repositories = found[index] ?? [];
      if (isUnknown(repositories)) return notFound(repositories.unknown);
      const all = repositories.flatMap((name) => looks.get(keyOf(name, guarded.text)) ?? []);
      return reportOn(all, guarded, look, { ...options, stackTags });
    }),
  );
}

/** Whether it is one repository for certain, whatever the stack. */
function isOne({ names, patterns, isUnnamed }: MeantRepository): boolean {
  return names.length === 1 && patterns.length === 0 && !isUnnamed;
}

function namesAt(found: Awaited<ReturnType<typeof findRepositories>>, index: number): readonly string[] {
  const names = found[index] ?? [];
  return isUnknown(names) ? [] : names;
}

function notFound(reason: UnreadSource): GuardReport {
  return { outcome: { kind: 'not-found', reason }, affected: 0, remedy: undefined, unread: [] };
}

function keyOf(repository: string, text: string): string {
  return `${repository} ${text}`;
}

/** The repositories of all stacks are listed once. */
function readOnce(stackTags: StackTags): StackTags {
  let all: ReturnType<StackTags['stackRepositories']> | undefined;
  return {
    stackRepositories: () => {
      all ??= stackTags.stackRepositories();
      return all;
    },
  };
}

async function reportOn(
  all: readonly RepositoryLook[],
  { meant, text }: GuardedDefault,
  { evidence }: Look,
  { required, protectPulledWithinDays, mayDependOnStack = false, ...stacks }: GuardOptions,
): Promise<GuardReport> {
  const looks = all.filter(({ exists }) => exists);
  const sources = evidence?.sources;
  const decision = decideGuard(looks, { sources, required });
  // The policy of one repository is not for another stack, whose repository may not exist yet.
  const isOfOther = decision.kind === 'keep-present' && !isOne(meant);
  const isByStack = mayDependOnStack && (decision.kind === 'conflict' || isOfOther);
  const byStack = isByStack ? await decideByStack(looks, { sources, required }, stacks) : undefined;
  const effects = looks.flatMap(({ effect }) => (effect === undefined || isUnknown(effect) ? [] : effect));
  const affected = effects.reduce((sum, { expiring, archiving }) => sum + expiring + archiving, 0);
  return {
    outcome: byStack === undefined || isUnknown(byStack) ? decision : byStack,
    affected,
    remedy: remedyFor(
      text,
      effects.flatMap(({ inUse }) => inUse),
      // As old as it is when ECR acts.
      protectPulledWithinDays + takesEffectWithinDays,
    ),
    unread: affected === 0 ? [] : [...unreadSources({ sources, required }), ...unreadIndexes(looks)],
    unreadStacks: isUnknown(byStack) ? byStack.unknown : undefined,
  };
}

/** Once for all repositories: it is mostly one reason. */
function unreadIndexes(looks: readonly RepositoryLook[]): readonly NotRead[] {
  const reason = looks.find((look) => look.unreadIndexes !== undefined)?.unreadIndexes;
  return reason === undefined ? [] : [{ what: 'image-indexes', reason }];
}
