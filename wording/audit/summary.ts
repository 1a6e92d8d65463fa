/** A whole audit in a few sentences, for a manager. */
import type { AuditSubject, Summary } from '../../audit/audit.ts';
import { pulledLatelyDays } from '../../audit/expiry.ts';
import type { RegistryReading } from '../../audit/reading.ts';
import type { Totals } from '../../audit/totals.ts';
import { formatBytes, formatMoney, formatRange, imagesIn, pluralise } from '../format.ts';
import { type DescribedRegistry, unreadSentences, usageOfSeveral } from './registries.ts';

/** What the sentences are about. */
export interface CountedAudit {
  readonly readings: readonly RegistryReading[];
  readonly total: number;
  readonly summary: Omit<Summary, 'unknown'>;
  /** Of several registries. */
  readonly registries?: readonly DescribedRegistry[];
  /** The patterns that choose repositories, if there are any. */
  readonly scope?: string | undefined;
}

/** The headline, and the sentences after it; first of all that the audit is incomplete, if it is. */
export function summarySentences(audit: CountedAudit, totals: Totals): string[] {
  const { total, summary: counts, registries = [] } = audit;
  const { read } = totals;
  if (read === 0) return [...unreadSentences(registries), nothingSentence(audit)];
  return [
    ...unreadSentences(registries),
    ...(read < total
      ? [`Incomplete: ${read} of ${pluralise(total, 'repository', 'repositories')} were read.`]
      : []),
    safeSentence(totals),
    ...scopeSentence(audit),
    ...issueSentences(counts),
    ...expiringSentence(totals),
    ...readinessSentence(counts),
    ...hardenedExpirySentence(totals),
    ...usageOfSeveral(audit.readings),
    sizeSentence(counts),
  ];
}

function nothingSentence({ total, scope, registries = [] }: CountedAudit): string {
  if (total > 0 || registries.some(({ failure }) => failure !== undefined))
    return 'No repository could be read.';
  const of = registries.length === 0 ? 'The registry has' : 'The registries have';
  return `${of} no repositories${scope === undefined ? '' : ` that match ${scope}`}.`;
}

function scopeSentence({ scope }: CountedAudit): string[] {
  return scope === undefined ? [] : [`Only repositories that match ${scope} were read.`];
}

function safeSentence({ read, safe }: Totals): string {
  return `${safe} of ${pluralise(read, 'repository', 'repositories')} ${safe === 1 || read === 1 ? 'is' : 'are'} safe: immutable, scanned, with a lifecycle policy and not public.`;
}

function issueSentences({ bySubject }: CountedAudit['summary']): string[] {
  const having = (subject: AuditSubject) =>
    bySubject.find((each) => each.subject === subject)?.repositories ?? 0;
  const open = having('PublicAccess');
  const full = having('ImageQuota');
  return [
    ...listSentence('Issues: ', [
      [having('TagImmutability'), 'with mutable tags'],
      [having('ScanOnPush'), 'whose images are not scanned'],
      [having('LifecyclePolicy'), 'with no lifecycle policy, or an unsafe one'],
    ]),
    ...(open > 0
      ? [
          `${open} ${open === 1 ? 'allows' : 'allow'} public access: restrict ${open === 1 ? 'it' : 'them'} first.`,
        ]
      : []),
    ...(full > 0 ? [`${full} will reach the image quota within 90 days and then refuse every push.`] : []),
  ];
}

/** About the lifecycle policies that are in effect. */
function expiringSentence({ expiringInUse }: Totals): string[] {
  return expiringInUse === 0
    ? []
    : [
        `In ${expiringInUse} the current lifecycle policy expires or archives images that are in use, or were pulled within ${pulledLatelyDays} days.`,
      ];
}

function readinessSentence({ byReadiness }: CountedAudit['summary']): string[] {
  return listSentence('Immutable tags: ', [
    [byReadiness.now, 'can have them now'],
    [byReadiness['with-exclusions'], 'with exclusions'],
    [byReadiness['stabilise-first'], 'after tags have stopped moving'],
    [byReadiness.unclear, 'after a closer look'],
    [byReadiness['not-known-yet'], 'not known yet'],
    [byReadiness['stays-mutable'], 'must stay mutable (caches and replicas)'],
  ]);
}

/** About the organisation's lifecycle policy, if it were applied to every repository. */
function hardenedExpirySentence({ hardened: { images, pulledLately: used, inUse } }: Totals): string[] {
  // What takes the place of KeepImages may archive images only.
  if (images.atMost === 0 && inUse.atMost > 0)
    return [
      `The lifecycle policy of ArchiveUnpulledAfterDays and ProtectedTags would archive ${imagesIn(inUse)} in use.`,
    ];
  if (images.atMost === 0) return [];
  const running = inUse.atMost === 0 ? [] : [`It would expire or archive ${imagesIn(inUse)} in use.`];
  return [
    `The lifecycle policy of KeepImages and ProtectedTags would expire ${imagesIn(images)}, ${used.atMost === 0 ? 'none of which was' : `${formatRange(used)} of which ${used.atMost === 1 ? 'was' : 'were'}`} pulled within ${pulledLatelyDays} days.`,
    ...running,
  ];
}

function sizeSentence({ images, bytes, monthlyCost }: CountedAudit['summary']): string {
  return `They hold ${pluralise(images, 'image', 'images')}, ${formatBytes(bytes)}, for at most $${formatMoney(monthlyCost)} a month.`;
}

/** One sentence of the parts whose number is not 0; none where all are. */
function listSentence(start: string, parts: readonly (readonly [number, string])[]): string[] {
  const some = parts.filter(([number]) => number > 0).map(([number, words]) => `${number} ${words}`);
  return some.length === 0 ? [] : [`${start}${some.join(', ')}.`];
}
