/** A record of claims as JSON text, as the table holds it, and back. Pure. */
import { isObject, type Json, type JsonObject } from '../json.ts';
import { noPolicy, type RepositorySettings } from '../settings/repository-settings.ts';
import { isMutability } from '../settings/tag-mutability.ts';
import { isDriftState } from './drift-state.ts';
import type { Claim, ClaimRecord, Ownership } from './record.ts';

/** The body of a record, without the item's own attributes. Only policies that it refers to are kept. */
export function encodeRecord(record: ClaimRecord): string {
  const { repositoryArn: _, version: __, policies, ...body } = record;
  const named = new Set(policiesIn(record));
  const kept = Object.fromEntries(Object.entries(policies).filter(([hash]) => named.has(hash)));
  return JSON.stringify({ ...body, policies: kept });
}

/**
 * A record from its item.
 *
 * @returns undefined if `encodeRecord` has not written the body
 */
export function decodeRecord(item: {
  readonly key: string;
  readonly version: number;
  readonly body: string;
}): ClaimRecord | undefined {
  const body = parse(item.body);
  if (body === undefined || !isOwnership(body)) return undefined;
  const { createdAt, changedAt, policies, inFlight, drift } = body;
  if (typeof createdAt !== 'number' || typeof changedAt !== 'number') return undefined;
  if (!isObject(policies) || !Object.values(policies).every((text) => isAbsentOr(text, isText)))
    return undefined;
  if (!isAbsentOr(inFlight, isInFlight) || !isAbsentOr(drift, isDriftState)) return undefined;
  // Only the functions can write the table, and the shape was checked down to each setting.
  return { ...(body as unknown as ClaimRecord), repositoryArn: item.key, version: item.version };
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isOwnership(value: Json | undefined): value is JsonObject {
  return (
    isObject(value) &&
    isSettings(value.original) &&
    isListOf(value.claims, isClaim) &&
    isListOf(value.retained, (each) => isObject(each) && isClaim(each.claim) && isSettings(each.original))
  );
}

const claimTexts = ['holder', 'stack', 'request', 'properties', 'replacedProperties'];
const claimSettings = ['set', 'beforeLastChange', 'atTakeover', 'foundByStack'];

function isClaim(value: Json | undefined): boolean {
  return (
    isObject(value) &&
    typeof value.since === 'number' &&
    claimTexts.every((key) => typeof value[key] === 'string') &&
    claimSettings.every((key) => isSettings(value[key])) &&
    isAbsentOr(value.isNew, (each) => typeof each === 'boolean') &&
    isAbsentOr(value.movedFrom, isMovedFrom)
  );
}

function isMovedFrom(value: Json): boolean {
  return (
    isObject(value) &&
    isListOf(value.order, isText) &&
    isClaim(value.claim) &&
    isSettings(value.aboveAtTakeover)
  );
}

function isAbsentOr(value: Json | undefined, isOne: (each: Json) => boolean): boolean {
  return value === undefined || isOne(value);
}

function isText(value: Json): boolean {
  return typeof value === 'string';
}

function isInFlight(value: Json): boolean {
  return (
    isObject(value) &&
    typeof value.holder === 'string' &&
    typeof value.request === 'string' &&
    typeof value.until === 'number' &&
    isSettings(value.before) &&
    isSettings(value.after) &&
    isOwnership(value.previous)
  );
}

function isSettings(value: Json | undefined): boolean {
  if (!isObject(value) || typeof value.scanOnPush !== 'boolean' || !isObject(value.tagMutability))
    return false;
  const { mutability, exclusions } = value.tagMutability;
  return (
    isMutability(mutability) && isListOf(exclusions, isText) && isAbsentOr(value.lifecyclePolicy, isText)
  );
}

function isListOf(value: Json | undefined, isValid: (each: Json) => boolean): boolean {
  return Array.isArray(value) && value.every((each: Json) => isValid(each));
}

function settingsIn({ movedFrom, ...claim }: Claim): readonly RepositorySettings[] {
  const own = [claim.set, claim.beforeLastChange, claim.atTakeover, claim.foundByStack];
  return movedFrom === undefined ? own : [...own, movedFrom.aboveAtTakeover, ...settingsIn(movedFrom.claim)];
}

/** The hashes of every lifecycle policy that a record names. */
function policiesIn({ inFlight, ...record }: ClaimRecord): readonly string[] {
  const owners: readonly Ownership[] = [record, ...(inFlight === undefined ? [] : [inFlight.previous])];
  const all: readonly RepositorySettings[] = [
    ...owners.flatMap(({ original, claims, retained }) => [
      original,
      ...retained.map((each) => each.original),
      ...[...claims, ...retained.map(({ claim }) => claim)].flatMap(settingsIn),
    ]),
    ...(inFlight === undefined ? [] : [inFlight.before, inFlight.after]),
  ];
  return all.flatMap(({ lifecyclePolicy }) =>
    lifecyclePolicy === undefined || lifecyclePolicy === noPolicy ? [] : [lifecyclePolicy],
  );
}
