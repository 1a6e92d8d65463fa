/** The ways in which a server can fail, each done to one HTTP exchange. */
import type { ServerResponse } from 'node:http';
import { isOneOf } from '../../../../core/json.ts';
import { errorReply, type Reply } from './reply.ts';

/** Faults that pass: the same call succeeds later. `late` ones strike after the call had its effect. */
export const passingFaults = [
  'throttled',
  'throttled with 429',
  'server exception',
  'unavailable, in HTML',
  'hanging',
  'reset',
  'late hang',
  'late reset',
  'late stall within the body',
  'late reset within the body',
] as const;

/** Those of them that pass at the endpoint for the answer, where a 4xx is final. */
export const passingAnswerFaults = passingFaults.filter((fault) => !fault.startsWith('throttled'));

/** Faults that the same call meets again. */
export const lastingFaults = [
  'access denied',
  'repository gone',
  'blocked by the organisation',
  'invalid parameter',
  'unknown error',
  'late garbage',
] as const;

/** A write that ECR takes and that has no effect, as when somebody else writes at the same time. */
export const ignoredFault = 'ignored';

/** What passes and only DynamoDB does. */
export const busyFaults = [
  'transaction conflict',
  'transaction in progress',
  'throughput exceeded',
  'keys unprocessed',
] as const;
export type BusyFault = (typeof busyFaults)[number];

/** What only the endpoint for the answer does. */
export const refusals = ['status 400', 'status 403', 'status 404', 'status 307'] as const;

export type Fault =
  | (typeof passingFaults)[number]
  | (typeof lastingFaults)[number]
  | typeof ignoredFault
  | BusyFault
  | (typeof refusals)[number];

export function isBusyFault(fault: Fault | undefined): fault is BusyFault {
  return isOneOf(busyFaults, fault);
}

/** Whether the call has its effect before the fault. */
export function isLate(fault: Fault): boolean {
  return fault.startsWith('late');
}

// As AWS words them.
const errors: Readonly<Partial<Record<Fault, Reply>>> = {
  throttled: errorReply(400, 'ThrottlingException', 'Rate exceeded'),
  'throttled with 429': errorReply(429, 'TooManyRequestsException', 'Too many requests'),
  'server exception': errorReply(500, 'ServerException', 'These errors are usually caused by the server.'),
  'access denied': errorReply(400, 'AccessDeniedException', 'User is not authorized to perform this'),
  'repository gone': errorReply(400, 'RepositoryNotFoundException', 'The repository does not exist'),
  'blocked by the organisation': errorReply(400, 'BlockedByOrganizationPolicyException', 'It is blocked'),
  'invalid parameter': errorReply(400, 'InvalidParameterException', 'Invalid parameter'),
  'unknown error': errorReply(400, 'SomethingNewException', 'nobody knows'),
};

/**
 * Lets an exchange fail.
 *
 * @param reply what the call would have answered
 */
export function strike(fault: Fault, reply: Reply, response: ServerResponse): void {
  const error = errors[fault];
  if (error !== undefined) send(response, error);
  else if (fault === ignoredFault) send(response, { status: 200, body: {} });
  else if (fault.startsWith('status ')) response.writeHead(Number(fault.slice('status '.length))).end();
  else if (fault === 'unavailable, in HTML') sendHtml(response, 503, '503 Service Unavailable');
  else if (fault === 'late garbage') sendHtml(response, 200, 'Welcome to the guest network');
  else if (fault === 'reset' || fault === 'late reset') response.socket?.resetAndDestroy();
  else if (fault === 'late stall within the body') sendHalf(response, reply);
  else if (fault === 'late reset within the body') {
    sendHalf(response, reply);
    // Only once the half is on its way is it a reset within the body.
    setTimeout(() => response.socket?.resetAndDestroy(), 20);
  }
  // What is left hangs: the server ends it when it stops.
}

function sendHtml(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html' }).end(`<html><body>${text}</body></html>`);
}

function sendHalf(response: ServerResponse, { status, body }: Reply): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, text.length / 2));
}

/** Answers as AWS does. */
export function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}
