/** The settings of a repository that can be changed after it was created. Pure. */

import { isWeakerMutability, saferMutability } from './mutability-order.ts';
import { isSameScanOnPush, isWeakerScanOnPush } from './scan-on-push.ts';
import type { SettingName } from './settings.ts';
import { isSameMutability, type TagMutability } from './tag-mutability.ts';

/** The hash of a lifecycle policy (see `hashOfPolicy`), or `none` where the repository has none. */
export type PolicyHash = string;

export const noPolicy: PolicyHash = 'none';

/** The settings of one repository. */
export interface RepositorySettings {
  readonly tagMutability: TagMutability;
  readonly scanOnPush: boolean;
  /** Undefined where it was not read, since no resource manages it. */
  readonly lifecyclePolicy: PolicyHash | undefined;
}

/** The settings by name. */
export type WritableSettingName = Extract<SettingName, keyof RepositorySettings>;

/** One setting as a unit: everything that treats settings alike goes through this list. */
export interface Setting {
  readonly name: WritableSettingName;
  /** Whether both have the same value; a lifecycle policy that was not read equals any. */
  readonly equals: (one: RepositorySettings, other: RepositorySettings) => boolean;
  /** Whether the first is less safe than the second. There is no order between lifecycle policies. */
  readonly isWeaker: (one: RepositorySettings, other: RepositorySettings) => boolean;
  /** The settings with this one taken from others. */
  readonly take: (into: RepositorySettings, from: RepositorySettings) => RepositorySettings;
  /** The settings with this one at least as safe as in both; as in the first where there is no order. */
  readonly safer: (one: RepositorySettings, other: RepositorySettings) => RepositorySettings;
}

export const settings: readonly Setting[] = [
  {
    name: 'tagMutability',
    equals: (one, other) => isSameMutability(one.tagMutability, other.tagMutability),
    isWeaker: (one, other) => isWeakerMutability(one.tagMutability, other.tagMutability),
    take: (into, { tagMutability }) => ({ ...into, tagMutability }),
    safer: (one, other) => ({
      ...one,
      tagMutability: saferMutability(one.tagMutability, other.tagMutability),
    }),
  },
  {
    name: 'scanOnPush',
    equals: (one, other) => isSameScanOnPush(one.scanOnPush, other.scanOnPush),
    isWeaker: (one, other) => isWeakerScanOnPush(one.scanOnPush, other.scanOnPush),
    take: (into, { scanOnPush }) => ({ ...into, scanOnPush }),
    safer: (one, other) => ({ ...one, scanOnPush: one.scanOnPush || other.scanOnPush }),
  },
  {
    name: 'lifecyclePolicy',
    equals: ({ lifecyclePolicy: one }, { lifecyclePolicy: other }) =>
      one === undefined || other === undefined || one === other,
    isWeaker: () => false,
    take: (into, { lifecyclePolicy }) => ({ ...into, lifecyclePolicy }),
    safer: (one) => one,
  },
];

/** Whether two mean the same in every setting; one that was not read is not the same as one that was. */
export function isSameSettings(one: RepositorySettings, other: RepositorySettings): boolean {
  return one.lifecyclePolicy === other.lifecyclePolicy && settings.every(({ equals }) => equals(one, other));
}
