/** What a look at live repositories has found about one default lifecycle policy, for reports. Pure. */
import type { Finding } from '../../core/finding.ts';
import type { ImageUser } from '../../core/usage/evidence.ts';
import type { GuardCause, NotRead } from '../../core/usage/guard.ts';
import type { GuardReport } from '../../core/usage/guard-report.ts';
import type { ImageAtRisk } from '../../core/usage/policy-effect.ts';
import type { Remedy } from '../../core/usage/remedy.ts';
import { visible } from '../../core/visible.ts';
import { effectClause, imageClause, remedyClause, unreadReason } from '../../wording/image-usage.ts';

/** An image that the default would delete or archive although it is in use or was pulled recently. */
export interface LiveImage {
  readonly digest: string;
  readonly tags: readonly string[];
  readonly action: ImageAtRisk['action'];
  /** Who uses it; empty if it was only pulled. */
  readonly users: readonly ImageUser[];
  /** ISO 8601; only if nobody is known to use it. */
  readonly pulledAt?: string;
}

/** What was found, as the JSON report has it. */
export interface LiveDetails {
  /** How many images of all repositories that may be meant the default would delete or archive within a day. */
  readonly affected: number;
  readonly repositories: readonly {
    readonly name: string;
    /** What the default would do, in words. */
    readonly effect: string;
    readonly inUse: readonly LiveImage[];
  }[];
  /** What was not read, so that it is not known; with the reason. */
  readonly unread: readonly {
    readonly what: NotRead['what'] | 'repositories';
    readonly repository?: string;
    readonly reason: string;
  }[];
  /** The parameters to set instead, such as KeepImages. */
  readonly instead?: Remedy;
}

/** The details of a finding; undefined if no live repository was looked at for it. */
export function liveDetails({ guard }: Finding): LiveDetails | undefined {
  if (guard === undefined) return undefined;
  return {
    affected: guard.affected,
    repositories: harms(guard).map(({ repository: name, effect }) => ({
      name,
      effect: effectClause(effect),
      inUse: effect.inUse.map(toLiveImage),
    })),
    unread: unreadOf(guard),
    ...(guard.remedy === undefined ? {} : { instead: guard.remedy }),
  };
}

/** Whether the default would delete or archive an image in use. */
export function isHarmful({ guard }: Finding): boolean {
  return guard !== undefined && harms(guard).length > 0;
}

// A terminal shows so many; the JSON report has all.
const maxImages = 20;
const maxUsers = 5;

/** A line for each image in use, what was not read, and what to write instead. */
export function liveLines({ guard }: Finding): readonly string[] {
  if (guard === undefined) return [];
  const images = harms(guard).flatMap(({ repository, effect: { inUse } }) => {
    const more = inUse.length - maxImages;
    return [
      ...inUse.slice(0, maxImages).map((image) => `${repository} ${imageClause(image, maxUsers)}`),
      ...(more > 0 ? [`${repository}: ${more} more; --format json has all`] : []),
    ];
  });
  const unread = unreadOf(guard).map(
    ({ what, repository, reason }) =>
      `unknown: ${repository ?? ''}${repository ? ' ' : ''}${what} (${reason})`,
  );
  const instead =
    guard.remedy === undefined
      ? []
      : [
          `write instead: ${remedyClause(guard.remedy)} in its Metadata (EcrHardening), or a LifecyclePolicy of your own`,
        ];
  return [...images, ...unread, ...instead].map(visible);
}

type Harm = Extract<GuardCause, { readonly code: 'harms' }>;

/** The causes, of each stack where the decision depends on it. */
function causesOf(outcome: GuardReport['outcome']): readonly GuardCause[] {
  if (outcome.kind === 'by-stack')
    return outcome.stacks.flatMap(({ decision }) => ('causes' in decision ? decision.causes : []));
  return 'causes' in outcome ? outcome.causes : [];
}

function harms({ outcome }: GuardReport): readonly Harm[] {
  return causesOf(outcome).flatMap((cause) => (cause.code === 'harms' ? [cause] : []));
}

/** Everything that was not read, of a repository or of all. */
function unreadOf({ outcome, unread }: GuardReport): LiveDetails['unread'] {
  const ofCauses = causesOf(outcome).flatMap(({ repository, ...cause }) =>
    cause.code === 'unread'
      ? cause.unread.filter(({ what }) => what === 'images').map((each) => ({ ...each, repository }))
      : [],
  );
  const ofOutcome = outcome.kind === 'cannot-know' ? outcome.unread : [];
  const notFound =
    outcome.kind === 'not-found'
      ? [{ what: 'repositories' as const, reason: unreadReason(outcome.reason) }]
      : [];
  const all: readonly (NotRead & { readonly repository?: string })[] = [...ofOutcome, ...ofCauses, ...unread];
  return [...notFound, ...all.map((each) => ({ ...each, reason: unreadReason(each.reason) }))];
}

function toLiveImage({ digest, tags, action, verdict }: ImageAtRisk): LiveImage {
  const image = { digest, tags, action };
  return verdict.kind === 'in-use'
    ? { ...image, users: verdict.users }
    : { ...image, users: [], pulledAt: new Date(verdict.pulledAt).toISOString() };
}
