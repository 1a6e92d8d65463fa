/** The desired state of the repositories that a request selects. */
import type { WritableSettingName } from '../core/settings/repository-settings.ts';
import type { TagMutability } from '../core/settings/tag-mutability.ts';
import type { ObservedRepository } from './observe.ts';
import { exactName, type Selection } from './selection.ts';

/** What every selected repository is to be set to; undefined where the safe default is wanted. */
export interface DesiredSettings {
  readonly tagMutability: TagMutability | undefined;
  readonly scanOnPush: boolean | undefined;
  /** The policy's text; undefined: the repository's own, or none, stays. */
  readonly lifecyclePolicy: string | undefined;
  /** Whether that text is built from parameters: the same properties may then mean another text later on. */
  readonly isPolicyBuilt?: boolean;
  /** Refuse if not given. */
  readonly whenSafer?: WhenSafer;
  /** The settings of a repository that stay as they are, whatever is desired; none if not given. */
  readonly leave?: (observed: ObservedRepository) => readonly WritableSettingName[];
  /** Whether a repository in which nothing is to be written gets no claim, and a claim on it stays where it is. */
  readonly claimsOnlyChanges?: boolean;
}

/** What is done where a repository is safer. */
export function whenSaferOf({ whenSafer = 'Refuse' }: DesiredSettings): WhenSafer {
  return whenSafer;
}

/** What becomes of a repository's settings when the resource is deleted or no longer selects it. */
export const onDeletes = ['Retain', 'Restore'] as const;
export type OnDelete = (typeof onDeletes)[number];

/** What a request does where a repository is safer than it asks for: it fails, or leaves that setting as it is. */
export const whenSaferModes = ['Refuse', 'Keep'] as const;
export type WhenSafer = (typeof whenSaferModes)[number];

/** The desired state. */
export interface Desired extends DesiredSettings {
  /** Undefined: no repository, only account settings. */
  readonly selection: Selection | undefined;
  readonly accountSettings: Readonly<Record<string, string>>;
  /** Whether a repository that is not scanned in effect is a failure. */
  readonly requireScanning: boolean;
  /** Images pulled within this number of days must not expire by the lifecycle policy; 0 turns the check off. */
  readonly protectPulledWithinDays: number;
  readonly onDelete: OnDelete;
  /** Whether changes are only reported, not made. */
  readonly dryRun: boolean;
}

/** The sender of the request. */
export interface Requester {
  /** The physical ID of the resource. */
  readonly holder: string;
  /** The ARN of its stack. */
  readonly stack: string;
  /** The hash of the request. */
  readonly request: string;
  /** The hash of the properties. */
  readonly properties: string;
  /** The hash of the properties that an Update replaces; of the request for a Create. */
  readonly replacedProperties: string;
  /**
   * Whether CloudFormation is rolling back, where the caller knows; undefined: the hashes of the properties decide, by the
   * claims. A rollback is not refused: what would be less safe is kept and reported.
   */
  readonly isRollback?: boolean | undefined;
}

/** What an Update replaces, as far as it matters for repositories that are no longer selected. */
export interface Replaced {
  readonly onDelete: OnDelete;
  /** Whether the selection has changed, so that the holder may have claims on other repositories. */
  readonly isSelectionChanged: boolean;
  readonly protectPulledWithinDays: number;
  /** Whether it was a dry run, which had changed nothing. */
  readonly isDryRun: boolean;
}

/** One request to bring repositories to their desired settings. */
export interface ReconcileRequest {
  readonly desired: Desired;
  readonly requester: Requester;
  /** Undefined for the first request of a holder. */
  readonly replaced: Replaced | undefined;
}

/** Whether a request names one repository: then its deletion meanwhile is a failure. */
export function isSingle({ selection }: Pick<Desired, 'selection'>): boolean {
  return selection !== undefined && exactName(selection) !== undefined;
}
