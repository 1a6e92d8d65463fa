/** The sample events of `events/`, and requests made from them. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject, member } from '../../../../core/json.ts';

export type Sample = 'create' | 'update' | 'delete' | 'bad';

export const samples: readonly Sample[] = ['create', 'update', 'delete', 'bad'];

/** One sample event, as it stands in its file. */
export function sampleEvent(name: Sample): JsonObject {
  const file = join(__dirname, '../../../../events', `custom-resource-${name}.json`);
  const event: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (!isObject(event)) throw new Error(`${file} holds no event`);
  return event;
}

/** What stands in a sample's ResponseURL, and so may stand in no log. */
export const secretInUrl = 'fe5f80f77d5fa3beca038a248ff027d0445342fe2855ddc963176630326f1024';

/** An event like a sample's, with an identity of its own and some members replaced (undefined: left out). */
export function eventLike(
  sample: Sample,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const RequestId = randomUUID();
  const entries = Object.entries({ ...sampleEvent(sample), RequestId, ...more });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** ResourceProperties as CloudFormation sends them, with those given (undefined: left out). */
export function propertiesLike(given: Readonly<Record<string, Json | undefined>>): JsonObject {
  const { ServiceToken, ServiceTimeout } = Object(member(sampleEvent('create'), 'ResourceProperties'));
  const entries: [string, Json | undefined][] = Object.entries({ ServiceToken, ServiceTimeout, ...given });
  return Object.fromEntries(entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
