/** An audit as a whole: the worst first, and what a manager reads. Pure. */
import {
  type Audit,
  type AuditSubject,
  auditLevels,
  type Expiry,
  type Range,
  type Readiness,
  type RepositoryAudit,
  type Summary,
} from './audit.ts';
import { pulledLatelyDays } from './expiry.ts';
import { formatBytes, formatMoney, formatRange, pluralise } from './format.ts';
import { isUnknown, type Known, type RegistryReading } from './reading.ts';

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
    summary: summarise(registry, sorted, total),
  };
}

/** An error outweighs 99 warnings, and a warning 99 notes: more than a repository has. */
function rankOf({ findings }: RepositoryAudit): number {
  return findings.reduce(
    (sum, { level }) => sum + 100 ** (auditLevels.length - 1 - auditLevels.indexOf(level)),
    0,
  );
}

function costOf({ images }: RepositoryAudit): number {
  return isUnknown(images) ? 0 : images.monthlyCost;
}

function summarise(
  registry: RegistryReading,
  repositories: readonly RepositoryAudit[],
  total: number,
): Summary {
  const subjects = new Map<AuditSubject, number>();
  const byReadiness: Record<Readiness['verdict'], number> = {
    done: 0,
    now: 0,
    'with-exclusions': 0,
    'stop-first': 0,
    unclear: 0,
  };
  let bytes = 0;
  let monthlyCost = 0;
  let images = 0;
  for (const repository of repositories) {
    byReadiness[repository.readiness.verdict] += 1;
    const amiss = repository.findings.filter(({ level }) => level !== 'note').map(({ subject }) => subject);
    for (const subject of new Set(amiss)) subjects.set(subject, (subjects.get(subject) ?? 0) + 1);
    if (isUnknown(repository.images)) continue;
    bytes += repository.images.bytes;
    monthlyCost += repository.images.monthlyCost;
    images += repository.images.count;
  }
  const bySubject = [...subjects]
    .map(([subject, repositories]) => ({ subject, repositories }))
    .toSorted((one, other) => other.repositories - one.repositories);
  const counted = { bySubject, byReadiness, bytes, monthlyCost, images };
  const unknown = unknowns(registry, repositories);
  return { ...counted, unknown, sentences: sentencesOf(repositories, total, counted) };
}

function sentencesOf(
  repositories: readonly RepositoryAudit[],
  total: number,
  { byReadiness, bytes, monthlyCost, images }: Omit<Summary, 'sentences' | 'unknown'>,
): string[] {
  const read = repositories.length;
  if (read === 0) return total === 0 ? ['The registry has no repository.'] : ['Nothing was read.'];
  const having = (is: (repository: RepositoryAudit) => boolean) => repositories.filter(is).length;
  const amiss = (subject: AuditSubject) =>
    having(({ findings }) =>
      findings.some((finding) => finding.subject === subject && finding.level !== 'note'),
    );
  // What nobody could read is not called safe.
  const safe = having(
    ({ findings, scanned, lifecyclePolicy, publicBy }) =>
      findings.every(({ level }) => level === 'note') &&
      ![scanned, lifecyclePolicy, publicBy].some((value) => isUnknown<unknown>(value)),
  );
  const opened = amiss('PublicAccess');
  const full = amiss('ImageQuota');
  const expiring = having(
    ({ lifecyclePolicy: policy }) =>
      !(isUnknown(policy) || isUnknown(policy.expires)) && policy.expires.pulledLately.atMost > 0,
  );
  return [
    ...(read < total
      ? [`Incomplete: ${read} of ${pluralise(total, 'repository', 'repositories')} were read.`]
      : []),
    `${safe} of ${pluralise(read, 'repository', 'repositories')} ${safe === 1 || read === 1 ? 'is' : 'are'} safe: immutable, scanned, tidied and not public.`,
    ...parts('Amiss: ', [
      [amiss('TagImmutability'), 'whose tags can be overwritten'],
      [amiss('ScanOnPush'), 'whose images are not scanned'],
      [amiss('LifecyclePolicy'), 'without a sound lifecycle policy'],
    ]),
    ...(opened > 0
      ? [
          `${opened} ${opened === 1 ? 'is' : 'are'} open to every AWS account: close ${opened === 1 ? 'it' : 'them'} first.`,
        ]
      : []),
    ...(full > 0
      ? [`${full} will refuse every push within 90 days, since the quota of images is reached.`]
      : []),
    ...(expiring > 0
      ? [
          `In ${expiring} the lifecycle policy that is there expires images that were pulled within ${pulledLatelyDays} days.`,
        ]
      : []),
    ...parts('Immutable tags: ', [
      [byReadiness.now, 'can have them now'],
      [byReadiness['with-exclusions'], 'with exclusions'],
      [byReadiness['stop-first'], 'after tags have stopped moving'],
      [byReadiness.unclear, 'after a closer look'],
    ]),
    ...expirySentence(repositories),
    `They hold ${pluralise(images, 'image', 'images')}, ${formatBytes(bytes)}, for at most $${formatMoney(monthlyCost)} a month.`,
  ];
}

/** One sentence of those parts that there are. */
function parts(start: string, all: readonly (readonly [number, string])[]): string[] {
  const some = all.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  return some.length === 0 ? [] : [`${start}${some.join(', ')}.`];
}

/** What the organisation's lifecycle policy would do, where it were put on every repository. */
function expirySentence(repositories: readonly RepositoryAudit[]): string[] {
  const known = repositories.flatMap(({ hardened }) =>
    hardened === null || isUnknown(hardened) ? [] : [hardened],
  );
  const sum = (of: keyof Expiry): Range => ({
    atLeast: known.reduce((total, expiry) => total + expiry[of].atLeast, 0),
    atMost: known.reduce((total, expiry) => total + expiry[of].atMost, 0),
  });
  const images = sum('images');
  const used = sum('pulledLately');
  if (images.atMost === 0) return [];
  return [
    `The lifecycle policy of KeepImages and ProtectedTags would expire ${formatRange(images)} images, ${used.atMost === 0 ? 'none of which was' : `${formatRange(used)} of which were`} pulled within ${pulledLatelyDays} days.`,
  ];
}

function unknowns(registry: RegistryReading, repositories: readonly RepositoryAudit[]): Summary['unknown'] {
  const found = new Map<string, number>();
  const look = (value: Known<unknown>) => {
    if (isUnknown(value)) found.set(value.unknown, (found.get(value.unknown) ?? 0) + 1);
  };
  for (const { stack, scanned, lifecyclePolicy, publicBy, images } of repositories)
    for (const value of [stack, scanned, lifecyclePolicy, publicBy, images]) look(value);
  for (const value of [registry.scanType, registry.pushesSince])
    if (value !== undefined && isUnknown<unknown>(value) && !found.has(value.unknown))
      found.set(value.unknown, repositories.length);
  return [...found]
    .map(([reason, count]) => ({ reason, repositories: count }))
    .toSorted((one, other) => other.repositories - one.repositories);
}
