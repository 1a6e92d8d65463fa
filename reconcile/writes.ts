/** The writes to one repository. Pure. */
import { noPolicy, type PolicyHash } from '../core/settings/repository-settings.ts';
import { isSameMutability, type TagMutability } from '../core/settings/tag-mutability.ts';
import type { DesiredSettings } from './desired.ts';
import { hashOfPolicy } from './hash.ts';
import type { ObservedRepository } from './observe.ts';
import type { Target } from './plan-target.ts';

/** Only what differs; an undefined part needs no write. */
export interface Writes {
  readonly tagMutability: TagMutability | undefined;
  readonly scanOnPush: boolean | undefined;
  /** A text to put, or null where the policy is to be deleted. */
  readonly lifecyclePolicy: string | null | undefined;
}

/** The writes that change the current settings into the target. */
export function writesOf(
  { settings: now, record }: ObservedRepository,
  { settings: target, isPolicyWritten }: Target,
  desired: DesiredSettings,
): Writes {
  const { tagMutability, scanOnPush, lifecyclePolicy } = target;
  const isPolicySame = lifecyclePolicy === undefined || lifecyclePolicy === now.lifecyclePolicy;
  return {
    tagMutability: isSameMutability(tagMutability, now.tagMutability) ? undefined : tagMutability,
    scanOnPush: scanOnPush === now.scanOnPush ? undefined : scanOnPush,
    lifecyclePolicy:
      isPolicySame || !isPolicyWritten
        ? undefined
        : textOf(lifecyclePolicy, [desired.lifecyclePolicy], record?.policies ?? {}),
  };
}

/** The text for a hash, null for no policy; undefined if the text is not stored. */
export function textOf(
  hash: PolicyHash,
  texts: readonly (string | undefined)[],
  policies: Readonly<Record<PolicyHash, string>>,
): string | null | undefined {
  if (hash === noPolicy) return null;
  return texts.find((text) => text !== undefined && hashOfPolicy(text) === hash) ?? policies[hash];
}

/** Whether any setting is written. */
export function isWriting({ tagMutability, scanOnPush, lifecyclePolicy }: Writes): boolean {
  return tagMutability !== undefined || scanOnPush !== undefined || lifecyclePolicy !== undefined;
}
