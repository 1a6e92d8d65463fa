/** How images arrive in a repository. Pure. */
import { isUnknown } from '../core/known.ts';
import type { Read } from './unread.ts';

/**
 * `pushed` is what is left when there is no sign of another one. ECR itself moves the tags of the two others: those of a
 * cache follow its upstream, those of a replica its source.
 */
export type Origin =
  | { readonly kind: 'pushed' }
  | { readonly kind: 'pull-through'; readonly prefix: string; readonly upstream: string }
  /** Of the same account's registry in another Region. */
  | { readonly kind: 'replica'; readonly region: string };

/** A pull through cache rule. */
export interface PullThroughRule {
  /** `ROOT` is for every repository that no other rule is for. */
  readonly prefix: string;
  /** Such as `registry-1.docker.io`. */
  readonly upstream: string;
}

/** That another Region of the same account replicates into this registry. */
export interface ReplicationSource {
  /** The source. */
  readonly region: string;
  /** Names begin with one of them; empty: every repository. */
  readonly prefixes: readonly string[];
}

/** What the registry's own settings say about all of its repositories. */
export interface Origins {
  readonly pullThrough: Read<readonly PullThroughRule[]>;
  readonly replication: Read<readonly ReplicationSource[]>;
}

/**
 * How images arrive in a repository; unknown where a setting that decides it could not be read.
 *
 * @param isPushedTo whether a push to it was recorded
 */
export function originOf(
  name: string,
  { pullThrough, replication }: Origins,
  isPushedTo: boolean,
): Read<Origin> {
  const rule = isUnknown(pullThrough) ? undefined : ruleFor(name, pullThrough, isPushedTo);
  if (rule !== undefined) return { kind: 'pull-through', ...rule };
  const source = isUnknown(replication)
    ? undefined
    : replication.find(
        ({ prefixes }) => prefixes.length === 0 || prefixes.some((prefix) => name.startsWith(prefix)),
      );
  if (source !== undefined) return { kind: 'replica', region: source.region };
  if (isUnknown(pullThrough)) return pullThrough;
  return isUnknown(replication) ? replication : { kind: 'pushed' };
}

/** Whether a rule of this prefix is for every repository that no other rule is for: also for those that somebody pushes to. */
export function isOfEveryRepository(prefix: string): boolean {
  return prefix === 'ROOT';
}

// "There is always an assumed / applied to the end of the prefix", and ROOT is for the rest
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-private-wildcards.html).
function ruleFor(
  name: string,
  rules: readonly PullThroughRule[],
  isPushedTo: boolean,
): PullThroughRule | undefined {
  const own = rules.find(
    ({ prefix }) =>
      !isOfEveryRepository(prefix) && name.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`),
  );
  // Under ROOT there are also the repositories that somebody pushes to.
  return own ?? (isPushedTo ? undefined : rules.find(({ prefix }) => isOfEveryRepository(prefix)));
}
