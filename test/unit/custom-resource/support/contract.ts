/**
 * CloudFormation's contract for the answer of a custom resource
 * (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html).
 */
import { isObject, type JsonObject, member } from '../../../../core/json.ts';
import type { Delivery } from './server.ts';

const members = [
  'Status',
  'Reason',
  'PhysicalResourceId',
  'StackId',
  'RequestId',
  'LogicalResourceId',
  'NoEcho',
  'Data',
];

/** The body of an answer, whose bytes must be well-formed UTF-8 that holds a JSON object. */
export function parseBody(body: Uint8Array): JsonObject {
  const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  if (!isObject(parsed)) throw new Error('the answer is no map');
  return parsed;
}

/** Where an answer breaks the contract; empty when it keeps it. */
export function breaches(body: Uint8Array, event: Readonly<Record<string, unknown>>): string[] {
  const answer = parseBody(body);
  const found: string[] = [];
  const must = (holds: boolean, breach: string) => {
    if (!holds) found.push(breach);
  };
  const status = member(answer, 'Status');
  const reason = member(answer, 'Reason');
  const id = member(answer, 'PhysicalResourceId');
  const data = member(answer, 'Data');
  must(body.byteLength <= 4096, `has ${body.byteLength} bytes`);
  must(status === 'SUCCESS' || status === 'FAILED', `Status is ${JSON.stringify(status)}`);
  must(status === 'SUCCESS' || (typeof reason === 'string' && reason !== ''), 'FAILED without a Reason');
  must(typeof reason !== 'string' || reason.isWellFormed(), 'Reason has half a character');
  must(reason === undefined || typeof reason === 'string', 'Reason is no text');
  must(
    typeof id === 'string' && id !== '' && Buffer.byteLength(id) <= 1024,
    'PhysicalResourceId does not fit',
  );
  must(data === undefined || isObject(data), 'Data is no map');
  for (const name of ['StackId', 'RequestId', 'LogicalResourceId'])
    must(member(answer, name) === event[name], `${name} is not the request's`);
  for (const name of Object.keys(answer)) must(members.includes(name), `${name} is unknown`);
  return found;
}

/** The same for how it was sent: by PUT, with an empty content type (as the URL is signed) and its true length. */
export function breachesOfDelivery(
  { method, headers, body }: Delivery,
  event: Readonly<Record<string, unknown>>,
): string[] {
  return [
    ...breaches(body, event),
    ...(method === 'PUT' ? [] : [`sent by ${method}`]),
    ...(headers['content-type'] === '' ? [] : [`content-type is ${headers['content-type']}`]),
    ...(headers['content-length'] === String(body.byteLength) ? [] : ['content-length is not the length']),
  ];
}
