/** Reading the table, always consistently: the latest write of another request matters. */
import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import { chunks } from '../chunks.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages } from '../pages.ts';
import { backOff, type Table } from './call.ts';
import { type Attributes, type ClaimItem, decodeItem, isExpired, keyOf, unixSeconds } from './claim-item.ts';

// BatchGetItem takes so many keys.
const maxKeys = 100;
const batchesAtOnce = 8;

/** The items of those keys, by their key. */
export async function readItems(
  table: Table,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ClaimItem>> {
  // A repeated key fails the batch.
  const batches = chunks([...new Set(keys)], maxKeys);
  const found = await mapConcurrently(batches, (batch) => readBatch(table, batch), batchesAtOnce);
  return new Map(current(found.flat()).map((item) => [item.key, item]));
}

async function readBatch(
  { name, call, deadline }: Table,
  keys: readonly string[],
): Promise<readonly Attributes[]> {
  const found: Attributes[] = [];
  let asked: Attributes[] = keys.map(keyOf);
  for (let attempt = 0; ; ) {
    const output: BatchGetItemCommandOutput = await call('BatchGetItem', (client, options) =>
      client.send(
        new BatchGetItemCommand({ RequestItems: { [name]: { Keys: asked, ConsistentRead: true } } }),
        options,
      ),
    );
    found.push(...Object.values(output.Responses ?? {}).flat());
    // By the table's name or its ARN, as in the request.
    const unprocessed = Object.values(output.UnprocessedKeys ?? {}).flatMap(({ Keys }) => Keys ?? []);
    if (unprocessed.length === 0) return found;
    // A response ends at 16 MB, which needs no waiting; one without any item means that the table is busy.
    attempt = unprocessed.length < asked.length ? 0 : attempt + 1;
    asked = unprocessed;
    if (attempt > 0) await backOff(attempt, deadline);
  }
}

/** Every item, or those that name the holder. */
export async function* scanItems(
  { name, call }: Table,
  holder?: string,
): AsyncGenerator<ClaimItem, void, void> {
  const filter: Partial<ScanCommandInput> =
    holder === undefined
      ? {}
      : {
          FilterExpression: 'contains(#holders, :holder)',
          ExpressionAttributeNames: { '#holders': 'holders' },
          ExpressionAttributeValues: { ':holder': { S: holder } },
        };
  const read = (start: Attributes | undefined) =>
    call('Scan', (client, options) =>
      client.send(
        new ScanCommand({
          TableName: name,
          ConsistentRead: true,
          ...filter,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
        options,
      ),
    );
  for await (const { Items = [] } of pages(read, ({ LastEvaluatedKey }) => LastEvaluatedKey))
    yield* current(Items);
}

/** Without expired items, which DynamoDB deletes later. */
function current(found: readonly Attributes[]): readonly ClaimItem[] {
  const now = unixSeconds();
  return found.map(decodeItem).filter((item) => !isExpired(item, now));
}
