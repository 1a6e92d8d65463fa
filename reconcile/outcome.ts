/** The result of a request, as data; `wording/` has the sentences. */
import type { WritableSettingName } from '../core/settings/repository-settings.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';
import type { AccountChange } from './account-settings.ts';
import type { HarmSummary, ImageInUse, PolicyCheck } from './guard.ts';
import type { Scanning } from './scanning.ts';
import type { UnreadUsage } from './usage-look.ts';

/** Why the desired settings of one repository are refused. */
export type RepositoryRefusal =
  /** Enforcement: Reject. */
  | {
      readonly code: 'enforced';
      readonly repository: string;
      readonly tagMutability: TagMutability | undefined;
      readonly isScanOff: boolean;
    }
  /** Less safe than it is. */
  | {
      readonly code: 'weakens';
      readonly repository: string;
      readonly losses: readonly Loss[];
      /** Some of them only the keeper has hardened, which the repository's tag can exempt. */
      readonly isKeepers?: boolean;
    }
  | { readonly code: 'too-many-claims'; readonly repository: string };

/** One setting that would become less safe. */
export type Loss =
  | {
      readonly setting: 'tagMutability';
      readonly from: TagMutability;
      readonly to: TagMutability;
    }
  | { readonly setting: Exclude<WritableSettingName, 'tagMutability'> };

/** A setting that reads back with another value than was written. */
export type Mismatch =
  | { readonly code: 'missing' }
  | { readonly code: 'tag-mutability'; readonly actual: TagMutability }
  | { readonly code: 'scan-on-push'; readonly actual: boolean }
  | { readonly code: 'lifecycle-policy' };

/** Why a request is refused. */
export type Refusal =
  | { readonly code: 'account-weakened'; readonly changes: readonly AccountChange[] }
  /** AllowAccountSettings is false. */
  | { readonly code: 'account-not-allowed'; readonly changes: readonly AccountChange[] }
  | { readonly code: 'not-found'; readonly repository: string }
  | { readonly code: 'no-match'; readonly patterns: readonly string[] }
  | { readonly code: 'nothing-selected' }
  | { readonly code: 'too-many'; readonly count: number; readonly max: number }
  | { readonly code: 'repositories-refused'; readonly refusals: readonly RepositoryRefusal[] }
  | {
      readonly code: 'out-of-time';
      readonly repositories: number;
      readonly writes: number;
      readonly neededMs: number;
      readonly leftMs: number;
    }
  | { readonly code: 'images-in-use'; readonly images: readonly ImageInUse[]; readonly withinDays: number }
  /** A policy would expire images, and a required source that may say that they are in use was not read. */
  | {
      readonly code: 'usage-unread';
      readonly repositories: readonly string[];
      readonly unread: readonly UnreadUsage[];
    }
  /** ProtectPulledWithinDays is 0, and AllowExpiringImagesInUse is false. */
  | { readonly code: 'expiry-not-allowed'; readonly repositories: readonly string[] }
  | { readonly code: 'deleted'; readonly repository: string; readonly while: 'read' | 'written' }
  | { readonly code: 'not-in-effect'; readonly repository: string; readonly mismatch: Mismatch }
  | { readonly code: 'not-scanned'; readonly scanning: Scanning }
  /** Another request is changing it. */
  | { readonly code: 'in-flight'; readonly repository: string; readonly holder: string };

/** A note about a request that succeeds. */
export type Note =
  | { readonly code: 'taken-over'; readonly repository: string; readonly from: string }
  | { readonly code: 'returns-to'; readonly repository: string; readonly holder: string }
  | {
      readonly code: 'changed-by-others';
      readonly repository: string;
      readonly settings: readonly WritableSettingName[];
    }
  /** A lifecycle policy is not restored if it would expire images in use, or if that is unknown. */
  | ({ readonly code: 'policy-not-put-back'; readonly repository: string } & HarmSummary)
  /** A dry run, of what would be refused. */
  | {
      readonly code: 'policy-would-be-refused';
      readonly repository: string;
      readonly check: PolicyCheck;
      readonly withinDays: number;
    }
  /** Sources of evidence that are not required; what they would have said is not known. */
  | { readonly code: 'usage-unread'; readonly unread: readonly UnreadUsage[] }
  /**
   * A rollback is not refused, and neither is a request with `WhenSafer: Keep` (`left-safer`): a setting that it would
   * make less safe is kept.
   */
  | {
      readonly code: 'kept-safer' | 'left-safer';
      readonly repository: string;
      readonly settings: readonly WritableSettingName[];
    }
  | { readonly code: 'deleted'; readonly repository: string }
  /** What a rollback keeps or leaves, where another request would be refused. */
  | { readonly code: 'account-kept-safer' | 'account-kept'; readonly names: readonly string[] }
  | { readonly code: 'nothing-matches' }
  | { readonly code: 'not-scanned'; readonly repositories: readonly string[] }
  | { readonly code: 'properties-refused' };
