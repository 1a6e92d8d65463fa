/** Which tags were pushed how often, by CloudTrail's events of the last 90 days. */
import { type CloudTrailClient, type Event, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import type { Call } from '../../aws/calls.ts';
import { pages } from '../../aws/pages.ts';
import { isObject, type Json, type JsonObject, member } from '../../core/json.ts';
import type { Pushes, TagPushes } from '../reading.ts';
import type { Read } from '../unread.ts';
import { failureReason } from './failures.ts';

// What CloudTrail's event history keeps, and returns at once
// (https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html).
const keptMs = 90 * 24 * 60 * 60 * 1000;
const maxAtOnce = 50;
// CloudTrail gives the time of a call in whole seconds.
const clockMs = 1000;

/** By repository; one that is not in it was not pushed to since then. */
export interface PushesRead extends Pick<Pushes, 'since' | 'end'> {
  readonly byRepository: ReadonlyMap<string, Required<Pick<Pushes, 'tags' | 'images'>>>;
}

interface Push {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly by: string;
}

/**
 * Newest first, at most `max` events: CloudTrail allows two such calls a second. Where it stops responding, those that were
 * read until then count.
 *
 * @param now milliseconds since 1970
 * @param createdAt of the repositories, by name: pushes before it were to another one of the same name
 */
export async function readPushes(
  call: Call<CloudTrailClient>,
  {
    max,
    now,
    createdAt,
  }: { readonly max: number; readonly now: number; readonly createdAt: ReadonlyMap<string, number> },
): Promise<Read<PushesRead>> {
  const from = now - keptMs;
  const tally = startTally(now, createdAt);
  let end: Pushes['end'] = { code: 'history' };
  try {
    for await (const { Events = [], NextToken } of pages(pageReader(call, from), (page) => page.NextToken)) {
      for (const event of Events) tally.add(event);
      if (tally.read() < max || !NextToken) continue;
      end = { code: 'push-events', read: tally.read() };
      break;
    }
  } catch (error) {
    if (tally.read() === 0) throw error;
    end = { code: 'ended-early', reason: failureReason(error, 'cloudtrail:LookupEvents') };
  }
  // If no push is recorded at all, a tag without pushes shows nothing.
  const { found } = tally;
  if (found.size === 0) return { unknown: { code: 'no-push-events' } };
  const since = end.code === 'history' ? from : tally.oldest();
  return {
    since,
    end,
    byRepository: new Map([...found].map(([name, tags]) => [name, summaryOf(tags)] as const)),
  };
}

function pageReader(call: Call<CloudTrailClient>, from: number) {
  return (token: string | undefined) =>
    call('LookupEvents', (client, options) =>
      client.send(
        new LookupEventsCommand({
          LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'PutImage' }],
          StartTime: new Date(from),
          MaxResults: maxAtOnce,
          ...(token === undefined ? {} : { NextToken: token }),
        }),
        options,
      ),
    );
}

type TagCounts = Map<string, { times: number; readonly digests: Set<string>; readonly lastBy: string }>;

/** Counts events, each once: a page may come again. */
function startTally(now: number, createdAt: ReadonlyMap<string, number>) {
  const found: PushesByTag = new Map();
  const counted = new Set<string>();
  let read = 0;
  let oldest = now;
  return {
    found,
    read: () => read,
    /** Milliseconds since 1970: every event from then on was counted. */
    oldest: () => oldest,
    add(event: Event): void {
      oldest = Math.min(oldest, event.EventTime?.getTime() ?? oldest);
      if (event.EventId !== undefined && counted.has(event.EventId)) return;
      counted.add(event.EventId ?? '');
      count(event, found, createdAt);
      read += 1;
    },
  };
}

/** By repository, and by tag. */
type PushesByTag = Map<string, TagCounts>;

/** @param found gets the event's push, if it is one */
function count(event: Event, found: PushesByTag, createdAt: ReadonlyMap<string, number>): void {
  const push = pushOf(event);
  if (push === undefined) return;
  const tags: TagCounts = found.get(push.repository) ?? new Map();
  found.set(push.repository, tags);
  const at = event.EventTime?.getTime() ?? Number.POSITIVE_INFINITY;
  if (at + clockMs < (createdAt.get(push.repository) ?? 0)) return;
  // The newest come first.
  const known = tags.get(push.tag) ?? { times: 0, digests: new Set(), lastBy: push.by };
  tags.set(push.tag, known);
  known.times += 1;
  known.digests.add(push.digest);
}

function summaryOf(byTag: TagCounts): Required<Pick<Pushes, 'tags' | 'images'>> {
  const images = new Set([...byTag.values()].flatMap(({ digests }) => [...digests])).size;
  const tags = new Map<string, TagPushes>();
  for (const [tag, { times, digests, lastBy }] of byTag)
    tags.set(tag, { times, images: digests.size, lastBy });
  return { tags, images };
}

/** Undefined for a push that failed, or has no tag. */
function pushOf({ CloudTrailEvent: text = '{}' }: Event): Push | undefined {
  const event = parse(text);
  if (textOf(event, 'errorCode') !== undefined) return undefined;
  const request = part(event, 'requestParameters');
  const response = part(part(part(event, 'responseElements'), 'image'), 'imageId');
  const repository = textOf(request, 'repositoryName');
  const tag = textOf(request, 'imageTag') ?? textOf(response, 'imageTag');
  if (repository === undefined || tag === undefined) return undefined;
  return {
    repository,
    tag,
    digest:
      textOf(response, 'imageDigest') ?? textOf(request, 'imageDigest') ?? textOf(event, 'eventID') ?? '',
    by: principalOf(part(event, 'userIdentity')),
  };
}

/** Such as `role/ci` or `user/jo`, of an assumed role without its session. */
function principalOf(identity: JsonObject): string {
  const issuer = part(part(identity, 'sessionContext'), 'sessionIssuer');
  const arn = textOf(issuer, 'arn') ?? textOf(identity, 'arn') ?? 'an unknown principal';
  return arn.replace(/^arn:[^:]*:[^:]*:[^:]*:[^:]*:/, '');
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {}; // an event that cannot be parsed is ignored
  }
}

function part(object: JsonObject, key: string): JsonObject {
  const value = member(object, key);
  return isObject(value) ? value : {};
}

function textOf(object: JsonObject, key: string): string | undefined {
  const value: Json | undefined = member(object, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
