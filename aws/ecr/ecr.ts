/** The operations on a registry's repositories; the calls are in the files beside this one. */
import type { TagMutability } from '../../core/settings/tag-mutability.ts';

/** A repository as DescribeRepositories describes it. */
export interface Repository {
  readonly name: string;
  readonly arn: string;
  readonly uri: string;
  /** The account whose registry it is in, of 12 digits. */
  readonly registryId: string;
  /** Milliseconds since 1970; a repository of the same name that was created later is a different one. */
  readonly createdAt: number;
  readonly tagMutability: TagMutability;
  readonly scanOnPush: boolean;
  /** AES256, KMS or KMS_DSSE. */
  readonly encryption: string;
}

/** How often a repository is scanned; MANUAL: only when a scan is started by hand. */
export type ScanFrequency = 'SCAN_ON_PUSH' | 'CONTINUOUS_SCAN' | 'MANUAL';

/** How the whole registry is scanned. */
export type ScanType = 'BASIC' | 'ENHANCED';

/** One image that a lifecycle policy would delete, or archive: then a pull fails until the image is restored. */
export interface ExpiringImage {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly action: 'expire' | 'archive';
}

/** An image, as far as its pulls are concerned. */
export interface PulledImage {
  readonly tags: readonly string[];
  /** Milliseconds since 1970; undefined for one that was never pulled. */
  readonly pulledAt: number | undefined;
  /** Whether it is an image index (or manifest list). */
  readonly isImageIndex: boolean;
}

/** The state of a lifecycle policy preview. */
export type Preview =
  | { readonly status: 'pending' }
  | { readonly status: 'failed' }
  /** `text` is the policy that was previewed: a later preview of another caller replaces this one. */
  | { readonly status: 'complete'; readonly text: string; readonly expiring: readonly ExpiringImage[] };

/**
 * The settings of repositories, and what they depend on.
 *
 * Each method may throw AwsCallError, which names the operation and the repository, or OutOfTime at the deadline;
 * throttling and transient faults are retried.
 */
export interface Ecr {
  /** The repository, or undefined if it does not exist. */
  repository(name: string): Promise<Repository | undefined>;
  /** Every repository of the registry, by 1,000. */
  repositories(): Promise<readonly Repository[]>;
  /** The existing ones of these names, by 100; by listing the registry where that has taken fewer calls before. */
  repositoriesNamed(names: readonly string[]): Promise<readonly Repository[]>;
  /** The effective scan frequency of each existing repository, by 25. */
  scanFrequencies(names: readonly string[]): Promise<ReadonlyMap<string, ScanFrequency>>;
  scanType(): Promise<ScanType>;
  putTagMutability(name: string, value: TagMutability): Promise<void>;
  putScanOnPush(name: string, value: boolean): Promise<void>;
  tags(arn: string): Promise<ReadonlyMap<string, string>>;
  /** The lifecycle policy's text, or undefined when there is none. */
  lifecyclePolicy(name: string): Promise<string | undefined>;
  putLifecyclePolicy(name: string, text: string): Promise<void>;
  deleteLifecyclePolicy(name: string): Promise<void>;
  startPreview(name: string, text: string): Promise<void>;
  preview(name: string): Promise<Preview>;
  /** When images were last pulled, by digest; by 100. One that does not exist is left out. */
  pulledImages(name: string, digests: readonly string[]): Promise<ReadonlyMap<string, PulledImage>>;
  accountSetting(name: string): Promise<string | undefined>;
  putAccountSetting(name: string, value: string): Promise<void>;
}
