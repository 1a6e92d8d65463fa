/** What an audit has read of a live registry: what is known, and why something is not. */
import type { TagMutability } from '../core/settings/tag-mutability.ts';

/** What could not be read, with the reason as people are told it. */
export interface Unknown {
  readonly unknown: string;
}

/** A value, or why nobody knows it. */
export type Known<Value> = Value | Unknown;

/** Whether nobody knows a value. */
export function isUnknown<Value>(value: Known<Value>): value is Unknown {
  return typeof value === 'object' && value !== null && 'unknown' in value;
}

/** What a value comes to, where it is known, and that is known too. */
export function whenKnown<Value, Result>(
  value: Known<Value>,
  then: (value: Value) => Known<Result>,
): Known<Result> {
  return isUnknown(value) ? value : then(value);
}

/** The registry as a whole. */
export interface RegistryReading {
  readonly region: string;
  readonly registryId: string;
  readonly scanType: Known<'BASIC' | 'ENHANCED'>;
  /** Milliseconds since 1970: from then on CloudTrail's pushes were read. */
  readonly pushesSince?: Known<number>;
}

/** One image, as DescribeImages says it. */
export interface ImageReading {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Milliseconds since 1970. */
  readonly pushedAt: number;
  /** Undefined for one that was never pulled. */
  readonly pulledAt: number | undefined;
  /** Bytes; of a list of images the largest of its parts, which are images of their own. */
  readonly size: number;
  /** Whether it is a list of images, one for each architecture. */
  readonly isImageIndex: boolean;
  readonly isArchived: boolean;
}

/** How often ECR scans a repository, as BatchGetRepositoryScanningConfiguration says it. */
export interface ScanReading {
  readonly frequency: 'SCAN_ON_PUSH' | 'CONTINUOUS_SCAN' | 'MANUAL';
  /** The filters of the registry that match the repository. */
  readonly filters: readonly string[];
}

/** How often a tag was pushed, by CloudTrail. */
export interface TagPushes {
  readonly times: number;
  /** With how many different images. */
  readonly images: number;
  /** Who pushed it last: a role or a user. */
  readonly lastBy: string;
}

/** What is known about pushes from CloudTrail. */
export interface Pushes {
  /** Milliseconds since 1970: from then on every push is known. */
  readonly since: number;
  readonly tags: ReadonlyMap<string, TagPushes>;
}

/** What an earlier audit had noted about a repository's tags. */
export interface PreviousTags {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The digest of each tag, or the beginning of it. */
  readonly digests: ReadonlyMap<string, string>;
  /** Tags that had moved before, with the time of the audit that saw it. */
  readonly moved: ReadonlyMap<string, number>;
}

/** One repository. */
export interface RepositoryReading {
  readonly name: string;
  readonly arn: string;
  readonly tagMutability: TagMutability;
  readonly scanOnPush: boolean;
  readonly encryption: string;
  readonly scan: Known<ScanReading>;
  /** The lifecycle policy's text; undefined where there is none. */
  readonly lifecyclePolicy: Known<string | undefined>;
  /** The repository policy's text; undefined where there is none. */
  readonly repositoryPolicy: Known<string | undefined>;
  readonly images: Known<readonly ImageReading[]>;
  /** The stack that owns it, by CloudFormation's own tags; undefined where none does. */
  readonly stack: Known<string | undefined>;
  readonly pushes: Known<Pushes>;
  readonly previousAudit: PreviousTags | undefined;
}
