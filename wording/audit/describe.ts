/** An audit with its sentences, as every report shows it and as `--format json` has it. */
import type {
  Audit,
  AuditCode,
  AuditFinding,
  Confidence,
  ImageCount,
  MovingTag,
  Readiness,
  RepositoryAudit,
  Summary,
} from '../../audit/audit.ts';
import type { ObservedSpan } from '../../audit/observed-span.ts';
import type { RegistryReading } from '../../audit/reading.ts';
import type { CountedSummary } from '../../audit/summary.ts';
import { noTotals, type Totals, withRepository } from '../../audit/totals.ts';
import type { Read, UnreadReason } from '../../audit/unread.ts';
import { isUnknown, type Known, whenKnown } from '../../core/known.ts';
import type { SmallestKeepImages } from '../../core/usage/keep-images.ts';
import { type DescribedExpiry, describeExpiry } from './expiry.ts';
import { auditMessage, documentClause, scanningClause } from './findings.ts';
import { shortSpan } from './observed-span.ts';
import { adviceOf, evidenceClause } from './readiness.ts';
import type { DescribedPlace, DescribedRegistry } from './registries.ts';
import { type CountedAudit, summarySentences } from './summary.ts';
import { unreadClause } from './unread.ts';
import { keepSentence } from './usage.ts';

/** A finding, with its message of one or two sentences. */
export interface DescribedFinding extends Pick<AuditFinding, 'subject' | 'level'> {
  readonly code: AuditCode;
  readonly message: string;
}

/** A tag that moves, or may move, with the evidence as a clause. */
export interface DescribedTag extends Pick<MovingTag, 'tag' | 'confidence'> {
  readonly evidence: string;
}

/** The time of which every tag that moved is known. */
export interface DescribedSpan extends Pick<ObservedSpan, 'neededDays'> {
  /** ISO 8601; null if nothing is known. */
  readonly since: string | null;
  /** With one decimal. */
  readonly days: number;
  /** Such as `3 h` or `90 d`; null if nothing is known. */
  readonly length: string | null;
}

/** Whether immutable tags would break a pipeline, and in one sentence what to do. */
export interface DescribedReadiness extends Pick<Readiness, 'verdict' | 'exclusions'> {
  readonly confidence: Confidence;
  /** The time that was looked at. */
  readonly observed: DescribedSpan;
  readonly advice: string;
  readonly moving: readonly DescribedTag[];
}

/** The audit of one repository; a value that could not be read has a clause as its reason. */
export interface DescribedRepository
  extends Pick<RepositoryAudit, 'name' | 'arn' | 'tagMutability' | 'encryption'> {
  readonly stack: Known<string | null>;
  /** Whether images are scanned automatically, and why, in a clause. */
  readonly scanned: Known<{ readonly how: 'on push' | 'continuously' | 'not'; readonly why: string }>;
  readonly lifecyclePolicy: Known<{
    readonly kind: 'none' | 'present';
    /** A clause for each. */
    readonly problems: readonly string[];
    readonly expires: Known<DescribedExpiry>;
  }>;
  /** What makes it public, a clause for each; empty if it is not. */
  readonly publicBy: Known<readonly string[]>;
  readonly images: Known<ImageCount>;
  readonly readiness: DescribedReadiness;
  readonly hardened: Known<DescribedExpiry> | null;
  /** The smallest KeepImages that keeps everything in use, and the pushes of some days; `why` is a sentence. */
  readonly keepImages: Known<SmallestKeepImages & { readonly why: string }>;
  readonly findings: readonly DescribedFinding[];
  /** Of an audit of several registries: the one that it is in. */
  readonly place?: DescribedPlace;
  /** What the keeper's sweep says of it; left out by an audit. */
  readonly sweep?: DescribedSweep;
}

/** What a sweep says of one repository beside its audit. */
export interface DescribedSweep {
  /** Its state in a few words. */
  readonly state: string;
  /** Whether somebody has to do something about it. */
  readonly isOpen: boolean;
  /** Titles and sentences. */
  readonly lines: readonly (readonly [title: string, text: string])[];
}

/** A whole audit with its sentences. */
export interface DescribedAudit extends Pick<Audit, 'at' | 'total'> {
  /** Left out of an audit of several. */
  readonly registry?: Pick<RegistryReading, 'region' | 'registryId'> & {
    readonly scanType: Known<'BASIC' | 'ENHANCED'>;
    readonly pushesSince?: Known<number>;
    readonly pullThroughRules?: Known<number>;
    readonly replicationSources?: Known<number>;
  };
  /** Of an audit of several: each that was asked for. */
  readonly registries?: readonly DescribedRegistry[];
  /** How many repositories were read; `repositories` may have only the most severe of them. */
  readonly read: number;
  /** Most severe first. */
  readonly repositories: readonly DescribedRepository[];
  readonly summary: Omit<Summary, 'unknown'> & {
    readonly unknown: readonly { readonly reason: string; readonly repositories: number }[];
    /** The headline, and a few sentences. */
    readonly sentences: readonly string[];
  };
}

