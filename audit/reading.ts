/** The data that an audit reads from a live registry; a value that could not be read is `unknown`, with the reason. */
import type { TagMutability } from '../core/settings/tag-mutability.ts';
import type { ImageReference, UsageEvidence } from '../core/usage/evidence.ts';
import type { Origin } from './origin.ts';
import type { Read, UnreadReason } from './unread.ts';

/** The registry as a whole. */
export interface RegistryReading {
  readonly region: string;
  readonly registryId: string;
  readonly scanType: Read<'BASIC' | 'ENHANCED'>;
  /** Milliseconds since 1970: CloudTrail's pushes were read from then on. */
  readonly pushesSince?: Read<number>;
  /** How many pull through cache rules there are. */
  readonly pullThroughRules?: Read<number>;
  /** How many rules of other Regions replicate into it, of those that were looked at. */
  readonly replicationSources?: Read<number>;
  /** Which services were asked what uses images, and why others were not; left out if none was wanted. */
  readonly usage?: Read<UsageEvidence['sources']>;
}

/** One image, from DescribeImages. */
export interface ImageReading {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Milliseconds since 1970. */
  readonly pushedAt: number;
  /** Undefined if it was never pulled. */
  readonly pulledAt: number | undefined;
  /** Bytes; for an image index the size of its largest manifest, which is listed as an image of its own. */
  readonly size: number;
  /** Whether it is an image index (manifest list), which refers to one image for each architecture. */
  readonly isImageIndex: boolean;
  readonly isArchived: boolean;
}

/** How often ECR scans a repository, from BatchGetRepositoryScanningConfiguration. */
export interface ScanReading {
  readonly frequency: 'SCAN_ON_PUSH' | 'CONTINUOUS_SCAN' | 'MANUAL';
  /** The registry's filters that match the repository. */
  readonly filters: readonly string[];
}

/** How often a tag was pushed, from CloudTrail. */
export interface TagPushes {
  readonly times: number;
  /** The number of different images. */
  readonly images: number;
  /** The role or user of the last push. */
  readonly lastBy: string;
}

/** Pushes, from CloudTrail. */
export interface Pushes {
  /** Milliseconds since 1970: every push from then on is known. */
  readonly since: number;
  /** How many different images were pushed to the repository. */
  readonly images?: number;
  /** Why none before are known. */
  readonly end: /** All events were read that CloudTrail keeps. */
    | { readonly code: 'history' }
    /** The limit of events was reached: so many were read. */
    | { readonly code: 'push-events'; readonly read: number }
    | { readonly code: 'ended-early'; readonly reason: UnreadReason };
  readonly tags: ReadonlyMap<string, TagPushes>;
}

/** A repository's tags, as an earlier audit saved them. */
export interface PreviousTags {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds since 1970: the first audit that saved them; every tag that has moved since then is known. */
  readonly since: number;
  /** The digest of each tag, or its beginning. */
  readonly digests: ReadonlyMap<string, string>;
  /** Tags that had moved before, with the time of the audit that detected it. */
  readonly moved: ReadonlyMap<string, number>;
}

/** One repository. */
export interface RepositoryReading {
  readonly name: string;
  readonly arn: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** How images arrive in it. */
  readonly origin: Read<Origin>;
  readonly tagMutability: TagMutability;
  readonly scanOnPush: boolean;
  readonly encryption: string;
  readonly scan: Read<ScanReading>;
  /** The lifecycle policy's text; undefined if there is none. */
  readonly lifecyclePolicy: Read<string | undefined>;
  /** The repository policy's text; undefined if there is none. */
  readonly repositoryPolicy: Read<string | undefined>;
  readonly images: Read<readonly ImageReading[]>;
  /** The stack that owns it, as CloudFormation reports it; undefined if no stack does. */
  readonly stack: Read<string | undefined>;
  readonly pushes: Read<Pushes>;
  /** What uses its images. */
  readonly references: Read<readonly ImageReference[]>;
  readonly previousAudit: PreviousTags | undefined;
}
