/** The content of an alert about one image, before it is put into words. Pure. */
import type { Commit } from './commit.ts';
import type { Image } from './event.ts';
import { type Counts, countInEvent, countOf, isAtLeast, isShortOf, type Threshold } from './severity.ts';
import { type Suppressed, type Suppression, splitSuppressed } from './suppression.ts';
import { identityOf, newAgainst, type Vulnerability, worstFirst } from './vulnerability.ts';

/** The image pushed before, with which this one is compared. */
export interface PreviousImage {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly pushedAt: string;
}

interface Common {
  readonly image: Image;
  readonly commit: Commit | undefined;
  readonly scanner: 'BASIC' | 'ENHANCED';
  /** The URL of the image's page in the console. */
  readonly console: string;
  /** Settings that have no effect, and what could not be read beside the findings, a clause each. */
  readonly problems: readonly string[];
  /** Of the event; undefined if it has none. */
  readonly eventCounts: Partial<Counts> | undefined;
}

export type Alert =
  | (Common & {
      readonly kind: 'findings';
      readonly threshold: Threshold;
      /** Of the findings that are reported; suppressed ones are counted apart. */
      readonly counts: Counts;
      /** The worst first. */
      readonly findings: readonly Vulnerability[];
      readonly suppressed: readonly Suppressed[];
      /** Undefined where there is nothing to compare with. */
      readonly news: NewVulnerabilities | undefined;
      /** Undefined where all findings were read. */
      readonly unread: Unread | undefined;
    })
  /** Everything at or above the threshold is suppressed. */
  | (Common & {
      readonly kind: 'suppressed';
      readonly threshold: Threshold;
      /** Of the suppressed findings. */
      readonly counts: Counts;
      readonly suppressed: readonly Suppressed[];
    })
  | (Common & {
      readonly kind: 'failed';
      readonly status: string;
      readonly reason: string | undefined;
      /** Whether the image was certainly deleted since. */
      readonly isImageGone?: boolean;
    })
  /** The image was deleted, or its result is not available: only the event's own counts are known. */
  | (Common & {
      readonly kind: 'gone';
      readonly threshold: Threshold;
      readonly counts: Partial<Counts>;
      readonly missing: Missing;
    });

/** What is not there; `either` where the image could not be looked up. */
export type Missing = 'image' | 'result' | 'either';

/** That findings are missing, because fewer were read than the event counts, or because reading failed. */
export interface Unread {
  /** How many findings at or above the threshold were read. */
  readonly read: number;
  /** A clause. */
  readonly reason: string;
}

/** Findings that were not there before, the worst first. */
export interface NewVulnerabilities {
  /** The image pushed before, or undefined: the image's own first scan. */
  readonly since: PreviousImage | undefined;
  readonly findings: readonly Vulnerability[];
}

/** What was read of one image. */
export interface ScanReport extends Common {
  readonly findings: readonly Vulnerability[];
  /** Findings that Amazon Inspector suppresses. */
  readonly suppressedByInspector: readonly Vulnerability[];
  /** Of the findings that were read, suppressed ones included; a finding in several packages counts once, as in events. */
  readonly readCounts: Counts;
  /** Whether Inspector has closed findings since the event. */
  readonly hasClosed: boolean;
  /** Why reading ended before the last finding, in a clause; undefined if everything was read. */
  readonly failure: string | undefined;
  /** What it is compared with: the image pushed before, or what a later finding adds. */
  readonly compared:
    | {
        readonly with: 'previous image';
        readonly previous: PreviousImage;
        readonly findings: readonly Vulnerability[];
        /** Those of its findings that Amazon Inspector suppresses. */
        readonly suppressedByInspector: readonly Vulnerability[];
      }
    | { readonly with: 'first scan'; readonly added: readonly Vulnerability[] }
    | undefined;
}

