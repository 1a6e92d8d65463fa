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
import {
  type Attributes,
  type ClaimItem,
  decodeItem,
  decodeVersion,
  isExpired,
  keyOf,
  unixSeconds,
  versionAttributes,
} from './claim-item.ts';

// BatchGetItem takes so many keys.
const maxKeys = 100;
// An answer may have 16 MB, and the smallest function 512.
const itemBatchesAtOnce = 10;
const versionBatchesAtOnce = 32;

/** The items of those keys, by their key. */
export async function readItems(
  table: Table,
  keys: readonly string[],
): Promise<ReadonlyMap<string, ClaimItem>> {
  const found = await readBatches(table, keys, { atOnce: itemBatchesAtOnce });
  return new Map(current(found.map(decodeItem)).map((item) => [item.key, item]));
}

/** The versions of the items of those keys, by their key; nothing else of the items is sent. */
export async function readVersions(
  table: Table,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const found = await readBatches(table, keys, {
    atOnce: versionBatchesAtOnce,
    attributes: versionAttributes,
  });
  return new Map(current(found.map(decodeVersion)).map(({ key, version }) => [key, version]));
}

interface Reading {
  /** How many batches are read at once. */
  readonly atOnce: number;
  /** Names of those to send; left out: all. */
  readonly attributes?: readonly string[];
}

async function readBatches(
  table: Table,
  keys: readonly string[],
  { atOnce, attributes }: Reading,
): Promise<readonly Attributes[]> {
  // A repeated key fails the batch.
  const batches = chunks([...new Set(keys)], maxKeys);
  const projection = attributes === undefined ? {} : projectionOf(attributes);
  const found = await mapConcurrently(batches, (batch) => readBatch(table, batch, projection), atOnce);
  return found.flat();
}

/** Each name is stood for by another one, since DynamoDB reserves many words. */
function projectionOf(attributes: readonly string[]) {
  return {
    ProjectionExpression: attributes.map((_name, index) => `#${index}`).join(', '),
    ExpressionAttributeNames: Object.fromEntries(attributes.map((name, index) => [`#${index}`, name])),
  };
}

async function readBatch(
  { name, call, deadline }: Table,
  keys: readonly string[],
  projection: Partial<ReturnType<typeof projectionOf>>,
): Promise<readonly Attributes[]> {
  const found: Attributes[] = [];
  let asked: Attributes[] = keys.map(keyOf);
  for (let attempt = 0; ; ) {
    const output: BatchGetItemCommandOutput = await call('BatchGetItem', (client, options) =>
      client.send(
        new BatchGetItemCommand({
          RequestItems: { [name]: { Keys: asked, ConsistentRead: true, ...projection } },
        }),
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
    yield* current(Items.map(decodeItem));
}

/** Without expired items, which DynamoDB deletes later. */
function current<Item extends Pick<ClaimItem, 'expiresAt'>>(found: readonly Item[]): readonly Item[] {
  const now = unixSeconds();
  return found.filter((item) => !isExpired(item, now));
}
