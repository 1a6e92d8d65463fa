import { isList, isObject, type Json, type JsonObject, member } from '../../../core/json.ts';
import { clients } from './stacks.ts';

const operations = [
  'PutImageTagMutability',
  'PutImageScanningConfiguration',
  'PutLifecyclePolicy',
  'DeleteLifecyclePolicy',
  'TagResource',
  'UntagResource',
];

/** Has CloudTrail record every call from now on, which the local AWS otherwise does not. */
export async function recordCalls(): Promise<void> {
  const { ok } = await post('/_ministack/config', {}, { 'cloudtrail._recording_enabled': true });
  if (!ok) throw new Error('the local AWS does not record calls');
}

/**
 * The writes that were made to repositories since a time, as CloudTrail recorded them: `<operation> <repository>`,
 * in no order.
 *
 * @param since by `Date.now()`
 */
export async function writesSince(
  since: number,
  isMeant: (repository: string) => boolean,
): Promise<readonly string[]> {
  const made = await Promise.all(
    operations.map(async (operation) => {
      const events = await eventsOf(operation, since / 1000);
      return events
        .map(repositoryOf)
        .filter(isMeant)
        .map((repository) => `${operation} ${repository}`);
    }),
  );
  return made.flat();
}

/** The events of one operation, which come by 50, the newest first, and without a token for the next ones. */
async function eventsOf(operation: string, since: number): Promise<readonly JsonObject[]> {
  const found = new Map<Json | undefined, JsonObject>();
  for (let until: Json | undefined; ; ) {
    const answer = await post(
      '/',
      { 'x-amz-target': 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents' },
      {
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: operation }],
        StartTime: since,
        ...(until === undefined ? {} : { EndTime: until }),
      },
    );
    const body: unknown = await answer.json();
    const events = isObject(body) ? member(body, 'Events') : undefined;
    if (!isList(events)) throw new Error('CloudTrail answered something else');
    const before = found.size;
    for (const event of events.filter(isObject)) found.set(member(event, 'EventId'), event);
    if (events.length < 50 || found.size === before) return [...found.values()];
    until = events
      .filter(isObject)
      .map((event) => member(event, 'EventTime'))
      .at(-1);
  }
}

function repositoryOf(event: JsonObject): string {
  const text = member(event, 'CloudTrailEvent');
  const { requestParameters } = JSON.parse(typeof text === 'string' ? text : '{}');
  const { repositoryName, resourceArn } = requestParameters;
  return repositoryName ?? String(resourceArn).replace(/^.*:repository\//, '');
}

function post(path: string, headers: Readonly<Record<string, string>>, body: JsonObject): Promise<Response> {
  return fetch(`${clients.endpoint}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      // Where a request goes is told by what its signature names.
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20261101/us-east-1/cloudtrail/aws4_request',
      ...headers,
    },
    body: JSON.stringify(body),
  });
}
