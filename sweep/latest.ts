/** Which sweep the next one is compared with. */
import type { ObjectStore } from '../aws/objects/object-store.ts';
import { isObject } from '../core/json.ts';
import { latestKey } from './keys.ts';
import { parsedJson } from './parsed-json.ts';

/** What `latest.json` says. Times are in ISO 8601, which sorts by time. */
export interface Latest {
  readonly sweep: string;
  readonly startedAt: string;
  /** The start of the sweep whose list it has: of one that goes on with an earlier sweep, the start of that one. */
  readonly listedAt: string;
}

/** Undefined if there is none, or none that can be read. */
export async function latestOf(store: Pick<ObjectStore, 'get'>): Promise<Latest | undefined> {
  return parseLatest((await store.get(latestKey))?.text);
}

function parseLatest(text: string | undefined): Latest | undefined {
  const value = text === undefined ? undefined : parsedJson(text);
  if (!isObject(value)) return undefined;
  const { sweep, startedAt, listedAt } = value;
  if (typeof sweep !== 'string' || typeof startedAt !== 'string') return undefined;
  return { sweep, startedAt, listedAt: typeof listedAt === 'string' ? listedAt : startedAt };
}

/** Whether one knows the registry as it was later: by its list, and of the same list by its own start. */
export function isNewer(one: Latest, other: Latest): boolean {
  return one.listedAt === other.listedAt ? one.startedAt > other.startedAt : one.listedAt > other.listedAt;
}

/** Makes a sweep the latest, unless a newer one is that already: of two at once, each may end first. */
export async function pointAt({ sweep, startedAt, listedAt }: Latest, store: ObjectStore): Promise<void> {
  const own = { sweep, startedAt, listedAt };
  for (;;) {
    const stored = await store.get(latestKey);
    const latest = parseLatest(stored?.text);
    if (latest !== undefined && !isNewer(own, latest)) return;
    const condition = stored === undefined ? 'absent' : { ifMatch: stored.etag };
    const isWritten = await store.put(latestKey, JSON.stringify(own), {
      contentType: 'application/json',
      condition,
    });
    if (isWritten) return;
  }
}