/** What decides whether there is an alert, and what it holds. */
export interface AlertOptions {
  readonly threshold: Threshold;
  readonly notifyOn: NotifyOn;
  readonly suppressions: readonly Suppression[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** When subscribers are notified: at every scan with a finding at or above the threshold, or only when one is new. */
export const notifyOns = ['Threshold', 'NewFindings'] as const;
export type NotifyOn = (typeof notifyOns)[number];

/** The alert for a scan, or undefined when there is nothing to notify subscribers of. */
export function alertOf(
  scanned: ScanReport,
  { threshold, notifyOn, suppressions, now }: AlertOptions,
): Alert | undefined {
  const {
    findings: all,
    suppressedByInspector,
    readCounts,
    hasClosed,
    failure,
    compared,
    ...common
  } = scanned;
  const { reported, suppressed: byUser } = splitSuppressed(all, suppressions, now);
  const byInspector = suppressedByInspector.map((finding) => ({ finding, by: 'Amazon Inspector' as const }));
  const suppressed = worstFirst([...byUser, ...byInspector], ({ finding }) => finding);
  const findings = worstFirst(reported, (finding) => finding);
  const unread = unreadOf(scanned, threshold);
  const isNotified = (list: readonly Vulnerability[], news: NewVulnerabilities | undefined): boolean => {
    const isOnlyNews = notifyOn === 'NewFindings' || compared?.with === 'first scan';
    return hasAtLeast(isOnlyNews ? (news?.findings ?? list) : list, threshold);
  };
  const news = newVulnerabilitiesOf(findings, withoutEnded(compared, suppressions, now));
  if (unread !== undefined || isNotified(findings, news)) {
    const counts = countOf(findings);
    return { kind: 'findings', ...common, threshold, counts, findings, suppressed, news, unread };
  }
  const quiet = suppressed.map(({ finding }) => finding);
  const isNewlyQuiet = isNotified(quiet, newVulnerabilitiesOf(quiet, withSuppressed(compared)));
  if (hasAtLeast(findings, threshold) || !isNewlyQuiet) return undefined;
  return { kind: 'suppressed', ...common, threshold, counts: countOf(quiet), suppressed };
}

/**
 * Without the findings of the previous image whose suppression has ended since its push: they are new to subscribers, who
 * would otherwise never hear of them.
 */
function withoutEnded(
  compared: ScanReport['compared'],
  suppressions: readonly Suppression[],
  now: number,
): ScanReport['compared'] {
  if (compared?.with !== 'previous image') return compared;
  const { pushedAt } = compared.previous;
  const { suppressed: before } = splitSuppressed(compared.findings, suppressions, Date.parse(pushedAt));
  const { reported } = splitSuppressed(
    before.map(({ finding }) => finding),
    suppressions,
    now,
  );
  const ended = new Set(reported);
  return { ...compared, findings: compared.findings.filter((each) => !ended.has(each)) };
}

/** A finding that Inspector suppresses in both images is not new. */
function withSuppressed(compared: ScanReport['compared']): ScanReport['compared'] {
  if (compared?.with !== 'previous image') return compared;
  return { ...compared, findings: [...compared.findings, ...compared.suppressedByInspector] };
}

function hasAtLeast(findings: readonly Vulnerability[], threshold: Threshold): boolean {
  return findings.some(({ severity }) => isAtLeast(severity, threshold));
}

function unreadOf(
  { eventCounts, readCounts, failure, hasClosed }: ScanReport,
  threshold: Threshold,
): Unread | undefined {
  const isShort =
    eventCounts === undefined ? failure !== undefined : isShortOf(eventCounts, readCounts, threshold);
  if (!isShort) return undefined;
  const reason =
    failure ??
    (hasClosed
      ? 'Amazon Inspector has closed findings since'
      : 'ECR returns fewer findings, or lower severities, than the event counts');
  return { read: countInEvent(readCounts, threshold), reason };
}

function newVulnerabilitiesOf(
  findings: readonly Vulnerability[],
  compared: ScanReport['compared'],
): NewVulnerabilities | undefined {
  switch (compared?.with) {
    case undefined:
      return undefined;
    case 'previous image':
      return { since: compared.previous, findings: newAgainst(findings, compared.findings) };
    case 'first scan': {
      const added = new Set(compared.added.map(identityOf));
      return { since: undefined, findings: findings.filter((each) => added.has(identityOf(each))) };
    }
    default:
      return compared satisfies never;
  }
}

/** The same for every scan of an image with the same suppressed findings; undefined for other alerts. */
export function suppressionKeyOf(alert: Alert): string | undefined {
  if (alert.kind !== 'suppressed') return undefined;
  const { account, region, repository, digest } = alert.image;
  const suppressed = alert.suppressed.map(({ finding, by }) => [identityOf(finding), by]);
  return JSON.stringify([account, region, repository, digest, suppressed]);
}
