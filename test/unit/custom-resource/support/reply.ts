/** Answers in the protocol of AWS JSON 1.1. */
import { type JsonObject, member } from '../../../../core/json.ts';

/** A status and a body. */
export interface Reply {
  readonly status: number;
  readonly body: JsonObject;
}

export function ok(body: JsonObject): Reply {
  return { status: 200, body };
}

export function errorReply(status: number, type: string, message: string): Reply {
  return { status, body: { __type: `com.amazonaws.ecr#${type}`, message } };
}

export function invalid(message: string): Reply {
  return errorReply(400, 'InvalidParameterException', message);
}

interface Listing<Item> {
  readonly items: readonly Item[];
  /** Tells the items apart; a token is the last key shown, so that what is added meanwhile shifts no page. */
  readonly keyOf: (item: Item) => string;
  readonly maxResults: number;
}

/** One page of a list, by the request's `maxResults` (100 when left out) and `nextToken`. */
export function pageReply<Item>(
  input: JsonObject,
  { items, keyOf, maxResults }: Listing<Item>,
  bodyOf: (page: readonly Item[]) => JsonObject,
): Reply {
  const size = member(input, 'maxResults') ?? 100;
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || size > maxResults)
    return invalid(`Invalid parameter at 'maxResults': it must be 1 to ${maxResults}`);
  const token = member(input, 'nextToken');
  const last = typeof token === 'string' ? Buffer.from(token, 'base64url').toString() : undefined;
  const start = last === undefined ? 0 : items.findIndex((item) => keyOf(item) === last) + 1;
  if (last !== undefined && start === 0) return invalid("Invalid parameter at 'nextToken'");
  const page = items.slice(start, start + size);
  const end = page.at(-1);
  const isMore = end !== undefined && start + size < items.length;
  return ok({
    ...bodyOf(page),
    ...(isMore ? { nextToken: Buffer.from(keyOf(end)).toString('base64url') } : {}),
  });
}
