import type { Known } from '../known.ts';
import type { Encryption } from './encryption.ts';
import type { RepositoryPolicy } from './repository-policy.ts';
import type { Retention } from './retention.ts';
import type { TagMutability } from './tag-mutability.ts';
import type { RepositoryTags } from './tags.ts';

/** Everything that a repository can be set to and that controls look at. */
export interface Settings {
  readonly tagMutability: TagMutability;
  /** Of a live repository: whether pushed images are in effect scanned, also by a rule of the registry. */
  readonly scanOnPush: boolean;
  /** The lifecycle policy's text. */
  readonly lifecyclePolicy: string;
  readonly repositoryPolicy: RepositoryPolicy;
  /** What becomes of it with its stack; a live repository has none. */
  readonly retention: Retention;
  readonly encryption: Encryption;
  readonly tags: RepositoryTags;
}

export type SettingName = keyof Settings;

/** What is known of a repository's settings: undefined is absent, and a setting that is left out was not looked at. */
export type KnownSettings = { readonly [Name in SettingName]?: Known<Settings[Name] | undefined> };
