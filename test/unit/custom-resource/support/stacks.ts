/**
 * CloudFormation as the bench has it: each request is in progress, unless its run says otherwise.
 *
 * Runs of the same resource overlap, so what CloudFormation reports goes by the request that asks: its state travels in a
 * header, which is set on every call that is made on behalf of the request.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { ResourceState } from '../../../../core/authenticity/in-progress.ts';

/** An event of a stack or of one of its resources. */
export interface StackEventLike extends ResourceState {
  readonly logicalId: string;
}

/** What CloudFormation does when it is asked about a request. */
export interface StackView {
  /** What it reports, one for each call; the last one again and again. Undefined: there is no such resource. */
  readonly states?: readonly (ResourceState | undefined)[];
  /** The newest first. */
  readonly events?: readonly StackEventLike[];
  readonly eventsPerPage?: number;
  /** Fails as often as that, in that way; then it answers. */
  readonly fails?: { readonly how: 'denied' | 'throttled' | 'reset' | 'unavailable'; readonly times: number };
}

/** The calls of one request. */
export interface StackCalls {
  readonly operations: string[];
}

interface Asking extends StackView {
  readonly states: readonly (ResourceState | undefined)[];
  readonly calls: StackCalls;
}

const header = 'x-bench-request';
const asking = new AsyncLocalStorage<string>();
const known = new Map<string, Asking>();
let count = 0;

subscribe('http.client.request.created', (message) => {
  const key = asking.getStore();
  if (key !== undefined) (message as { request: ClientRequest }).request.setHeader(header, key);
});

/** Where the function runs, in the account and Region of the sample events. */
export const functionArn = 'arn:aws:lambda:us-east-1:123456789012:function:EcrHardening-settings';

/** What CloudFormation reports while it carries out a request. */
export function inProgress(event: Readonly<Record<string, unknown>>): ResourceState {
  const { RequestType, PhysicalResourceId } = event;
  const physicalId = typeof PhysicalResourceId === 'string' ? PhysicalResourceId : undefined;
  return { status: `${String(RequestType).toUpperCase()}_IN_PROGRESS`, physicalId };
}

/** Runs what serves an event while CloudFormation reports that. */
export async function carriedOut<Result>(
  event: Readonly<Record<string, unknown>>,
  serve: () => Promise<Result>,
  view: StackView = {},
): Promise<{ readonly result: Result; readonly calls: StackCalls }> {
  count += 1;
  // A process of its own, which is to crash, is known by its header alone.
  const key = `${process.pid}-${count}.${Buffer.from(JSON.stringify(inProgress(event))).toString('base64url')}`;
  const calls: StackCalls = { operations: [] };
  known.set(key, { states: [inProgress(event)], ...view, calls });
  try {
    return { result: await asking.run(key, serve), calls };
  } finally {
    known.delete(key);
  }
}

/** Answers a call by AWS's query protocol. */
export function answerStacks(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const input = new URLSearchParams(body.toString());
  const operation = input.get('Action') ?? '';
  const key = String(request.headers[header]);
  const asked = known.get(key) ?? { states: [stateIn(key)], calls: { operations: [] } };
  asked.calls.operations.push(operation);
  const before = asked.calls.operations.length - 1;
  if (asked.fails !== undefined && before < asked.fails.times) fail(asked.fails.how, response);
  else if (operation === 'DescribeStackResource') describeResource(asked, input, response);
  else if (operation === 'DescribeStackEvents') describeEvents(asked, input, response);
  else error(response, 400, 'InvalidAction', operation);
}

function stateIn(key: string): ResourceState {
  return JSON.parse(Buffer.from(key.split('.')[1] ?? '', 'base64url').toString());
}

function describeResource({ states, calls }: Asking, input: URLSearchParams, response: ServerResponse): void {
  const index = calls.operations.filter((each) => each === 'DescribeStackResource').length - 1;
  const state = states[Math.min(index, states.length - 1)];
  const logicalId = input.get('LogicalResourceId') ?? '';
  if (state === undefined) {
    error(response, 400, 'ValidationError', `Resource ${logicalId} does not exist for stack`);
    return;
  }
  const detail = xml({
    LogicalResourceId: logicalId,
    PhysicalResourceId: state.physicalId,
    ResourceStatus: state.status,
  });
  send(response, 200, 'DescribeStackResource', `<StackResourceDetail>${detail}</StackResourceDetail>`);
}

function describeEvents(
  { events = [], eventsPerPage = 100 }: Asking,
  input: URLSearchParams,
  response: ServerResponse,
): void {
  const from = Number(input.get('NextToken') ?? 0);
  const members = events
    .slice(from, from + eventsPerPage)
    .map(({ logicalId, physicalId, status }) =>
      xml({
        StackId: input.get('StackName') ?? '',
        LogicalResourceId: logicalId,
        PhysicalResourceId: physicalId,
        ResourceStatus: status,
      }),
    )
    .map((member) => `<member>${member}</member>`)
    .join('');
  const next = from + eventsPerPage;
  const token = next < events.length ? `<NextToken>${next}</NextToken>` : '';
  send(response, 200, 'DescribeStackEvents', `<StackEvents>${members}</StackEvents>${token}`);
}

function xml(members: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(members)
    .map(([name, value]) => (value === undefined ? '' : `<${name}>${value}</${name}>`))
    .join('');
}

function send(response: ServerResponse, status: number, operation: string, result: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' });
  response.end(
    `<${operation}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${operation}Result>${result}</${operation}Result></${operation}Response>`,
  );
}

function error(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' });
  response.end(
    `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>one</RequestId></ErrorResponse>`,
  );
}

function fail(how: NonNullable<StackView['fails']>['how'], response: ServerResponse): void {
  if (how === 'reset') response.socket?.resetAndDestroy();
  else if (how === 'denied') error(response, 403, 'AccessDenied', 'User is not authorized to perform this');
  else if (how === 'throttled') error(response, 400, 'Throttling', 'Rate exceeded');
  else error(response, 503, 'ServiceUnavailable', 'Service is unable to handle request.');
}
