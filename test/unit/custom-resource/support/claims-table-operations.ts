/** DynamoDB's operations that the bench speaks (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/). */
import { isList, isObject, type Json, type JsonObject, member } from '../../../../core/json.ts';
import { claimsTableName, keyIn, mayReplace, type StoredTable } from './claims-table.ts';
import { conditionOf } from './claims-table-conditions.ts';
import { answerBatch, batchGetItem, batchKeys, scan } from './claims-table-reads.ts';
import {
  cancelled,
  conditionFailed,
  failure,
  invalid,
  oldFor,
  pathIn,
  present,
} from './claims-table-replies.ts';
import type { BusyFault } from './faults.ts';
import { nameIn } from './registry.ts';
import { ok, type Reply } from './reply.ts';

/** The steps of a request that reach the table. */
export type ClaimsStep = 'read claims' | 'write claims' | 'find claims';

type Perform = (table: StoredTable, input: JsonObject) => Reply;

interface Spec {
  readonly step: ClaimsStep;
  readonly perform: Perform;
  /** The keys that a request is about. */
  readonly keysOf: (input: JsonObject) => readonly string[];
}

const maxItems = 100;
const maxItemBytes = 400 * 1024;
const maxTransactionBytes = 4 * 1024 * 1024;

const specs = {
  BatchGetItem: { step: 'read claims', perform: batchGetItem, keysOf: batchKeys },
  PutItem: { step: 'write claims', perform: putItem, keysOf: (input) => present(keyIn(input.Item)) },
  TransactWriteItems: {
    step: 'write claims',
    perform: transactWriteItems,
    keysOf: (input) => putsOf(input).flatMap((put) => present(keyIn(put.Item))),
  },
  Scan: { step: 'find claims', perform: scan, keysOf: (input) => present(holderIn(input)) },
} satisfies Readonly<Record<string, Spec>>;

export type ClaimsOperation = keyof typeof specs;

export function isClaimsOperation(operation: string | undefined): operation is ClaimsOperation {
  return operation !== undefined && Object.hasOwn(specs, operation);
}

/** What a call comes to. Its names are those of the keys' repositories, and keys of their own kind as they are. */
export function claimsWork(table: StoredTable, operation: ClaimsOperation, input: JsonObject) {
  const { step, keysOf }: Spec = specs[operation];
  return {
    operation,
    step,
    names: keysOf(input).map((key) => nameIn(key) ?? key),
    perform: () => perform(table, operation, input),
    busy: (fault: BusyFault) => busyReply(table, operation, input, fault),
  };
}

/** Does what DynamoDB does. */
function perform(table: StoredTable, operation: ClaimsOperation, input: JsonObject): Reply {
  const tables = [input, ...putsOf(input)].flatMap((each) => present(member(each, 'TableName')));
  const asked = member(input, 'RequestItems');
  const named = [...tables, ...(asked !== undefined && isObject(asked) ? Object.keys(asked) : [])];
  if (named.length === 0 || named.some((name) => name !== claimsTableName))
    return failure('ResourceNotFoundException', 'Requested resource not found');
  return specs[operation].perform(table, input);
}

/** What DynamoDB answers where others work on the same items, or where it leaves keys for later. */
function busyReply(
  table: StoredTable,
  operation: ClaimsOperation,
  input: JsonObject,
  fault: BusyFault,
): Reply {
  switch (fault) {
    case 'transaction conflict':
      return operation === 'TransactWriteItems'
        ? cancelled(
            putsOf(input).map((_put, index) => ({ Code: index === 0 ? 'TransactionConflict' : 'None' })),
          )
        : failure('TransactionConflictException', 'Transaction is ongoing for the item');
    case 'transaction in progress':
      return failure('TransactionInProgressException', 'The transaction is in progress');
    case 'throughput exceeded':
      return failure('ProvisionedThroughputExceededException', 'The level of throughput was exceeded');
    case 'keys unprocessed': {
      const keys = batchKeys(input);
      return answerBatch(table, keys.slice(0, Math.floor(keys.length / 2)), keys);
    }
    default:
      return fault satisfies never;
  }
}

