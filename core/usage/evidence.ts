/**
 * Evidence of who uses an image, as data. Pure: `aws/usage` reads it.
 *
 * No evidence is not disuse: a source that could not be read says why, and what it would have said is unknown.
 */
import type { Known } from '../known.ts';

/** Where evidence comes from. `pulls` are ECR's own pull times; the others name what runs or will run an image. */
export const usageSources = [
  'pulls',
  'ecs',
  'lambda',
  'batch',
  'codebuild',
  'apprunner',
  'sagemaker',
  'inspector',
] as const;
export type UsageSource = (typeof usageSources)[number];

/** Why a source was not read. An action is that of IAM, such as `ecs:ListTasks`. */
export type UnreadSource =
  | { readonly code: 'denied' | 'no-response'; readonly action: string }
  | { readonly code: 'failed'; readonly action: string; readonly error: string }
  /** The service, or its feature, is not there in the Region or not turned on. */
  | { readonly code: 'not-available'; readonly action: string }
  /**
   * Reading the manifest of an image index counts as a pull of it
   * (https://github.com/aws/containers-roadmap/issues/2390), unless the caller's role has a pull time update exclusion.
   */
  | { readonly code: 'counts-as-pull' }
  /** Time ran out before all of it was read. */
  | { readonly code: 'out-of-time' }
  /** The caller did not ask for it. */
  | { readonly code: 'not-requested' };

/** What uses an image, such as an ECS service. */
export interface ImageUser {
  readonly source: UsageSource;
  /** Its ARN; for what has none (a workload that Inspector reports) AWS's own name for it. */
  readonly arn: string;
}

/**
 * One use of an image: by digest where AWS has resolved it, else by the tag that the user names. Both, where both are known;
 * a digest counts before a tag, which may have moved since.
 */
export interface ImageReference {
  /** The account whose registry it is, of 12 digits. */
  readonly registryId: string;
  readonly region: string;
  readonly repository: string;
  /** Such as `sha256:...`. */
  readonly digest?: string | undefined;
  readonly tag?: string | undefined;
  readonly user: ImageUser;
}

/** What is known of the use of a registry's images, `pulls` left out: those come with the images themselves. */
export interface UsageEvidence {
  /** Milliseconds since 1970, at which reading began. */
  readonly readAt: number;
  /** Every reference to an image of the registry, from all sources that were read. */
  readonly references: readonly ImageReference[];
  /** What each source said: how many references, or why it was not read. A source that is left out was not requested. */
  readonly sources: Readonly<Partial<Record<UsageSource, Known<number, UnreadSource>>>>;
}

/** An image, as far as its use is concerned; an image index has `children`. */
export interface UsedImage {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Milliseconds since 1970. */
  readonly pushedAt: number;
  /** Milliseconds since 1970; undefined for one that was never pulled. ECR updates it at least once in 24 hours. */
  readonly pulledAt?: number | undefined;
  /** Digests of the images that an image index refers to; undefined for other images, or if it was not read. */
  readonly children?: readonly string[] | undefined;
}

/** What follows for one image. */
export type UsageVerdict =
  | { readonly kind: 'in-use'; readonly users: readonly ImageUser[] }
  | { readonly kind: 'pulled'; readonly pulledAt: number }
  /** Nothing was found; what that is worth, the sources that were read say. */
  | { readonly kind: 'no-evidence' };
