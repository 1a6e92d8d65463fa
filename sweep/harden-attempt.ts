/** One request of the keeper: the same `reconcile` as that of a resource. */
import { OutOfTime } from '../aws/deadline.ts';
import { keeperHolder } from '../core/claims/keeper.ts';
import { settings as allSettings, noPolicy } from '../core/settings/repository-settings.ts';
import type { Desired, DesiredSettings, Requester } from '../reconcile/desired.ts';
import { hashOf } from '../reconcile/hash.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { type Session, startSession } from '../reconcile/session.ts';
import type { StopWatch } from '../reconcile/stop.ts';
import type { Attempt } from './attempts.ts';
import type { HardenContext } from './batch-context.ts';
import { failureEntry } from './failure.ts';
import type { SettingChange } from './results.ts';
import type { SweepInfo } from './sweep-info.ts';
import type { BatchUsage } from './usage-of-batch.ts';
import { protectedDaysOf } from './withheld.ts';

/** What is to be changed, by the name of the repository. */
export type ToHarden = ReadonlyMap<string, readonly SettingChange[]>;

/** The request as the claims have it: of a sweep, or of a batch of events. */
export type KeeperRequest = Pick<SweepInfo, 'sweep' | 'registry'>;

/** The session of one request of the keeper. */
export function startKeeperSession(
  { sweep, registry }: KeeperRequest,
  usage: BatchUsage,
  { ecr, claims, connectIndexes, settings, times, now, log }: HardenContext,
): Session {
  const { working, undoing, recording } = times;
  return startSession({
    ...{ ecr, claims, working, undoing, recording, now, log },
    policy: settings.policy,
    // It never makes a repository less safe, and never puts a policy without the guard.
    allowWeakening: false,
    allowAccountSettings: false,
    allowExpiringImagesInUse: false,
    progress: { repositories: 0 },
    usage: {
      registry,
      required: settings.policy.LifecycleGuardSources,
      connect: () => ({ read: async () => usage, close: () => undefined }),
      connectIndexes,
    },
    holder: keeperHolder,
    request: hashOf(sweep),
  });
}

/** Hardens these repositories, or none of them. */
export async function hardenTogether(
  names: readonly string[],
  changes: ToHarden,
  { info, usage }: { readonly info: KeeperRequest; readonly usage: BatchUsage },
  context: HardenContext,
): Promise<Attempt> {
  const session = startKeeperSession(info, usage, context);
  try {
    const desired = desiredOf(names, changes, context);
    const request = { desired, requester: requesterOf(info, context), replaced: undefined };
    const done = await reconcile(request, { ...session.context, watch: async () => neverStopped });
    if (!('refusal' in done)) return { kind: 'done', plans: done.plans, notes: done.notes };
    await revert(session, context);
    return { kind: 'refused', refusal: done.refusal };
  } catch (error) {
    context.log({ level: 'WARN', message: 'not hardened together', ...failureEntry(error) });
    await revert(session, context);
    return error instanceof OutOfTime ? { kind: 'not-reached' } : { kind: 'failed', error };
  } finally {
    session.end();
  }
}

/** Nothing asks a sweep to stop: whatever else changes a repository waits for its lease. */
const neverStopped: StopWatch = {
  wasAsked: false,
  throwIfStopped: () => undefined,
  check: async () => undefined,
  poll: () => undefined,
  end: () => undefined,
};

/** Reverts what was changed, and logs what could not be: whoever comes next finds it unfinished. */
export async function revert(session: Session, { log }: HardenContext): Promise<void> {
  const { failures } = await session.undo();
  for (const { subject, settings, error } of failures)
    log({ level: 'ERROR', message: 'not reverted', subject, settings, ...failureEntry(error) });
}

function requesterOf({ sweep }: KeeperRequest, { settings }: HardenContext): Requester {
  const properties = hashOf(keeperHolder);
  return {
    holder: keeperHolder,
    stack: settings.stack,
    request: hashOf(sweep),
    properties,
    replacedProperties: properties,
    isRollback: false,
  };
}

/** The safe default for whatever is unsafe; everything else stays. */
function desiredOf(
  names: readonly string[],
  changes: ToHarden,
  { settings: { policy } }: HardenContext,
): Desired {
  const policies = names.flatMap((name) => changes.get(name) ?? []).flatMap(policyIn);
  return {
    selection: { name: undefined, names, tags: {}, exclude: [], allowNoMatch: true },
    accountSettings: {},
    requireScanning: false,
    protectPulledWithinDays: protectedDaysOf(policy),
    onDelete: 'Restore',
    dryRun: false,
    tagMutability: undefined,
    scanOnPush: undefined,
    lifecyclePolicy: policies[0],
    whenSafer: 'Keep',
    claimsOnlyChanges: true,
    leave: leaving(changes),
  };
}

function policyIn(change: SettingChange): readonly string[] {
  return change.setting === 'lifecyclePolicy' && change.after !== null ? [change.after] : [];
}

/** A lifecycle policy that somebody has put since is not replaced either. */
function leaving(changes: ToHarden): NonNullable<DesiredSettings['leave']> {
  return ({ repository, settings }) => {
    const wanted = (changes.get(repository.name) ?? []).map(({ setting }) => setting);
    const isPolicyThere = settings.lifecyclePolicy !== noPolicy;
    return allSettings
      .map(({ name }) => name)
      .filter((name) => !wanted.includes(name) || (name === 'lifecyclePolicy' && isPolicyThere));
  };
}
