/** What has to be written to one repository, whether it may be, and what is to be remembered. Pure. */
import type { Policy } from '../../core/policy/policy.ts';
import {
  defaultTagMutability,
  isSameMutability,
  type TagMutability,
} from '../../core/settings/tag-mutability.ts';
import type { Repository } from './ecr/ecr.ts';
import { fingerprintOfPolicy } from './fingerprint.ts';
import { isSameStack, type Memory } from './memory.ts';
import type { OnDelete, WantedSettings } from './properties/properties.ts';
import { isSameSettled, type Settled } from './settled.ts';
import { isAtLeastAsSafe, isVoid, mutabilityWords, weakened } from './weakening.ts';

/** A repository as it is before anything is changed. */
export interface Found {
  readonly repository: Repository;
  readonly tags: ReadonlyMap<string, string>;
  readonly memory: Memory | undefined;
  /** Undefined where nobody needs to know it. */
  readonly lifecycle: { readonly text: string | undefined } | undefined;
}

/** Who asks, and what for. */
export interface Ask {
  readonly wanted: WantedSettings & { readonly onDelete: OnDelete };
  /** The resource that asks, as a memory names it. */
  readonly holder: string;
  /** Fingerprints of the properties, and of those that an Update replaces; of a Create, of the request. */
  readonly by: string;
  readonly replaces: string;
  readonly policy: Pick<Policy, 'MutableTags' | 'Enforcement'>;
  readonly allowWeakening: boolean;
}

/** Only what differs; an undefined part needs no write. */
export interface Plan {
  readonly found: Found;
  readonly target: Settled;
  readonly tagMutability: TagMutability | undefined;
  readonly scanOnPush: boolean | undefined;
  /** A text to put, or null where the policy is to go. */
  readonly lifecyclePolicy: string | null | undefined;
  /** What is to be remembered before anything else is written. */
  readonly memory: Memory | undefined;
  /** Whether the lifecycle policy that is there was put by this resource. */
  readonly isOwnPolicy: boolean;
  /** Whether the lifecycle policy goes back to what it was before the resource's last change. */
  readonly isBack: boolean;
  /** What people are to be told, a clause each. */
  readonly notes: readonly string[];
}

/**
 * The writes that bring a repository to what is wanted, or the clause that refuses them.
 *
 * What the author left out becomes the organisation's default, unless the repository is safer already: a default
 * never weakens. What the author asked for and is unsafe is answered as the organisation's Enforcement says. What
 * would be less safe than it is needs AllowWeakening, unless this resource found or set no better itself.
 */
