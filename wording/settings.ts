/** Settings of a repository in words. Pure. */
import type { WritableSettingName } from '../core/settings/repository-settings.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';

/** A tag mutability with its exclusions, such as `IMMUTABLE_WITH_EXCLUSION latest dev-*`. */
export function mutabilityWords({ mutability, exclusions }: TagMutability): string {
  return [mutability, ...exclusions].join(' ');
}

/** The properties of AWS::ECR::Repository for the settings. */
const properties: Readonly<Record<WritableSettingName, string>> = {
  tagMutability: 'ImageTagMutability',
  scanOnPush: 'ImageScanningConfiguration',
  lifecyclePolicy: 'LifecyclePolicy',
};

/** Such as `ImageTagMutability and LifecyclePolicy`. */
export function settingList(names: readonly WritableSettingName[]): string {
  const words = names.map((name) => properties[name]);
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
