/** DynamoDB's answers, and how its requests are read. */
import { isObject, type Json, type JsonObject, member } from '../../../../core/json.ts';
import type { Reply } from './reply.ts';

export function oldFor(input: JsonObject, old: JsonObject | undefined): JsonObject {
  return old !== undefined && member(input, 'ReturnValuesOnConditionCheckFailure') === 'ALL_OLD'
    ? { Item: old }
    : {};
}

export function pathIn(value: Json, ...path: readonly string[]): Json | undefined {
  let at: Json | undefined = value;
  for (const key of path) at = at !== undefined && isObject(at) ? member(at, key) : undefined;
  return at;
}

export function present<Value>(value: Value | undefined): readonly Value[] {
  return value === undefined ? [] : [value];
}

export function conditionFailed(input: JsonObject, old: JsonObject | undefined): Reply {
  return failure('ConditionalCheckFailedException', 'The conditional request failed', oldFor(input, old));
}

export function cancelled(reasons: readonly JsonObject[]): Reply {
  return failure(
    'TransactionCanceledException',
    'Transaction cancelled, please refer cancellation reasons for specific reasons',
    { CancellationReasons: reasons },
  );
}

export function invalid(message: string): Reply {
  return failure('ValidationException', message);
}

export function failure(type: string, message: string, more: JsonObject = {}): Reply {
  return { status: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message, ...more } };
}
