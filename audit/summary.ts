/** An audit of a whole registry: repositories in order of severity, and the counts. Pure. */
import { isUnknown } from '../core/known.ts';
import {
  type Audit,
  type AuditSubject,
  auditSeverities,
  type Readiness,
  type RepositoryAudit,
  type Summary,
} from './audit.ts';
import type { RegistryReading } from './reading.ts';
import type { UnreadReason } from './unread.ts';

/** @param at milliseconds since 1970 */
export function auditOf(
  registry: RegistryReading,
  repositories: readonly RepositoryAudit[],
  { total, at }: { readonly total: number; readonly at: number },
): Audit {
  const ranked = repositories.map((repository) => ({ repository, rank: rankOf(repository) }));
  ranked.sort(
    (one, other) =>
      other.rank - one.rank ||
      costOf(other.repository) - costOf(one.repository) ||
      (one.repository.name < other.repository.name ? -1 : 1),
  );
  const sorted = ranked.map(({ repository }) => repository);
  return {
    registry,
    at: new Date(at).toISOString(),
    repositories: sorted,
    total,
    summary: summarise(registry, sorted),
  };
}

/** An error outweighs 99 warnings, and a warning 99 notes: more than a repository has. */
function rankOf({ findings }: RepositoryAudit): number {
  return findings.reduce(
    (sum, { level }) => sum + 100 ** (auditSeverities.length - 1 - auditSeverities.indexOf(level)),
    0,
  );
}

function costOf({ images }: RepositoryAudit): number {
  return isUnknown(images) ? 0 : images.monthlyCost;
}

function summarise(registry: RegistryReading, repositories: readonly RepositoryAudit[]): Summary {
  const subjects = new Map<AuditSubject, number>();
  const byReadiness: Record<Readiness['verdict'], number> = {
    done: 0,
    now: 0,
    'with-exclusions': 0,
    'stabilise-first': 0,
    'not-known-yet': 0,
    unclear: 0,
    'stays-mutable': 0,
  };
  for (const { readiness, findings } of repositories) {
    byReadiness[readiness.verdict] += 1;
    const issues = findings.filter(({ level }) => level !== 'note').map(({ subject }) => subject);
    for (const subject of new Set(issues)) subjects.set(subject, (subjects.get(subject) ?? 0) + 1);
  }
  const bySubject = [...subjects]
    .map(([subject, count]) => ({ subject, repositories: count }))
    .toSorted((one, other) => other.repositories - one.repositories);
  return { bySubject, byReadiness, ...sizeOf(repositories), unknown: unknownValues(registry, repositories) };
}

function sizeOf(repositories: readonly RepositoryAudit[]): Pick<Summary, 'bytes' | 'monthlyCost' | 'images'> {
  let bytes = 0;
  let monthlyCost = 0;
  let images = 0;
  for (const { images: known } of repositories) {
    if (isUnknown(known)) continue;
    bytes += known.bytes;
    monthlyCost += known.monthlyCost;
    images += known.count;
  }
  return { bytes, monthlyCost, images };
}

function unknownValues(
  registry: RegistryReading,
  repositories: readonly RepositoryAudit[],
): Summary['unknown'] {
  const counts = new Map<string, { readonly reason: UnreadReason; repositories: number }>();
  const entryOf = (reason: UnreadReason) => {
    const key = JSON.stringify(reason);
    const entry = counts.get(key) ?? { reason, repositories: 0 };
    counts.set(key, entry);
    return entry;
  };
  const values = ({ stack, scanned, lifecyclePolicy, publicBy, images }: RepositoryAudit) => [
    stack,
    scanned,
    lifecyclePolicy,
    publicBy,
    images,
  ];
  for (const value of repositories.flatMap(values))
    if (isUnknown(value)) entryOf(value.unknown).repositories += 1;
  // A value of the registry as a whole concerns every repository.
  for (const value of [
    registry.scanType,
    registry.pushesSince,
    registry.pullThroughRules,
    registry.replicationSources,
  ]) {
    if (value === undefined || !isUnknown(value)) continue;
    const entry = entryOf(value.unknown);
    if (entry.repositories === 0) entry.repositories = repositories.length;
  }
  return [...counts.values()].toSorted((one, other) => other.repositories - one.repositories);
}
