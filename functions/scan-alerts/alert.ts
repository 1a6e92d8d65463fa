/** The content of an alert about one image, before it is put into words. Pure. */
import type { Commit } from './commit.ts';
import type { Image } from './event.ts';
import { type Counts, countOf, isAtLeast, type Threshold } from './severity.ts';
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
  /** Settings that could not be parsed, a clause each. */
  readonly problems: readonly string[];
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
    })
  | (Common & { readonly kind: 'failed'; readonly status: string; readonly reason: string | undefined })
  /** The image was deleted, or its result is not available: only the event's own counts are known. */
  | (Common & { readonly kind: 'gone'; readonly threshold: Threshold; readonly counts: Partial<Counts> });

/** Findings that were not there before, the worst first. */
export interface NewVulnerabilities {
  /** The image pushed before, or undefined: the image's own first scan. */
  readonly since: PreviousImage | undefined;
  readonly findings: readonly Vulnerability[];
}

/** What was read of one image. */
export interface ScanReport extends Common {
  readonly findings: readonly Vulnerability[];
  /** What it is compared with: the image pushed before, or what a later finding adds. */
  readonly compared:
    | {
        readonly with: 'previous image';
        readonly previous: PreviousImage;
        readonly findings: readonly Vulnerability[];
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
  const { findings: all, compared, ...common } = scanned;
  const { reported, suppressed } = splitSuppressed(all, suppressions, now);
  const findings = worstFirst(reported);
  const news = newVulnerabilitiesOf(findings, compared);
  const isOnlyNews = notifyOn === 'NewFindings' || compared?.with === 'first scan';
  const notifying = isOnlyNews ? (news?.findings ?? findings) : findings;
  if (!notifying.some(({ severity }) => isAtLeast(severity, threshold))) return undefined;
  return { kind: 'findings', ...common, threshold, counts: countOf(findings), findings, suppressed, news };
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

/** The host of an image's registry. */
export function registryOf({ account, region }: Image): string {
  const suffix = partitionOf(region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `${account}.dkr.ecr.${region}.${suffix}`;
}

/** The page of an image in the console of its partition. */
export function consoleOf({ account, region, repository, digest }: Image): string {
  const hosts: Readonly<Record<string, string>> = {
    'aws-cn': 'console.amazonaws.cn',
    'aws-us-gov': 'console.amazonaws-us-gov.com',
  };
  const host = hosts[partitionOf(region)] ?? `${region}.console.aws.amazon.com`;
  return `https://${host}/ecr/repositories/private/${account}/${repository}/_/image/${digest}/details?region=${region}`;
}

/** The partition of a region, as ARNs have it. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
