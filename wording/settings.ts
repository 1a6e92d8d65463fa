/** Settings of a repository in words. Pure. */
import type { SettingName } from '../core/settings/repository-settings.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';

/** A tag mutability with its exclusions, such as `IMMUTABLE_WITH_EXCLUSION latest dev-*`. */
export function mutabilityWords({ mutability, exclusions }: TagMutability): string {
  return [mutability, ...exclusions].join(' ');
}

/** Such as `ImageTagMutability and LifecyclePolicy`. */
export function settingList(names: readonly SettingName[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
