import type { Known } from '../known.ts';
import type { Encryption } from './encryption.ts';
import type { RepositoryPolicy } from './repository-policy.ts';
import type { Retention } from './retention.ts';
import type { TagMutability } from './tag-mutability.ts';
import type { RepositoryTags } from './tags.ts';

/** The settings of a repository that controls check. */
export interface Settings {
  readonly tagMutability: TagMutability;
  /** For a live repository the effective setting: a rule of the registry can scan pushed images too. */
  readonly scanOnPush: boolean;
  /** The lifecycle policy's text. */
  readonly lifecyclePolicy: string;
  readonly repositoryPolicy: RepositoryPolicy;
  /** Whether it is kept if its stack is deleted; a live repository has no such setting. */
  readonly retention: Retention;
  readonly encryption: Encryption;
  readonly tags: RepositoryTags;
}

export type SettingName = keyof Settings;

/** The known settings of a repository: undefined is absent, and a setting that is left out was not read. */
export type KnownSettings = { readonly [Name in SettingName]?: Known<Settings[Name] | undefined> };
