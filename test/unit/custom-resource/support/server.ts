/** A real HTTP server that is ECR, DynamoDB, CloudFormation, and its endpoint for answers; each can be told to fail. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject, type JsonObject } from '../../../../core/json.ts';
import { emptyClaimsTable, type StubClaimsTable } from './claims-table.ts';
import { type ClaimsOperation, claimsWork, isClaimsOperation } from './claims-table-operations.ts';
import { type FaultPlans, faultFinder } from './fault-plans.ts';
import { type BusyFault, type Fault, isBusyFault, isLate, send, strike } from './faults.ts';
import { isOperation, type Operation, perform, type Step, stepOf } from './operations.ts';
import { emptyRegistry, namesOf, type Registry, type RegistryScanning } from './registry.ts';
import { type ReadLag, startLag } from './registry-lag.ts';
import type { Reply } from './reply.ts';
import { answerStacks } from './stacks.ts';
import { gatekeeper } from './token-bucket.ts';
import { noUsage, type StubUsage, usageReply } from './usage.ts';

export type { FaultPlan } from './fault-plans.ts';
export type { Step } from './operations.ts';

type AnyOperation = Operation | ClaimsOperation;

/** One call that reached ECR or DynamoDB. */
export interface Call {
  readonly step: Step;
  readonly operation: AnyOperation;
  /** The first of the names, or a claim's own key, or the holder whose claims are looked for; `*` without any. */
  readonly repository: string;
  readonly names: readonly string[];
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
}

/** What a call to one of the services comes to. */
export interface Work {
  readonly operation: AnyOperation;
  readonly step: Step;
  readonly names: readonly string[];
  perform(): Reply;
  /** The answer of a service that is busy, where it has one of its own. */
  busy?(fault: BusyFault): Reply;
}

/** One answer that reached CloudFormation. */
export interface Delivery {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly isAccepted: boolean;
  readonly at: number;
}

export interface Server {
  readonly url: string;
  readonly registry: Registry;
  /** The table of claims, of the name that the function's environment has. */
  readonly claims: StubClaimsTable;
  /** The registry's scanning; a test may replace it. */
  scanning: RegistryScanning;
  readonly plans: FaultPlans;
  /** What runs in the account, beside pulls. */
  readonly usage: StubUsage;
  /** Calls a second, beyond which an operation is throttled. */
  readonly limits: Map<AnyOperation, number>;
  /** How many calls were beyond; no plan counts them. */
  throttled: number;
  /** How far ECR's reads lag behind its writes. */
  readonly lag: ReadLag;
  /** How long every answer of ECR and DynamoDB waits. */
  latencyMs: number;
  readonly calls: Call[];
  /** Repositories that a write has reached: reading them is the step `prove`. */
  readonly written: Set<string>;
  /** By the last part of the path, percent-decoded. */
  readonly deliveries: Map<string, Delivery[]>;
  stop(): Promise<void>;
}

/** What a call is answered where the fault, if any, does not keep it from an answer. */
function replyTo(work: Work, fault: Fault | undefined): Reply {
  const unavailable = { status: 500, body: {} };
  if (isBusyFault(fault)) return work.busy?.(fault) ?? unavailable;
  return fault === undefined || isLate(fault) ? work.perform() : unavailable;
}

/** Starts it on the loopback interface and a free port. */
export async function startServer(): Promise<Server> {
  const registry = emptyRegistry();
  const claims = emptyClaimsTable();
  const plans: FaultPlans = new Map();
  const usage = noUsage();
  const faultOf = faultFinder(plans);
  const limits = new Map<AnyOperation, number>();
  const mayPass = gatekeeper(limits);
  const calls: Call[] = [];
  const written = new Set<string>();
  const deliveries = new Map<string, Delivery[]>();
  const lag: ReadLag = { ms: 0, freshEvery: 0 };
  const registryFor = startLag(registry, lag);

  const ecr = (operation: Operation, input: JsonObject): Work => ({
    operation,
    step: stepOf(operation, input, written),
    names: namesOf(input),
    perform: () => perform(registryFor(operation), operation, input),
  });

  const workOf = (target: string, input: JsonObject): Work | undefined => {
    const [service, operation] = target.split('.');
    if (service === 'AmazonEC2ContainerRegistry_V20150921' && isOperation(operation))
      return ecr(operation, input);
    if (service === 'DynamoDB_20120810' && isClaimsOperation(operation))
      return claimsWork(claims, operation, input);
    return undefined;
  };

  const admit = ({ operation, step, names }: Work): Fault | undefined => {
    const repository = names[0] ?? '*';
    calls.push({ step, operation, repository, names, at: performance.now() });
    if (mayPass(operation)) return faultOf(repository, step);
    started.throttled += 1;
    return 'throttled';
  };

  const aws = async (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    if (request.headers['content-type'] === 'application/x-www-form-urlencoded')
      return answerStacks(request, body, response);
    const input: unknown = JSON.parse(body.toString('utf8'));
    const work = isObject(input) ? workOf(String(request.headers['x-amz-target']), input) : undefined;
    if (work === undefined) {
      response.writeHead(404).end();
      return;
    }
    const fault = admit(work);
    const reply = replyTo(work, fault);
    if (started.latencyMs > 0) await sleep(started.latencyMs);
    if (fault === undefined || isBusyFault(fault)) send(response, reply);
    else strike(fault, reply, response);
  };

  const answers = (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    const key = decodeURIComponent(path.slice(path.lastIndexOf('/') + 1));
    const fault = faultOf(key, 'answer');
    const { method = '', headers } = request;
    const isAccepted = fault === undefined || isLate(fault);
    const delivery = { method, headers, body, isAccepted, at: performance.now() };
    deliveries.set(key, [...(deliveries.get(key) ?? []), delivery]);
    if (fault === undefined) response.writeHead(200).end();
    else strike(fault, { status: 200, body: { padding: 'x'.repeat(100) } }, response);
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
      const reply = usageReply(usage, request);
      if (reply !== undefined) return send(response, reply);
      return (request.method === 'POST' ? aws : answers)(request, Buffer.concat(chunks), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const started: Server = {
    url: `http://127.0.0.1:${port}`,
    registry,
    claims,
    get scanning() {
      return registry.scanning;
    },
    set scanning(scanning) {
      registry.scanning = scanning;
    },
    plans,
    usage,
    limits,
    throttled: 0,
    lag,
    latencyMs: 0,
    calls,
    written,
    deliveries,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return started;
}
