/** Whether a default lifecycle policy may be written over what is there: the decision, without any reading. */
import type { Issue } from '../issue.ts';
import { isUnknown, type Known } from '../known.ts';
import { isDefaultLifecyclePolicy } from '../lifecycle/default-form.ts';
import { isSameLifecyclePolicy } from '../settings/lifecycle-policy.ts';
import { type UnreadSource, type UsageEvidence, type UsageSource, usageSources } from './evidence.ts';
import type { PolicyEffect } from './policy-effect.ts';

/** Why something was not read, or not evaluated. */
export type LookReason = UnreadSource | { readonly code: 'not-evaluated'; readonly issues: readonly Issue[] };

/** A live repository, and what the wanted policy would do to it. */
export interface RepositoryLook {
  readonly repository: string;
  /** The text that is to be written. */
  readonly wanted: string;
  /** A repository that does not exist has nothing to harm. */
  readonly exists: boolean;
  /** The text of the policy that is there; undefined if there is none. */
  readonly present: Known<string | undefined, UnreadSource>;
  /** What the wanted policy would do once it takes effect; undefined if it does not matter (`needsEffect`). */
  readonly effect: Known<PolicyEffect, LookReason> | undefined;
  /** Why it is not known to which images its image indexes refer, where that matters. */
  readonly unreadIndexes?: UnreadSource | undefined;
}

/** Something that was not read. */
export interface NotRead {
  readonly what: UsageSource | 'lifecycle-policy' | 'images' | 'image-indexes';
  readonly reason: LookReason;
}

/** Why the wanted policy is not written to a repository. */
export type GuardCause = { readonly repository: string } & (
  | { readonly code: 'harms'; readonly effect: PolicyEffect }
  /** There is a policy that this macro did not make. */
  | { readonly code: 'not-default' }
  /** Whether it harms is not known: images expire, and what is required was not read. */
  | { readonly code: 'unread'; readonly unread: readonly NotRead[] }
);

/** What becomes of a default lifecycle policy. */
export type GuardDecision =
  | { readonly kind: 'write' }
  /** No repository has a policy, and none is written. */
  | { readonly kind: 'withhold'; readonly causes: readonly GuardCause[] }
  /** The policy that is there is written back: one that disappears from a template counts as removed. */
  | { readonly kind: 'keep-present'; readonly text: string; readonly causes: readonly GuardCause[] }
  /** Whether there is a policy, which must not be taken away, is not known: nothing can be written safely. */
  | {
      readonly kind: 'cannot-know';
      readonly unread: readonly (NotRead & { readonly repository: string })[];
    }
  /** Of several repositories that may be meant no text is right for each. */
  | {
      readonly kind: 'conflict';
      readonly repositories: readonly string[];
      readonly causes: readonly GuardCause[];
    };

/** What a decision depends on, beside the repositories. */
export interface GuardEvidence {
  /** What each source said; undefined if nothing would expire, so that none was read. */
  readonly sources: UsageEvidence['sources'] | undefined;
  /** Sources without which a policy that expires something is not written. `pulls` come with the images. */
  readonly required: readonly UsageSource[];
}

/** Whether a decision depends on what the wanted policy would do: not where it changes nothing, or is not written. */
export function needsEffect(present: string | undefined, wanted: string): boolean {
  return (
    present === undefined || (!isSameLifecyclePolicy(present, wanted) && isDefaultLifecyclePolicy(present))
  );
}

/**
 * The decision for one repository of a template.
 *
 * @param looks every live repository that may be it: usually one, or none if it is new
 */
export function decideGuard(looks: readonly RepositoryLook[], evidence: GuardEvidence): GuardDecision {
  const existing = looks.filter(({ exists }) => exists);
  const unread = existing.flatMap(({ repository, present }) =>
    isUnknown(present) ? [{ repository, what: 'lifecycle-policy' as const, reason: present.unknown }] : [],
  );
  if (unread.length > 0) return { kind: 'cannot-know', unread };
  const causes = existing.flatMap((look) => causeOf(look, evidence) ?? []);
  if (causes.length === 0) return { kind: 'write' };
  const texts = existing.map(({ present }) => (isUnknown(present) ? undefined : present));
  const [text, ...others] = texts;
  if (texts.every((each) => each === undefined)) return { kind: 'withhold', causes };
  // A text of one repository was never held against the images of another.
  return text !== undefined && others.every((each) => each !== undefined && isSameLifecyclePolicy(each, text))
    ? { kind: 'keep-present', text, causes }
    : { kind: 'conflict', repositories: existing.map(({ repository }) => repository), causes };
}

/** Why the wanted policy must not be written to a repository, if there is a reason. */
function causeOf({ repository, wanted, present, effect }: RepositoryLook, evidence: GuardEvidence) {
  if (isUnknown(present)) return undefined;
  const cause = (more: GuardCauseOf): GuardCause => ({ repository, ...more });
  if (present !== undefined && !needsEffect(present, wanted))
    return isSameLifecyclePolicy(present, wanted) ? undefined : cause({ code: 'not-default' });
  if (effect === undefined) return cause(unreadImages({ code: 'not-requested' }));
  if (isUnknown(effect)) return cause(unreadImages(effect.unknown));
  if (effect.inUse.length > 0) return cause({ code: 'harms', effect });
  if (effect.expiring + effect.archiving === 0) return undefined;
  const unread = unreadSources(evidence).filter(({ what }) =>
    evidence.required.some((each) => each === what),
  );
  return unread.length === 0 ? undefined : cause({ code: 'unread', unread });
}

type GuardCauseOf<Cause = GuardCause> = Cause extends GuardCause ? Omit<Cause, 'repository'> : never;

function unreadImages(reason: LookReason): { readonly code: 'unread'; readonly unread: readonly NotRead[] } {
  return { code: 'unread', unread: [{ what: 'images', reason }] };
}

/** The sources that were not read, the required ones among them; one that nobody asked for is left out unless required. */
export function unreadSources({ sources = {}, required }: GuardEvidence): readonly NotRead[] {
  const requested = new Set([...required, ...Object.keys(sources)]);
  return usageSources.flatMap((what): readonly NotRead[] => {
    if (what === 'pulls' || !requested.has(what)) return [];
    const read = sources[what];
    if (read === undefined) return [{ what, reason: { code: 'not-requested' } }];
    return isUnknown(read) ? [{ what, reason: read.unknown }] : [];
  });
}
