/** One item of the table of claims, and how DynamoDB stores it. */
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { UnusableItem } from './unusable-item.ts';

/** One item: a repository, or a request to a holder to stop. */
export interface ClaimItem {
  /** The repository's ARN, or the request's own key. */
  readonly key: string;
  /** From 1; every write counts it up. */
  readonly version: number;
  readonly holders: readonly string[];
  /** JSON text, at most about 350 KB: an item ends at 400 KB. */
  readonly body: string;
  /** Unix seconds (DynamoDB's time to live); undefined: the item is kept. */
  readonly expiresAt?: number;
}

/** An item to write if the stored version is `expected` (0: if there is none). */
export interface ClaimChange {
  readonly item: ClaimItem;
  readonly expected: number;
}

/** An item as DynamoDB has it. */
export type Attributes = Record<string, AttributeValue>;

/** The table's partition key (template.yaml). */
export const keyAttribute = 'repositoryArn';

/** Identifies one write, so that a retry finds its own. */
const writeAttribute = 'writeId';

export function keyOf(key: string): Attributes {
  return { [keyAttribute]: { S: key } };
}

export function encodeItem(
  { key, version, holders, body, expiresAt }: ClaimItem,
  writeId: string,
): Attributes {
  return {
    ...keyOf(key),
    version: { N: String(version) },
    // DynamoDB has no empty sets.
    ...(holders.length === 0 ? {} : { holders: { SS: [...new Set(holders)] } }),
    body: { S: body },
    ...(expiresAt === undefined ? {} : { expiresAt: { N: String(expiresAt) } }),
    [writeAttribute]: { S: writeId },
  };
}

/** @throws UnusableItem when the item was not written by {@link encodeItem} */
export function decodeItem(attributes: Attributes): ClaimItem {
  const body = attributes.body?.S;
  if (body === undefined) throw notWrittenHere(attributes);
  return { ...decodeVersion(attributes), holders: attributes.holders?.SS ?? [], body };
}

/** Names of the attributes that {@link decodeVersion} needs. */
export const versionAttributes = [keyAttribute, 'version', 'expiresAt'];

/** @throws UnusableItem when the item was not written by {@link encodeItem} */
export function decodeVersion(attributes: Attributes): Pick<ClaimItem, 'key' | 'version' | 'expiresAt'> {
  const key = attributes[keyAttribute]?.S;
  const version = numberOf(attributes.version);
  if (key === undefined || version === undefined) throw notWrittenHere(attributes);
  const expiresAt = numberOf(attributes.expiresAt);
  return { key, version, ...(expiresAt === undefined ? {} : { expiresAt }) };
}

function notWrittenHere(attributes: Attributes): UnusableItem {
  return new UnusableItem('foreign', attributes[keyAttribute]?.S);
}

/** Whether that write wrote the item. */
export function isWrittenBy(attributes: Attributes | undefined, writeId: string): boolean {
  return attributes?.[writeAttribute]?.S === writeId;
}

/** Whether DynamoDB will delete the item, which it does within a few days of the time. */
export function isExpired({ expiresAt }: Pick<ClaimItem, 'expiresAt'>, now: number): boolean {
  return expiresAt !== undefined && expiresAt < now;
}

/** The size of an item in bytes, rounded up. */
export function sizeOf({ key, holders, body }: ClaimItem): number {
  return Buffer.byteLength([key, body, ...holders].join('')) + 256;
}

/** The time in Unix seconds, as DynamoDB's time to live counts it. */
export function unixSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

function numberOf(value: AttributeValue | undefined): number | undefined {
  const number = Number(value?.N);
  return Number.isNaN(number) ? undefined : number;
}
