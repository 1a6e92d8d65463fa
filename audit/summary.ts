/** An audit of a whole registry: repositories in order of severity, and the counts. Pure. */
import { isUnknown, type Known } from '../core/known.ts';
import type {
  Audit,
  AuditFinding,
  AuditSubject,
  ImageCount,
  Readiness,
  RepositoryAudit,
  Summary,
} from './audit.ts';
import { type AuditRank, compareRanks, rankOf } from './rank.ts';
import type { RegistryReading } from './reading.ts';
import { startTally } from './tally.ts';
import type { UnreadReason } from './unread.ts';

/** @param at milliseconds since 1970 */
export function auditOf(
  registry: RegistryReading,
  repositories: readonly RepositoryAudit[],
  { total, at }: { readonly total: number; readonly at: number },
): Audit {
  const ranked = repositories.map((repository) => ({ repository, rank: rankOf(repository) }));
  ranked.sort((one, other) => compareRanks(one.rank, other.rank));
  const counts = startSummary<UnreadReason>();
  for (const { repository, rank } of ranked) counts.add(repository, rank);
  return {
    registry,
    at: new Date(at).toISOString(),
    repositories: ranked.map(({ repository }) => repository),
    total,
    summary: counts.summary(
      [{ unknown: unknownOf(registry), repositories: ranked.length }],
      ranked.map(({ rank }) => rank),
    ),
  };
}

/** What is counted of a repository; a reason is data, or already a clause. */
export interface SummarisedRepository<Reason> {
  readonly findings: readonly Pick<AuditFinding, 'subject' | 'level'>[];
  readonly readiness: Pick<Readiness, 'verdict'>;
  readonly images: Known<ImageCount, Reason>;
  readonly stack: Known<string | null, Reason>;
  readonly scanned: Known<object, Reason>;
  readonly lifecyclePolicy: Known<object, Reason>;
  readonly publicBy: Known<readonly unknown[], Reason>;
}

/** What could not be read of a registry as a whole, and how many of its repositories were read. */
export interface CountedRegistry<Reason> {
  readonly unknown: readonly Reason[];
  readonly repositories: number;
}

/** The numbers of an audit, whose reasons are data, or clauses. */
export interface CountedSummary<Reason> extends Omit<Summary, 'unknown'> {
  readonly unknown: readonly { readonly reason: Reason; readonly repositories: number }[];
}

/** The numbers of an audit, from its repositories in any order; none of them is kept. */
export interface SummaryCounts<Reason> {
  add(repository: SummarisedRepository<Reason>, rank: AuditRank): void;
  /** @param ranks those of all repositories, in their order */
  summary(
    registries: readonly CountedRegistry<Reason>[],
    ranks: readonly AuditRank[],
  ): CountedSummary<Reason>;
}

export function startSummary<Reason extends UnreadReason | string>(): SummaryCounts<Reason> {
  const subjects = startTally<AuditSubject>((subject) => subject);
  const unknown = startTally<Reason>((reason) => JSON.stringify(reason));
  const byReadiness: Record<Readiness['verdict'], number> = {
    done: 0,
    now: 0,
    'with-exclusions': 0,
    'stabilise-first': 0,
    'not-known-yet': 0,
    unclear: 0,
    'stays-mutable': 0,
  };
  let bytes = 0;
  let images = 0;
  return {
    add(repository, rank) {
      byReadiness[repository.readiness.verdict] += 1;
      const issues = repository.findings.filter(({ level }) => level !== 'note');
      subjects.add([...new Set(issues.map(({ subject }) => subject))], rank);
      unknown.add(unknownIn(repository), rank);
      if (isUnknown(repository.images)) return;
      bytes += repository.images.bytes;
      images += repository.images.count;
    },
    summary(registries, ranks) {
      // A value of a registry as a whole concerns each of its repositories.
      for (const { reason, repositories } of unknownOfAll(registries)) unknown.addOnce(reason, repositories);
      return {
        bySubject: subjects.sorted().map(([subject, repositories]) => ({ subject, repositories })),
        byReadiness,
        bytes,
        // Always in the same order: the sum of fractions depends on it.
        monthlyCost: ranks.reduce((sum, { cost }) => sum + cost, 0),
        images,
        unknown: unknown.sorted().map(([reason, repositories]) => ({ reason, repositories })),
      };
    },
  };
}

function unknownIn<Reason>({
  stack,
  scanned,
  lifecyclePolicy,
  publicBy,
  images,
}: SummarisedRepository<Reason>): readonly Reason[] {
  return [stack, scanned, lifecyclePolicy, publicBy, images].flatMap((value: Known<unknown, Reason>) =>
    isUnknown<unknown, Reason>(value) ? [value.unknown] : [],
  );
}

/** Each reason once, with the repositories of every registry that has it. */
function unknownOfAll<Reason>(registries: readonly CountedRegistry<Reason>[]) {
  const reasons = new Map<string, { readonly reason: Reason; repositories: number }>();
  for (const { unknown, repositories } of registries)
    for (const reason of unknown) {
      const key = JSON.stringify(reason);
      const counted = reasons.get(key) ?? { reason, repositories: 0 };
      reasons.set(key, counted);
      counted.repositories += repositories;
    }
  return reasons.values();
}

/** What could not be read of a registry as a whole. */
export function unknownOf(registry: RegistryReading): readonly UnreadReason[] {
  return [
    registry.scanType,
    registry.pushesSince,
    registry.pullThroughRules,
    registry.replicationSources,
  ].flatMap((value) => (value !== undefined && isUnknown(value) ? [value.unknown] : []));
}
