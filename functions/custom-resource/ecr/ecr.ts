/** What a `Custom::EcrSettings` reads and writes, in words of its own; what stands behind it is in client.ts. */
import type { TagMutability } from '../../../core/settings/tag-mutability.ts';
import type { ScanFrequency, ScanType } from '../scanning.ts';

/** A repository as DescribeRepositories says it. */
export interface Repository {
  readonly name: string;
  readonly arn: string;
  readonly uri: string;
  readonly tagMutability: TagMutability;
  readonly scanOnPush: boolean;
}

/** One image that a lifecycle policy would expire. */
export interface ExpiringImage {
  readonly digest: string;
  readonly tags: readonly string[];
}

/** What StartLifecyclePolicyPreview has come to. */
export type Preview =
  | { readonly status: 'pending' }
  | { readonly status: 'failed' }
  /** `text` is the policy that was previewed: a later preview of somebody else's replaces ours. */
  | { readonly status: 'complete'; readonly text: string; readonly expiring: readonly ExpiringImage[] };

/**
 * The calls that a `Custom::EcrSettings` makes. Each may throw what the SDK throws, or OutOfTime; throttling and
 * passing faults are waited out.
 */
export interface Ecr {
  /** The repository, or undefined when there is none of that name. */
  repository(name: string): Promise<Repository | undefined>;
  /** Every repository of the registry, by 1,000. */
  repositories(): Promise<readonly Repository[]>;
  /** The scan frequency in effect of each repository that exists, by 25. */
  scanFrequencies(names: readonly string[]): Promise<ReadonlyMap<string, ScanFrequency>>;
  scanType(): Promise<ScanType>;
  putTagMutability(name: string, value: TagMutability): Promise<void>;
  putScanOnPush(name: string, value: boolean): Promise<void>;
  tags(arn: string): Promise<ReadonlyMap<string, string>>;
  tag(arn: string, tags: ReadonlyMap<string, string>): Promise<void>;
  untag(arn: string, keys: readonly string[]): Promise<void>;
  /** The lifecycle policy's text, or undefined when there is none. */
  lifecyclePolicy(name: string): Promise<string | undefined>;
  putLifecyclePolicy(name: string, text: string): Promise<void>;
  deleteLifecyclePolicy(name: string): Promise<void>;
  startPreview(name: string, text: string): Promise<void>;
  preview(name: string): Promise<Preview>;
  /** When images were last pulled, of those that ever were, by digest; by 100. */
  pullTimes(name: string, digests: readonly string[]): Promise<ReadonlyMap<string, Date>>;
  accountSetting(name: string): Promise<string | undefined>;
  putAccountSetting(name: string, value: string): Promise<void>;
}