/** Repositories that need not be in memory: each time that it is asked, one after the other. */
export interface DescribedRepositories extends Iterable<DescribedRepository> {
  readonly length: number;
}

/** A whole audit as a report reads it. */
export interface ReportedAudit extends Omit<DescribedAudit, 'repositories'> {
  /** Most severe first. */
  readonly repositories: DescribedRepositories;
}

/** An audit in words. */
export function describeAudit(audit: Audit): DescribedAudit {
  const { registry, repositories } = audit;
  const totals = repositories.reduce(withRepository, noTotals);
  const described = repositories.map((each) => describeRepository(each, registry));
  return describeWhole(audit, totals, described);
}

/** An audit in words, but for its repositories. */
export function describeWhole<Repositories>(
  audit: Omit<Audit, 'repositories' | 'summary'> & {
    readonly summary: CountedSummary<UnreadReason | string>;
    readonly scope?: string | undefined;
  },
  totals: Totals,
  repositories: Repositories,
): Omit<DescribedAudit, 'repositories'> & { readonly repositories: Repositories } {
  const { registry, at, total, summary } = audit;
  const { region, registryId, scanType, pushesSince, pullThroughRules, replicationSources } = registry;
  return {
    registry: {
      region,
      registryId,
      scanType: described(scanType),
      ...(pushesSince === undefined ? {} : { pushesSince: described(pushesSince) }),
      ...(pullThroughRules === undefined ? {} : { pullThroughRules: described(pullThroughRules) }),
      ...(replicationSources === undefined ? {} : { replicationSources: described(replicationSources) }),
    },
    at,
    repositories,
    total,
    read: totals.read,
    summary: {
      ...summary,
      unknown: summary.unknown.map(({ reason, repositories: affected }) => ({
        reason: typeof reason === 'string' ? reason : unreadClause(reason),
        repositories: affected,
      })),
      sentences: summarySentences({ ...audit, readings: [registry] }, totals),
    },
  };
}

/** An audit of several registries in words, but for its repositories. */
export function describeSeveral<Repositories>(
  audit: Omit<CountedAudit, 'summary'> &
    Pick<Audit, 'at'> &
    Required<Pick<DescribedAudit, 'registries'>> & {
      readonly summary: Omit<DescribedAudit['summary'], 'sentences'>;
    },
  totals: Totals,
  repositories: Repositories,
): Omit<DescribedAudit, 'repositories'> & { readonly repositories: Repositories } {
  const { registries, at, total, summary } = audit;
  const sentences = summarySentences(audit, totals);
  return { registries, at, repositories, total, read: totals.read, summary: { ...summary, sentences } };
}

const scannedHow = { CONTINUOUS_SCAN: 'continuously', SCAN_ON_PUSH: 'on push', MANUAL: 'not' } as const;

/** The audit of one repository in words. @param scanType the registry's, which explains how it is scanned */
export function describeRepository(
  audit: RepositoryAudit,
  { scanType }: Pick<RegistryReading, 'scanType'>,
): DescribedRepository {
  const { name, arn, tagMutability, encryption, scanned, lifecyclePolicy, publicBy, hardened } = audit;
  return {
    name,
    arn,
    stack: described(audit.stack),
    tagMutability,
    encryption,
    scanned: whenKnown(described(scanned), (scan) => ({
      how: scannedHow[scan.frequency],
      why: scanningClause(scan, scanType),
    })),
    lifecyclePolicy: whenKnown(described(lifecyclePolicy), ({ kind, problems, expires }) => ({
      kind,
      problems: problems.map(documentClause),
      expires: whenKnown(described(expires), describeExpiry),
    })),
    publicBy: whenKnown(described(publicBy), (issues) => issues.map(documentClause)),
    images: described(audit.images),
    readiness: describeReadiness(audit.readiness),
    hardened: hardened === null ? null : whenKnown(described(hardened), describeExpiry),
    keepImages: whenKnown(described(audit.keepImages), (keep) => ({ ...keep, why: keepSentence(keep) })),
    findings: audit.findings.map(({ subject, level, fact }) => ({
      subject,
      level,
      code: fact.code,
      message: auditMessage(fact, { audit, scanType }),
    })),
  };
}

/** Whether tags can be made immutable, in words. */
export function describeReadiness(readiness: Readiness): DescribedReadiness {
  const { verdict, confidence, exclusions, moving, observed } = readiness;
  const { since, days, neededDays } = observed;
  return {
    verdict,
    confidence,
    observed: {
      since: since === undefined ? null : new Date(since).toISOString(),
      days: Math.floor(days * 10) / 10,
      neededDays,
      length: shortSpan(observed) ?? null,
    },
    advice: adviceOf(readiness),
    exclusions,
    moving: moving.map((each) => ({
      tag: each.tag,
      confidence: each.confidence,
      evidence: evidenceClause(each),
    })),
  };
}

/** A value whose reason, if it could not be read, is a clause. */
function described<Value>(value: Read<Value>): Known<Value> {
  return isUnknown(value) ? { unknown: unreadClause(value.unknown) } : value;
}
