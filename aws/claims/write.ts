/** Writing the table: each item only if it has not changed since it was read. */
import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type Put,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mapConcurrently } from '../map-concurrently.ts';
import type { Table } from './call.ts';
import {
  type ClaimChange,
  type ClaimItem,
  encodeItem,
  isWrittenBy,
  keyAttribute,
  sizeOf,
  unixSeconds,
} from './claim-item.ts';
import { UnusableItem } from './unusable-item.ts';

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html: 100 items and 4 MB.
const maxItems = 100;
const maxBytes = 3_500_000;
const maxItemBytes = 400 * 1024;
const batchesAtOnce = 8;

/** One write of several items. */
interface Write {
  readonly table: Table;
  /** Every item of this write holds it, and no other does. */
  readonly id: string;
}

/**
 * Writes items, each if the stored version is the expected one.
 *
 * @returns the keys that were not written, since another request had changed them
 * @throws UnusableItem, before anything is written, if an item is too large for DynamoDB; other errors of DynamoDB: then some
 *   of the items may have been written
 */
export async function writeItems(table: Table, changes: readonly ClaimChange[]): Promise<readonly string[]> {
  const write = { table, id: randomUUID() };
  const conflicts = await mapConcurrently(
    batchesOf(changes),
    (batch) => writeBatch(write, batch),
    batchesAtOnce,
  );
  return conflicts.flat();
}

/**
 * Writes items in transactions; one that a conflict cancels is written not at all.
 *
 * @returns the keys that were not written
 * @throws as {@link writeItems}
 */
export async function writeItemsTogether(
  table: Table,
  changes: readonly ClaimChange[],
): Promise<readonly string[]> {
  const write = { table, id: randomUUID() };
  const conflicts = await mapConcurrently(
    batchesOf(changes),
    async (batch) => {
      const [first] = batch;
      const isWritten =
        batch.length === 1 && first !== undefined
          ? await writeOne(write, first)
          : (await writeTogether(write, batch)).size === 0;
      return isWritten ? [] : batch.map(({ item }) => item.key);
    },
    batchesAtOnce,
  );
  return conflicts.flat();
}

/** Whether one transaction takes all the items. */
export function fitOneTransaction(items: readonly ClaimItem[]): boolean {
  return batchesOf(items.map((item) => ({ item }))).length <= 1;
}

/** As many items as fit in a transaction. */
function batchesOf<Change extends Pick<ClaimChange, 'item'>>(changes: readonly Change[]): Change[][] {
  const batches: Change[][] = [];
  let bytes = 0;
  for (const change of changes) {
    const size = sizeOf(change.item);
    // DynamoDB's own refusal does not say of which item.
    if (size > maxItemBytes) throw new UnusableItem('too-large', change.item.key);
    const last = batches.at(-1);
    if (last === undefined || last.length === maxItems || bytes + size > maxBytes) {
      batches.push([change]);
      bytes = size;
    } else {
      last.push(change);
      bytes += size;
    }
  }
  return batches;
}

/** Writes a batch, and if a conflict cancels it, the items without one. @returns the keys in conflict */
async function writeBatch(write: Write, changes: readonly ClaimChange[]): Promise<readonly string[]> {
  const [first] = changes;
  if (first === undefined) return [];
  if (changes.length === 1) return (await writeOne(write, first)) ? [] : [first.item.key];
  const conflicts = await writeTogether(write, changes);
  if (conflicts.size === 0) return [];
  const rest = changes.filter(({ item }) => !conflicts.has(item.key));
  return [...conflicts, ...(await writeBatch(write, rest))];
}

/** Writes all or none. @returns the keys in conflict; empty: all are written */
async function writeTogether(
  { table, id }: Write,
  changes: readonly ClaimChange[],
): Promise<ReadonlySet<string>> {
  // The same at every attempt, so that one whose response was lost is not repeated.
  let ClientRequestToken = randomUUID();
  const TransactItems = changes.map((change) => ({ Put: putOf(table, id, change) }));
  return table.call('TransactWriteItems', async (client, options) => {
    const command = new TransactWriteItemsCommand({ ClientRequestToken, TransactItems });
    try {
      await client.send(command, options);
      return new Set<string>();
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error;
      // A cancelled transaction had no effect; AWS does not document the response to its token.
      ClientRequestToken = randomUUID();
      const failed = (error.CancellationReasons ?? []).flatMap(({ Code, Item }, index) => {
        const key = changes[index]?.item.key;
        return Code === 'ConditionalCheckFailed' && key !== undefined ? [{ key, old: Item }] : [];
      });
      if (failed.length === 0) throw error;
      // An earlier attempt, under its own token, has written all of them if it has written one.
      return new Set(failed.some(({ old }) => isWrittenBy(old, id)) ? [] : failed.map(({ key }) => key));
    }
  });
}

/** @returns whether the item is written */
async function writeOne({ table, id }: Write, change: ClaimChange): Promise<boolean> {
  const input = putOf(table, id, change);
  return table.call('PutItem', async (client, options) => {
    try {
      await client.send(new PutItemCommand(input), options);
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // An earlier attempt, whose response was lost, has written it.
      return isWrittenBy(error.Item, id);
    }
  });
}

function putOf(table: Table, id: string, { item, expected }: ClaimChange) {
  return {
    TableName: table.name,
    Item: encodeItem(item, id),
    ...(expected === 0 ? absent() : stillAt(expected)),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } satisfies Put;
}

/** Whether there is no item, or an expired one. */
function absent() {
  return {
    ConditionExpression: 'attribute_not_exists(#key) OR #expiresAt < :now',
    ExpressionAttributeNames: { '#key': keyAttribute, '#expiresAt': 'expiresAt' },
    ExpressionAttributeValues: { ':now': { N: String(unixSeconds()) } },
  };
}

function stillAt(version: number) {
  return {
    ConditionExpression: '#version = :expected',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':expected': { N: String(version) } },
  };
}
