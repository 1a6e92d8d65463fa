/** The table of claims that the bench's DynamoDB holds, in memory. */
import { type ClaimItem, decodeItem, encodeItem } from '../../../../aws/claims/claim-item.ts';
import { isObject, type JsonObject, member } from '../../../../core/json.ts';
import { type Condition, meets } from './claims-table-conditions.ts';

export const claimsTableName = 'bench-claims';

/** What tests see of the table, and change in it behind the back of the custom resource. */
export interface StubClaimsTable {
  /** The item of a key, by its repository's ARN or its own name. */
  get(key: string): ClaimItem | undefined;
  /** Puts an item, whatever stands there; undefined takes it away. */
  set(key: string, item: ClaimItem | undefined): void;
  /** All items, in the order in which their keys came. */
  list(): readonly ClaimItem[];
  /** How many items a page of a Scan looks at. */
  pageSize: number;
  /** How many bytes an answer of BatchGetItem may have; the keys that are over it are left unprocessed. */
  maxAnswerBytes: number;
}

/** The same as its operations see it: items in DynamoDB's notation, by their key. */
export interface StoredTable extends StubClaimsTable {
  readonly items: Map<string, JsonObject>;
  /** The transactions that were done, by their token: what was asked. */
  readonly done: Map<string, string>;
}

export function emptyClaimsTable(): StoredTable {
  const items = new Map<string, JsonObject>();
  return {
    items,
    done: new Map(),
    pageSize: Number.POSITIVE_INFINITY,
    maxAnswerBytes: 16_000_000,
    get: (key) => {
      const found = items.get(key);
      return found && decodeItem(JSON.parse(JSON.stringify(found)));
    },
    set(key, item) {
      if (item === undefined) items.delete(key);
      else items.set(key, JSON.parse(JSON.stringify(encodeItem(item, 'by the test'))));
    },
    list: () => [...items.values()].map((found) => decodeItem(JSON.parse(JSON.stringify(found)))),
  };
}

/** The key in an item or in a request's Key. */
export function keyIn(attributes: unknown): string | undefined {
  const key = isObject(attributes) ? member(attributes, 'repositoryArn') : undefined;
  const text = key !== undefined && isObject(key) ? member(key, 'S') : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** Whether an item may be replaced, by the condition that came with it. */
export function mayReplace(item: JsonObject | undefined, condition: Condition | undefined): boolean {
  return condition === undefined || meets(item, condition);
}
