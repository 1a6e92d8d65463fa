/** What happened to a repository, as an event says it. */

/** The calls that make a repository, or that can make one less safe, by the setting that they change. */
export const watchedCalls = {
  CreateRepository: 'creation',
  PutImageTagMutability: 'tagMutability',
  PutImageScanningConfiguration: 'scanOnPush',
  PutLifecyclePolicy: 'lifecyclePolicy',
  DeleteLifecyclePolicy: 'lifecyclePolicy',
  SetRepositoryPolicy: 'repositoryPolicy',
} as const;
export type WatchedCall = keyof typeof watchedCalls;

/** What an event is about: the creation, a setting, or that an image arrived, which may be the first. */
export type EventSubject = (typeof watchedCalls)[WatchedCall] | 'image';

/** Who made a call. */
export interface Caller {
  /** The ARN of the user or of the role's session; undefined where an AWS service acted by itself. */
  readonly arn: string | undefined;
  /** The ARN of the role, where it was one. */
  readonly role: string | undefined;
  /** Such as `AssumedRole`, as CloudTrail names it. */
  readonly kind: string;
  /** An address, or the name of the service that made the call on somebody's behalf. */
  readonly source: string | undefined;
  readonly userAgent: string | undefined;
  /** The service that made the call, such as `cloudformation.amazonaws.com`. */
  readonly invokedBy: string | undefined;
}

/** How an image arrived where ECR itself moves the tags. */
export type EventOrigin =
  | { readonly kind: 'pull-through'; readonly prefix: string; readonly upstream: string }
  | { readonly kind: 'replica'; readonly region: string };

/** One event about one repository of the keeper's own registry. */
export interface RegistryEvent {
  /** CloudTrail's eventID; of other events EventBridge's. */
  readonly id: string;
  readonly repository: string;
  readonly registryId: string;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly subject: EventSubject;
  /** Such as `PutImageTagMutability`, or `push`. */
  readonly action: string;
  /** Undefined where the event does not say who acted. */
  readonly by: Caller | undefined;
  /** Only where the event shows that ECR itself fills the repository. */
  readonly origin?: EventOrigin;
}

const cloudFormation = 'cloudformation.amazonaws.com';

/** Whether CloudFormation made the call, for a stack. */
export function isByCloudFormation(by: Caller | undefined): boolean {
  return by?.invokedBy === cloudFormation || by?.source === cloudFormation;
}

/**
 * Whose doing it counts as: a role's sessions have other names each night. Undefined where the event does not say.
 */
export function actorOf(by: Caller | undefined): string | undefined {
  return by === undefined ? undefined : (by.role ?? by.arn ?? by.invokedBy ?? by.source);
}
