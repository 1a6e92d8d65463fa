/** Whether a lifecycle policy may take the place of another one: for who only judges, and cannot write something else. */
import { isUnknown } from '../known.ts';
import { isSameLifecyclePolicy } from '../settings/lifecycle-policy.ts';
import type { UnreadSource } from './evidence.ts';
import { type GuardEvidence, type NotRead, type RepositoryLook, unreadSources } from './guard.ts';
import type { PolicyEffect } from './policy-effect.ts';

/** What a new lifecycle policy would do to the images of a repository. */
export type PolicyChange =
  /** No image in use is affected; how many others are, and which sources were not read. */
  | { readonly kind: 'harmless'; readonly affected: number; readonly unread: readonly NotRead[] }
  | { readonly kind: 'harms'; readonly repository: string; readonly effect: PolicyEffect }
  /** Images expire, and it is not known whether they are in use, or whether ECR keeps them; or the images were not read. */
  | { readonly kind: 'unknown'; readonly unread: readonly NotRead[] }
  /** It is not known which repository is meant. */
  | { readonly kind: 'not-found'; readonly reason: UnreadSource };

/** What a policy does that differs from the one in the template before; the live one may be the same already. */
export function judgePolicyChange(
  { repository, wanted, exists, present, effect, unreadIndexes }: RepositoryLook,
  evidence: GuardEvidence,
): PolicyChange {
  const harmless: PolicyChange = { kind: 'harmless', affected: 0, unread: [] };
  if (!exists || !changesPolicy(present, wanted)) return harmless;
  const unknown = (...unread: readonly NotRead[]): PolicyChange => ({ kind: 'unknown', unread });
  if (effect === undefined) return unknown({ what: 'images', reason: { code: 'not-requested' } });
  if (isUnknown(effect)) return unknown({ what: 'images', reason: effect.unknown });
  if (effect.inUse.some(({ mayBeReferenced }) => !mayBeReferenced))
    return { kind: 'harms', repository, effect };
  // ECR keeps an image for as long as an image index refers to it.
  if (effect.inUse.length > 0)
    return unknown({ what: 'image-indexes', reason: unreadIndexes ?? { code: 'not-requested' } });
  const affected = effect.expiring + effect.archiving;
  if (affected === 0) return harmless;
  const unread = unreadSources(evidence);
  const isRequired = ({ what }: NotRead) => evidence.required.some((each) => each === what);
  if (unread.some(isRequired)) return unknown(...unread.filter(isRequired));
  // An index may go while an image to which it refers is in use.
  const indexes: readonly NotRead[] =
    unreadIndexes === undefined ? [] : [{ what: 'image-indexes', reason: unreadIndexes }];
  return { kind: 'harmless', affected, unread: [...unread, ...indexes] };
}

/** Whether a policy differs from the live one, as far as that is known. */
export function changesPolicy(present: RepositoryLook['present'], wanted: string): boolean {
  return isUnknown(present) || present === undefined || !isSameLifecyclePolicy(present, wanted);
}
