/** An audit of a whole registry: repositories in order of severity, and the counts. Pure. */
import { isUnknown } from '../core/known.ts';
import {
  type Audit,
  type AuditSubject,
  auditSeverities,
  type Overall,
  type Range,
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
  const sorted = ranked.sort(bySeverity).map(({ repository }) => repository);
  const counts = startCounts(registry);
  for (const each of sorted) counts.add(each);
  return { registry, at: new Date(at).toISOString(), repositories: sorted, total, ...counts.end() };
}

/** A repository, and how severe its findings are together. */
interface Ranked {
  readonly repository: RepositoryAudit;
  readonly rank: number;
}

function bySeverity(one: Ranked, other: Ranked): number {
  return (
    other.rank - one.rank ||
    costOf(other.repository) - costOf(one.repository) ||
    (one.repository.name < other.repository.name ? -1 : 1)
  );
}

/** Keeps the most severe of any number of things that have an audit, at most so many. */
export function startMostSevere<Thing>(max: number, auditIn: (thing: Thing) => RepositoryAudit) {
  let kept: (Ranked & { readonly thing: Thing })[] = [];
  const cut = () => {
    kept = kept.sort(bySeverity).slice(0, max);
  };
  return {
    add(thing: Thing) {
      const repository = auditIn(thing);
      kept.push({ thing, repository, rank: rankOf(repository) });
      // Sorted seldom, so that each costs little.
      if (kept.length >= 2 * max) cut();
    },
    /** The most severe first. */
    end(): readonly Thing[] {
      cut();
      return kept.map(({ thing }) => thing);
    },
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

/** The counts of an audit, taken one repository at a time: of a large registry not all can be held. */
export interface CountsInProgress {
  add(repository: RepositoryAudit): void;
  end(): Pick<Audit, 'summary' | 'overall'>;
}

export function startCounts(registry: RegistryReading): CountsInProgress {
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
  const size = { images: 0, bytes: 0, monthlyCost: 0 };
  const overall = startOverall();
  const unknown = startUnknown(registry);
  return {
    add(repository) {
      const { readiness, findings, images } = repository;
      byReadiness[readiness.verdict] += 1;
      const issues = findings.filter(({ level }) => level !== 'note').map(({ subject }) => subject);
      for (const subject of new Set(issues)) subjects.set(subject, (subjects.get(subject) ?? 0) + 1);
      overall.add(repository);
      unknown.add(repository);
      if (isUnknown(images)) return;
      size.bytes += images.bytes;
      size.monthlyCost += images.monthlyCost;
      size.images += images.count;
    },
    end() {
      const bySubject = [...subjects]
        .map(([subject, count]) => ({ subject, repositories: count }))
        .toSorted((one, other) => other.repositories - one.repositories);
      const { bytes, monthlyCost, images } = size;
      const counted = overall.end();
      return {
        summary: { bySubject, byReadiness, bytes, monthlyCost, images, unknown: unknown.end(counted.read) },
        overall: counted,
      };
    },
  };
}

function startOverall() {
  let [read, safe, expiring] = [0, 0, 0];
  const hardened = { images: none, pulledLately: none, inUse: none };
  return {
    add(repository: RepositoryAudit) {
      const { lifecyclePolicy: policy, hardened: expiry } = repository;
      read += 1;
      if (isSafe(repository)) safe += 1;
      if (!(isUnknown(policy) || isUnknown(policy.expires)) && policy.expires.inUseOrPulled.atMost > 0)
        expiring += 1;
      if (expiry === null || isUnknown(expiry)) return;
      hardened.images = sum(hardened.images, expiry.images);
      hardened.pulledLately = sum(hardened.pulledLately, expiry.pulledLately);
      hardened.inUse = sum(hardened.inUse, isUnknown(expiry.inUse) ? none : expiry.inUse);
    },
    end: (): Overall => ({ read, safe, expiring, hardened }),
  };
}

const none: Range = { atLeast: 0, atMost: 0 };

function sum(one: Range, other: Range): Range {
  return { atLeast: one.atLeast + other.atLeast, atMost: one.atMost + other.atMost };
}

/** A repository of which something could not be read does not count as safe. */
function isSafe({ findings, scanned, lifecyclePolicy, publicBy }: RepositoryAudit): boolean {
  return (
    findings.every(({ level }) => level === 'note') &&
    ![scanned, lifecyclePolicy, publicBy].some((value) => isUnknown(value))
  );
}

function startUnknown(registry: RegistryReading) {
  const counts = new Map<string, { readonly reason: UnreadReason; repositories: number }>();
  const entryOf = (reason: UnreadReason) => {
    const key = JSON.stringify(reason);
    const entry = counts.get(key) ?? { reason, repositories: 0 };
    counts.set(key, entry);
    return entry;
  };
  return {
    add({ stack, scanned, lifecyclePolicy, publicBy, images }: RepositoryAudit) {
      for (const value of [stack, scanned, lifecyclePolicy, publicBy, images])
        if (isUnknown(value)) entryOf(value.unknown).repositories += 1;
    },
    /** A value of the registry as a whole concerns every repository. */
    end(read: number): Summary['unknown'] {
      for (const value of [
        registry.scanType,
        registry.pushesSince,
        registry.pullThroughRules,
        registry.replicationSources,
      ]) {
        if (value === undefined || !isUnknown(value)) continue;
        const entry = entryOf(value.unknown);
        if (entry.repositories === 0) entry.repositories = read;
      }
      return [...counts.values()].toSorted((one, other) => other.repositories - one.repositories);
    },
  };
}
