/** How the bench's DynamoDB reads: by keys, and page by page. */
import { isList, type JsonObject, member } from '../../../../core/json.ts';
import { claimsTableName, keyIn, type StoredTable } from './claims-table.ts';
import { conditionOf, meets } from './claims-table-conditions.ts';
import { invalid, pathIn, present } from './claims-table-replies.ts';
import { ok, type Reply } from './reply.ts';

const maxKeys = 100;

export function batchKeys(input: JsonObject): readonly string[] {
  const keys = pathIn(input, 'RequestItems', claimsTableName, 'Keys');
  return keys !== undefined && isList(keys) ? keys.flatMap((key) => present(keyIn(key))) : [];
}

export function batchGetItem(table: StoredTable, input: JsonObject): Reply {
  const keys = batchKeys(input);
  if (keys.length < 1 || keys.length > maxKeys) return invalid(`1 to ${maxKeys} keys are taken`);
  if (new Set(keys).size < keys.length) return invalid('Provided list of item keys contains duplicates');
  if (pathIn(input, 'RequestItems', claimsTableName, 'ConsistentRead') !== true)
    return invalid('the bench answers consistent reads only');
  let bytes = 0;
  const fitting = keys.filter((key) => {
    bytes += JSON.stringify(table.items.get(key) ?? {}).length;
    return bytes <= table.maxAnswerBytes;
  });
  const reply = answerBatch(table, fitting, keys);
  const projection = pathIn(input, 'RequestItems', claimsTableName, 'ProjectionExpression');
  if (typeof projection !== 'string') return reply;
  const names = pathIn(input, 'RequestItems', claimsTableName, 'ExpressionAttributeNames');
  const kept = projection.split(',').map((each) => pathIn(names ?? {}, each.trim()));
  if (!kept.every((name) => typeof name === 'string'))
    return invalid('An expression attribute name used in the document path is not defined');
  return projected(reply, kept);
}

function projected(reply: Reply, names: readonly string[]): Reply {
  const items = pathIn(reply.body, 'Responses', claimsTableName);
  if (items === undefined || !isList(items)) return reply;
  const projectedItems = items.map((item) =>
    Object.fromEntries(names.flatMap((name) => present(pathIn(item, name)).map((value) => [name, value]))),
  );
  return ok({ ...reply.body, Responses: { [claimsTableName]: projectedItems } });
}

export function answerBatch(table: StoredTable, answered: readonly string[], keys: readonly string[]): Reply {
  const rest = keys.filter((key) => !answered.includes(key)).map((key) => ({ repositoryArn: { S: key } }));
  return ok({
    Responses: { [claimsTableName]: answered.flatMap((key) => present(table.items.get(key))) },
    UnprocessedKeys: rest.length === 0 ? {} : { [claimsTableName]: { Keys: rest, ConsistentRead: true } },
  });
}

export function scan(table: StoredTable, input: JsonObject): Reply {
  const keys = [...table.items.keys()];
  const start = keyIn(member(input, 'ExclusiveStartKey'));
  const from = start === undefined ? 0 : keys.indexOf(start) + 1;
  const page = keys.slice(from, from + table.pageSize);
  const last = from + page.length < keys.length ? page.at(-1) : undefined;
  const filter = conditionOf(input, 'FilterExpression');
  const items = page.flatMap((key) => present(table.items.get(key)));
  return ok({
    Items: filter === undefined ? items : items.filter((item) => meets(item, filter)),
    ...(last === undefined ? {} : { LastEvaluatedKey: { repositoryArn: { S: last } } }),
  });
}