export function planRepository(
  ask: Ask,
  found: Found,
): { readonly plan: Plan } | { readonly refusal: string } {
  const { wanted, holder, policy } = ask;
  const { repository, memory } = found;
  const current = settledOf(found);
  const isMine = memory?.holder === holder;
  // The Update that rolls another one back asks for what led to the settings before it.
  const isRollback = isMine && memory.beforeBy === ask.by && memory.setBy !== ask.by;
  const back = isRollback ? memory.before : undefined;
  const unsafe = back !== undefined && isAskedAgain(wanted, back) ? [] : unsafeWishes(wanted);
  if (policy.Enforcement === 'Reject' && unsafe.length > 0)
    return {
      refusal: `${unsafe.join(' and ')} for ${repository.name} is refused, since this application enforces safe settings (Enforcement: Reject)`,
    };
  const isOfStack = memory !== undefined && (isMine || isSameStack(memory.holder, holder));
  const lifecycle = lifecycleTarget(wanted, current, isOfStack ? memory : undefined, back);
  const target: Settled = {
    // The same properties once more mean the same.
    tagMutability: mutabilityTarget(
      wanted,
      current,
      policy,
      isMine && memory.setBy === ask.by ? memory.set : back,
    ),
    scanOnPush: policy.Enforcement === 'Override' ? true : (wanted.scanOnPush ?? true),
    lifecycle: lifecycle.fingerprint,
  };
  const first: Settled = memory === undefined ? current : withLifecycle(memory.found, current.lifecycle);

  const irreversible = irreversibleReason(ask, found, current, first);
  if (irreversible !== undefined) return { refusal: irreversible };
  const known = isOfStack ? [memory.own ?? memory.found, memory.set, memory.before] : [];
  const losses = weakened(current, target);
  if (losses.length > 0 && !ask.allowWeakening && !known.some((each) => weakened(each, target).length === 0))
    return {
      refusal: `${losses.join(' and ')} would make ${repository.name} less safe than it is, which is refused unless the application is deployed with AllowWeakening: true`,
    };

  const writes = {
    tagMutability: isSameMutability(target.tagMutability, current.tagMutability)
      ? undefined
      : target.tagMutability,
    scanOnPush: target.scanOnPush === current.scanOnPush ? undefined : target.scanOnPush,
    lifecyclePolicy: lifecycle.write,
  };
  const isChange = Object.values(writes).some((value) => value !== undefined);
  const isTakeOver = memory !== undefined && !isMine;
  const isRemembered = isMine && isSameSettled(memory.set, target);
  // A repeated delivery finds what its first one remembered, and must not overwrite it.
  const keeps = isRemembered ? memory : undefined;
  const next: Memory = {
    holder,
    found: first,
    before: keeps?.before ?? current,
    beforeBy: keeps === undefined ? ask.replaces : keeps.beforeBy,
    set: target,
    setBy: ask.by,
    from:
      isMine || memory === undefined
        ? memory?.from
        : { holder: memory.holder, taken: current, set: memory.set },
    own: isOfStack || memory === undefined ? memory?.own : current,
  };
  // What somebody else has changed since is not taken for this resource's own.
  const isToRemember = isTakeOver || (isChange && !isRemembered);
  return {
    plan: {
      found,
      target,
      ...writes,
      memory: isToRemember ? next : undefined,
      isOwnPolicy: isMine && current.lifecycle === memory.set.lifecycle,
      isBack: back !== undefined && back.lifecycle === target.lifecycle,
      notes: [
        ...(isTakeOver ? [`${repository.name} is taken over from ${memory.holder}`] : []),
        ...lifecycle.notes.map((note) => `${repository.name} ${note}`),
      ],
    },
  };
}

/** What a repository is set to now. */
export function settledOf({ repository, lifecycle }: Found): Settled {
  const { tagMutability, scanOnPush } = repository;
  const text = lifecycle?.text;
  const policy = text === undefined ? 'none' : fingerprintOfPolicy(text);
  return { tagMutability, scanOnPush, lifecycle: lifecycle === undefined ? undefined : policy };
}

/** Whether a plan writes any setting. */
export function isChanging({ tagMutability, scanOnPush, lifecyclePolicy }: Plan): boolean {
  return tagMutability !== undefined || scanOnPush !== undefined || lifecyclePolicy !== undefined;
}

/** What a plan would change, in words such as `ImageTagMutability MUTABLE -> IMMUTABLE`; empty when it is nothing. */
export function describePlan({ found, tagMutability, scanOnPush, lifecyclePolicy }: Plan): string {
  const { repository, lifecycle } = found;
  const earlier = lifecycle?.text === undefined ? 'none' : 'another';
  return [
    ...(tagMutability === undefined
      ? []
      : [
          `ImageTagMutability ${mutabilityWords(repository.tagMutability)} -> ${mutabilityWords(tagMutability)}`,
        ]),
    ...(scanOnPush === undefined ? [] : [`ScanOnPush ${repository.scanOnPush} -> ${scanOnPush}`]),
    ...(lifecyclePolicy === undefined
      ? []
      : [`LifecyclePolicy ${earlier} -> ${lifecyclePolicy === null ? 'none' : 'the given one'}`]),
  ].join('; ');
}

/** Whether a wish is what a repository was set to: an application that has become stricter still lets a stack roll back. */
function isAskedAgain({ tagMutability, scanOnPush }: WantedSettings, back: Settled): boolean {
  return (
    (tagMutability === undefined || isSameMutability(tagMutability, back.tagMutability)) &&
    (scanOnPush === undefined || scanOnPush === back.scanOnPush)
  );
}

