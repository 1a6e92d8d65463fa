/** Writes the settings of one repository, the irreversible one last. */
import { isSameMutability } from '../core/settings/tag-mutability.ts';
import type { ReconcileContext } from './context.ts';
import { hashOfPolicy } from './hash.ts';
import type { ObservedRepository } from './observe.ts';
import type { Writes } from './writes.ts';

type ApplyContext = Pick<ReconcileContext, 'ecr' | 'undoLog' | 'throwIfStopped'>;

/** Writes what differs; each write can be undone. */
export async function applyChanges(
  { repository, policyText }: ObservedRepository,
  { tagMutability, scanOnPush, lifecyclePolicy }: Writes,
  { ecr, undoLog, throwIfStopped }: ApplyContext,
): Promise<void> {
  const { name } = repository;
  if (tagMutability !== undefined) {
    throwIfStopped();
    await undoLog.run(name, {
      setting: 'ImageTagMutability',
      do: () => ecr.putTagMutability(name, tagMutability),
      undo: (late) => late.putTagMutability(name, repository.tagMutability),
      isAsBefore: async (late) => {
        const now = await late.repository(name);
        return now !== undefined && isSameMutability(now.tagMutability, repository.tagMutability);
      },
    });
  }
  if (scanOnPush !== undefined) {
    throwIfStopped();
    await undoLog.run(name, {
      setting: 'ImageScanningConfiguration',
      do: () => ecr.putScanOnPush(name, scanOnPush),
      undo: (late) => late.putScanOnPush(name, repository.scanOnPush),
      isAsBefore: async (late) => (await late.repository(name))?.scanOnPush === repository.scanOnPush,
    });
  }
  if (lifecyclePolicy === undefined) return;
  throwIfStopped();
  await undoLog.run(name, {
    setting: 'LifecyclePolicy',
    do: () =>
      lifecyclePolicy === null
        ? ecr.deleteLifecyclePolicy(name)
        : ecr.putLifecyclePolicy(name, lifecyclePolicy),
    undo: (late) =>
      policyText === undefined ? late.deleteLifecyclePolicy(name) : late.putLifecyclePolicy(name, policyText),
    isAsBefore: async (late) => hashOfPolicy(await late.lifecyclePolicy(name)) === hashOfPolicy(policyText),
  });
}
