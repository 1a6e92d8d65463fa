/**
 * The claims table. An item's body is JSON that `core/claims` defines; here it is text.
 */
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { callsOf } from '../calls.ts';
import { clientSettings, type Environment } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';
import { waitingForOthers } from './call.ts';
import type { ClaimChange, ClaimItem } from './claim-item.ts';
import { readItems, readVersions, scanItems } from './read.ts';
import { writeItems, writeItemsTogether } from './write.ts';

export type { ClaimChange, ClaimItem } from './claim-item.ts';
export { fitOneTransaction } from './write.ts';

/**
 * The calls. Each may throw errors of the SDK, or OutOfTime; throttling, transient faults and transactions of other
 * requests on the same items are retried. A retry after a lost response is not a conflict.
 */
export interface ClaimsTable {
  /** The items of those keys that exist and have not expired: consistent reads by 100. */
  read(keys: readonly string[]): Promise<ReadonlyMap<string, ClaimItem>>;
  /** The versions of those items, without the items themselves. */
  versions(keys: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * Writes each item if the stored version is `expected` (0: there is none), in transactions of up to 100 items; if a
   * conflict cancels one, the items without a conflict are written without it.
   *
   * @returns the keys that were not written, since another request had changed them
   */
  write(changes: readonly ClaimChange[]): Promise<readonly string[]>;
  /**
   * The same, but a transaction that a conflict cancels is written not at all: all the items or none where
   * `fitOneTransaction`.
   */
  writeTogether(changes: readonly ClaimChange[]): Promise<readonly string[]>;
  /** Every item that names the holder: a consistent scan. */
  heldBy(holder: string): Promise<readonly ClaimItem[]>;
  /** Every item, page by page. */
  all(): AsyncIterable<ClaimItem>;
}

/** The table, for as long as it is used. */
export interface ClaimsConnection {
  /** The calls, each of which is given up at the deadline. */
  until(deadline: Deadline): ClaimsTable;
  close(): void;
}

/** The table: that of a function's environment, or one by name. */
export type ClaimsOptions =
  /** ClaimsTable (the table's name), AWS_REGION, and AWS_ENDPOINT_URL_DYNAMODB or AWS_ENDPOINT_URL where that is meant. */
  | { readonly environment: Environment }
  | {
      readonly tableName: string;
      readonly client: Pick<DynamoDBClientConfig, 'region' | 'credentials' | 'profile' | 'endpoint'>;
    };

/** @throws Error if the environment has no table */
export function connectClaims(options: ClaimsOptions): ClaimsConnection {
  const { tableName, client } =
    'environment' in options
      ? {
          tableName: options.environment.ClaimsTable ?? '',
          client: clientSettings(options.environment, 'DYNAMODB'),
        }
      : options;
  if (tableName === '') throw new Error('the environment names no ClaimsTable');
  const calls = callsOf(
    () =>
      new DynamoDBClient({
        maxAttempts: 1,
        // Set explicitly, so that none of the SDK's loaders for them runs; one table needs neither.
        accountIdEndpointMode: 'disabled',
        endpointDiscoveryEnabled: false,
        ...client,
      }),
  );
  return {
    until(deadline) {
      const table = { name: tableName, call: waitingForOthers(calls.until(deadline), deadline), deadline };
      return {
        read: (keys) => readItems(table, keys),
        versions: (keys) => readVersions(table, keys),
        write: (changes) => writeItems(table, changes),
        writeTogether: (changes) => writeItemsTogether(table, changes),
        heldBy: (holder) => collect(scanItems(table, holder)),
        all: () => scanItems(table),
      };
    },
    close: calls.close,
  };
}

async function collect<Entry>(entries: AsyncIterable<Entry>): Promise<readonly Entry[]> {
  const list: Entry[] = [];
  for await (const entry of entries) list.push(entry);
  return list;
}