function putItem(table: StoredTable, input: JsonObject): Reply {
  const wrong = problemOf(input);
  if (wrong !== undefined) return invalid(wrong);
  const old = oldOf(table, input);
  if (!mayReplace(old, conditionOf(input, 'ConditionExpression'))) return conditionFailed(input, old);
  put(table, input);
  return ok({});
}

function transactWriteItems(table: StoredTable, input: JsonObject): Reply {
  const puts = putsOf(input);
  const keys = puts.map(({ Item }) => keyIn(Item));
  if (puts.length < 1 || puts.length > maxItems) return invalid(`1 to ${maxItems} items are taken`);
  if (new Set(keys).size < keys.length)
    return invalid('Transaction request cannot include multiple operations on one item');
  if (JSON.stringify(puts).length > maxTransactionBytes) return invalid('A transaction has at most 4 MB');
  const { ClientRequestToken: token, ...asked } = input;
  const text = JSON.stringify(asked);
  const earlier = typeof token === 'string' ? table.done.get(token) : undefined;
  if (earlier !== undefined)
    return earlier === text
      ? ok({})
      : failure('IdempotentParameterMismatchException', 'The token stands for another request');
  const reasons = puts.map((each) => reasonAgainst(table, each));
  if (reasons.some(({ Code }) => Code !== 'None')) return cancelled(reasons);
  for (const each of puts) put(table, each);
  if (typeof token === 'string') table.done.set(token, text);
  return ok({});
}

function reasonAgainst(table: StoredTable, put: JsonObject): JsonObject & { readonly Code: string } {
  const wrong = problemOf(put);
  if (wrong !== undefined) return { Code: 'ValidationError', Message: wrong };
  const old = oldOf(table, put);
  if (mayReplace(old, conditionOf(put, 'ConditionExpression'))) return { Code: 'None' };
  const Message = 'The conditional request failed';
  return { Code: 'ConditionalCheckFailed', Message, ...oldFor(put, old) };
}

/** The holder whose items a Scan looks for, which stands for its key here. */
function holderIn(input: JsonObject): string | undefined {
  const holder = pathIn(input, 'ExpressionAttributeValues', ':holder', 'S');
  return typeof holder === 'string' ? holder : undefined;
}

function put(table: StoredTable, { Item }: JsonObject): void {
  const key = keyIn(Item);
  if (key !== undefined && Item !== undefined && isObject(Item)) table.items.set(key, Item);
}

function problemOf({ Item }: JsonObject): string | undefined {
  if (keyIn(Item) === undefined) return 'One of the required keys was not given a value';
  return sizeOf(Item) > maxItemBytes ? 'Item size has exceeded the maximum allowed size' : undefined;
}

/** As DynamoDB counts: names and values, without the notation. */
function sizeOf(value: Json | undefined): number {
  if (value === undefined || value === null) return 0;
  if (!isObject(value) && !isList(value)) return Buffer.byteLength(String(value));
  if (isList(value)) return value.reduce<number>((sum, each) => sum + sizeOf(each), 0);
  return Object.entries(value).reduce(
    (sum, [name, each]) => sum + (/^(S|N|SS)$/.test(name) ? 0 : Buffer.byteLength(name)) + sizeOf(each),
    0,
  );
}

function oldOf(table: StoredTable, { Item }: JsonObject): JsonObject | undefined {
  return table.items.get(keyIn(Item) ?? '');
}

function putsOf(input: JsonObject): readonly JsonObject[] {
  const items = member(input, 'TransactItems');
  const puts = items !== undefined && isList(items) ? items.map((item) => pathIn(item, 'Put')) : [];
  return puts.flatMap((each) => (each !== undefined && isObject(each) ? [each] : []));
}
