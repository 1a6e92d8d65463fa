/** A repository as it is once it is hardened, without reading it again. Pure. */
import type { RegistryReading, RepositoryReading } from '../audit/reading.ts';
import { isUnknown, whenKnown } from '../core/known.ts';
import type { RepositoryResult, SettingChange } from './results.ts';

/** Whether it is not scanned although its own setting says so. */
export function isUnscanned({ audit }: Pick<RepositoryResult, 'audit'>): boolean {
  return audit !== undefined && !isUnknown(audit.scanned) && audit.scanned.frequency === 'MANUAL';
}

/** A repository as it is after the changes, of which ECR would say the same. */
export function withChanges(
  reading: RepositoryReading,
  changes: readonly SettingChange[],
  { scanType }: Pick<RegistryReading, 'scanType'>,
): RepositoryReading {
  let changed = reading;
  for (const change of changes)
    switch (change.setting) {
      case 'tagMutability':
        changed = { ...changed, tagMutability: change.after };
        break;
      case 'scanOnPush': {
        // With enhanced scanning the registry's rules alone decide.
        const scan = whenKnown(scanType, (type) =>
          type === 'ENHANCED' ? changed.scan : ({ frequency: 'SCAN_ON_PUSH', filters: [] } as const),
        );
        changed = { ...changed, scanOnPush: change.after, scan };
        break;
      }
      case 'lifecyclePolicy':
        changed = { ...changed, lifecyclePolicy: change.after ?? undefined };
        break;
      default:
        change satisfies never;
    }
  return changed;
}
