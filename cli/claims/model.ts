/** What `ecr-hardening claims` knows of the table's items, whose meaning is the core's. */
import type { ClaimItem } from '../../aws/claims/claims-table.ts';
import type { DriftState } from '../../core/claims/drift-state.ts';

/** The part of a record that a listing shows; times are milliseconds since 1970. */
export interface RecordView {
  readonly repositoryArn: string;
  /** The newest last. */
  readonly claims: readonly {
    /** The physical ID of the resource. */
    readonly holder: string;
    /** The ARN of its stack. */
    readonly stack: string;
    readonly since: number;
  }[];
  /** A change that has begun and not ended; after `until` its process is gone. */
  readonly inFlight: { readonly holder: string; readonly until: number } | undefined;
  /** What others have undone of the keeper's hardening. */
  readonly drift?: DriftState;
}

/** How items are read and changed. */
export interface ClaimModel {
  /** @returns undefined where the item's body is not a record */
  decode(item: ClaimItem): RecordView | undefined;
  /** The item to write after it, without anything of the holder's; no setting is to change. */
  release(item: ClaimItem, holder: string, now: number): ClaimItem;
  /** The item to write after it, in which nothing was undone; no claim and no setting is to change. */
  resume(item: ClaimItem): ClaimItem;
}

/** A record, and the item that holds it. */
export interface StoredRecord {
  readonly item: ClaimItem;
  readonly record: RecordView;
}

/** The name in a repository's ARN; undefined where the ARN is none of a repository. */
export function repositoryIn(arn: string): string | undefined {
  return /^arn:[^:]+:ecr:[^:]+:\d{12}:repository\/(.+)$/.exec(arn)?.[1];
}
