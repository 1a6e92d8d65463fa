/** Hashes by which requests, properties and lifecycle policies are compared. */
import { createHash } from 'node:crypto';
import { isList, isObject, type Json } from '../core/json.ts';
import { canonicalLifecyclePolicy } from '../core/settings/lifecycle-policy.ts';
import { noPolicy, type PolicyHash } from '../core/settings/repository-settings.ts';

/** 16 hexadecimal digits, equal for JSON values that mean the same: the order of keys is ignored. */
export function hashOf(value: Json): string {
  return digest(JSON.stringify(ordered(value)));
}

// Most repositories of a request have, or get, the same few policies, each of which is compared several times.
const maxRemembered = 32;
const remembered = new Map<string, PolicyHash>();

/** The same for lifecycle policies that mean the same to ECR; `none` for no policy. */
export function hashOfPolicy(text: string | undefined): PolicyHash {
  if (text === undefined) return noPolicy;
  const known = remembered.get(text);
  if (known !== undefined) return known;
  const hash = digest(canonicalLifecyclePolicy(text));
  if (remembered.size === maxRemembered) remembered.clear();
  remembered.set(text, hash);
  return hash;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function ordered(value: Json): Json {
  if (isList(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, ordered(each)]));
}