function unsafeWishes({ tagMutability, scanOnPush }: WantedSettings): string[] {
  const wish = isMutable(tagMutability)
    ? `ImageTagMutability ${tagMutability.mutability}`
    : 'ImageTagMutabilityExclusionFilters that match every tag';
  return [
    ...(isUnsafe(tagMutability) ? [wish] : []),
    ...(scanOnPush === false ? ['ImageScanningConfiguration.ScanOnPush false'] : []),
  ];
}

function isUnsafe(value: TagMutability | undefined): boolean {
  return isMutable(value) || (value !== undefined && isVoid(value));
}

function isMutable(value: TagMutability | undefined): value is TagMutability {
  return value?.mutability === 'MUTABLE' || value?.mutability === 'MUTABLE_WITH_EXCLUSION';
}

function mutabilityTarget(
  { tagMutability }: WantedSettings,
  current: Settled,
  policy: Ask['policy'],
  back: Settled | undefined,
): TagMutability {
  const isOverridden = policy.Enforcement === 'Override';
  if (tagMutability !== undefined && !(isOverridden && isUnsafe(tagMutability))) return tagMutability;
  if (back !== undefined && !isUnsafe(back.tagMutability)) return back.tagMutability;
  const fallback = defaultTagMutability(policy.MutableTags);
  // Of two that exclude different tags neither is safer: then what is stays.
  return isAtLeastAsSafe(fallback, current.tagMutability) ? fallback : current.tagMutability;
}

/** What becomes of the lifecycle policy: the fingerprint that it will have, and what is to be written. */
function lifecycleTarget(
  { lifecyclePolicy }: WantedSettings,
  current: Settled,
  memory: Memory | undefined,
  back: Settled | undefined,
): {
  readonly fingerprint: string | undefined;
  readonly write: string | null | undefined;
  readonly notes: readonly string[];
} {
  const still = { write: undefined, notes: [] };
  if (lifecyclePolicy !== undefined) {
    const fingerprint = fingerprintOfPolicy(lifecyclePolicy);
    if (fingerprint === current.lifecycle) return { ...still, fingerprint };
    return { fingerprint, write: lifecyclePolicy, notes: [] };
  }
  if (
    back?.lifecycle === 'none' &&
    current.lifecycle !== 'none' &&
    current.lifecycle === memory?.set.lifecycle
  )
    return { fingerprint: 'none', write: null, notes: [] };
  if (back?.lifecycle !== undefined && back.lifecycle !== current.lifecycle && back.lifecycle !== 'none')
    return {
      fingerprint: memory?.set.lifecycle,
      write: undefined,
      notes: [
        'keeps the lifecycle policy that it has: the one before it did not fit into its tags (the log has it)',
      ],
    };
  return { ...still, fingerprint: memory?.set.lifecycle };
}

/** A memory that was made before the lifecycle policy mattered learns of it when it does. */
function withLifecycle(found: Settled, lifecycle: string | undefined): Settled {
  return found.lifecycle === undefined ? { ...found, lifecycle } : found;
}

/** Why `Restore` could not give back the lifecycle policy that is there; undefined when it can. */
function irreversibleReason(
  { wanted, holder }: Ask,
  { repository, memory }: Found,
  current: Settled,
  first: Settled,
): string | undefined {
  if (wanted.onDelete !== 'Restore' || wanted.lifecyclePolicy === undefined) return undefined;
  const isOurs = memory !== undefined && (memory.holder === holder || isSameStack(memory.holder, holder));
  const ours = isOurs ? [memory.set.lifecycle, memory.before.lifecycle] : [];
  const harmless = ['none', fingerprintOfPolicy(wanted.lifecyclePolicy)];
  const isOther = (policy: string | undefined) => policy !== undefined && !harmless.includes(policy);
  if (!isOther(first.lifecycle) && !(isOther(current.lifecycle) && !ours.includes(current.lifecycle)))
    return undefined;
  return `${repository.name} has another lifecycle policy, which OnDelete: Restore could not give back, since it does not fit into its tags: say OnDelete: Retain, or remove that policy first`;
}
