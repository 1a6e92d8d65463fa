/** A real HTTP server that is every service that may use an image; each operation can be made to fail. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject, type JsonObject } from '../../../../core/json.ts';
import { answer, emptyFleet, type Fleet, secret } from './usage-fleet.ts';

/** How a call fails: an error of the service, a response that is no JSON, none at all, or a list without an end. */
export type UsageFault =
  | { readonly status: number; readonly type: string; readonly message?: string }
  | 'garbage'
  | 'wrong types'
  | 'nothing'
  | 'hanging'
  | 'reset'
  | 'endless';

export interface UsageServer {
  readonly url: string;
  fleet: Fleet;
  /** The IAM actions that were called, in order. */
  readonly calls: string[];
  /** By IAM action: what a call meets. */
  readonly faults: Map<string, (input: JsonObject) => UsageFault | undefined>;
  /** The fleet is empty again, nothing fails, and no call is remembered. */
  reset(): void;
  stop(): Promise<void>;
}

const targets: Readonly<Record<string, string>> = {
  AmazonEC2ContainerServiceV20141113: 'ecs',
  CodeBuild_20161006: 'codebuild',
  AppRunner: 'apprunner',
  SageMaker: 'sagemaker',
  ResourceGroupsTaggingAPI_20170126: 'tag',
};
const paths: Readonly<Record<string, string>> = {
  '/2015-03-31/functions': 'lambda:ListFunctions',
  '/v1/describejobdefinitions': 'batch:DescribeJobDefinitions',
  '/coverage/list': 'inspector2:ListCoverage',
  '/status/batch/get': 'inspector2:BatchGetAccountStatus',
  '/cluster/get': 'inspector2:GetClustersForImage',
};

/** The action of a request, and its input. */
function parse(
  request: IncomingMessage,
  text: string,
): { readonly action: string; readonly input: JsonObject } {
  const body: unknown = text === '' ? {} : JSON.parse(text);
  const input = isObject(body) ? body : {};
  const [service = '', operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  if (service in targets) return { action: `${targets[service]}:${operation}`, input };
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const query = Object.fromEntries(searchParams);
  const path = pathname.replace(/\/$/, '');
  const name = /^\/2015-03-31\/functions\/([^/]+)$/.exec(path)?.[1];
  if (name !== undefined)
    return { action: 'lambda:GetFunction', input: { name, version: query.Qualifier ?? '' } };
  return { action: paths[path] ?? path, input: { ...query, ...input } };
}

function send(response: ServerResponse, status: number, text: string, type?: string): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    ...(type === undefined ? {} : { 'x-amzn-errortype': type }),
  });
  response.end(text);
}

function fail(response: ServerResponse, fault: UsageFault): void {
  if (fault === 'hanging') return;
  if (fault === 'reset') response.destroy();
  else if (fault === 'garbage') send(response, 200, `<html>${secret}</html>`);
  else if (fault === 'nothing') send(response, 200, '{}');
  else if (typeof fault === 'object')
    send(
      response,
      fault.status,
      JSON.stringify({ __type: fault.type, message: fault.message ?? secret }),
      fault.type,
    );
}

/** Every list and every object of a response becomes a number. */
function withWrongTypes(body: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [key, typeof value === 'string' ? value : 7]),
  );
}

const withoutEnd = { nextToken: '0', NextToken: '0', NextMarker: '0', PaginationToken: '0' };

export async function startUsageServer(): Promise<UsageServer> {
  const calls: string[] = [];
  const faults: UsageServer['faults'] = new Map();
  const respond = (request: IncomingMessage, response: ServerResponse, text: string) => {
    const { action, input } = parse(request, text);
    calls.push(action);
    const fault = faults.get(action)?.(input);
    if (fault !== undefined && fault !== 'wrong types' && fault !== 'endless') return fail(response, fault);
    const body = answer(server.fleet, action, input);
    if (body === undefined)
      return send(response, 400, JSON.stringify({ __type: 'UnknownOperationException' }));
    const changed =
      fault === 'wrong types'
        ? withWrongTypes(body)
        : fault === 'endless'
          ? { ...body, ...withoutEnd }
          : body;
    return send(response, 200, JSON.stringify(changed));
  };
  const http = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => respond(request, response, Buffer.concat(chunks).toString('utf8')));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const server: UsageServer = {
    url: `http://127.0.0.1:${port}`,
    fleet: emptyFleet,
    calls,
    faults,
    reset() {
      server.fleet = emptyFleet;
      calls.length = 0;
      faults.clear();
    },
    async stop() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
