/** What a repository is, or was, set to. Pure. */
import { isSameMutability, type TagMutability } from '../../core/settings/tag-mutability.ts';

/** The settings of one repository, short enough to be remembered in its tags. */
export interface Settled {
  readonly tagMutability: TagMutability;
  readonly scanOnPush: boolean;
  /** The fingerprint of its lifecycle policy, or `none`; undefined where nobody looked, since nobody touches it. */
  readonly lifecycle: string | undefined;
}

/** Whether two mean the same in every part. */
export function isSameSettled(one: Settled, other: Settled): boolean {
  return (
    isSameMutability(one.tagMutability, other.tagMutability) &&
    one.scanOnPush === other.scanOnPush &&
    one.lifecycle === other.lifecycle
  );
}
