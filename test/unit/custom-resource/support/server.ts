/** A real HTTP server that is ECR, and CloudFormation's endpoint for answers; each can be told to fail. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../../../../core/json.ts';
import { type FaultPlans, faultFinder } from './fault-plans.ts';
import { isLate, send, strike } from './faults.ts';
import { isOperation, type Operation, perform, type Step, stepOf } from './operations.ts';
import { emptyRegistry, namesOf, type Registry, type RegistryScanning } from './registry.ts';
import { gatekeeper } from './token-bucket.ts';

export type { FaultPlan } from './fault-plans.ts';
export type { Step } from './operations.ts';

/** One call that reached ECR. */
export interface Call {
  readonly step: Step;
  readonly operation: Operation;
  /** The first of the names; `*` without any. */
  readonly repository: string;
  readonly names: readonly string[];
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
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
  /** The registry's scanning; a test may replace it. */
  scanning: RegistryScanning;
  readonly plans: FaultPlans;
  /** Calls a second, beyond which an operation is throttled. */
  readonly limits: Map<Operation, number>;
  /** How many calls were beyond; no plan counts them. */
  throttled: number;
  /** How long every answer of ECR waits. */
  latencyMs: number;
  readonly calls: Call[];
  /** Repositories that a write has reached: reading them is the step `prove`. */
  readonly written: Set<string>;
  /** By the last part of the path, percent-decoded. */
  readonly deliveries: Map<string, Delivery[]>;
  stop(): Promise<void>;
}

/** Starts it on the loopback interface and a free port. */
export async function startServer(): Promise<Server> {
  const registry = emptyRegistry();
  const plans: FaultPlans = new Map();
  const faultOf = faultFinder(plans);
  const limits = new Map<Operation, number>();
  const mayPass = gatekeeper(limits);
  const calls: Call[] = [];
  const written = new Set<string>();
  const deliveries = new Map<string, Delivery[]>();

  const ecr = async (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    const [service, operation] = String(request.headers['x-amz-target']).split('.');
    const isKnown = service === 'AmazonEC2ContainerRegistry_V20150921' && isOperation(operation);
    const input: unknown = JSON.parse(body.toString('utf8'));
    if (!isKnown || !isObject(input)) {
      response.writeHead(404).end();
      return;
    }
    const names = namesOf(input);
    const repository = names[0] ?? '*';
    const step = stepOf(operation, input, written);
    calls.push({ step, operation, repository, names, at: performance.now() });
    const isThrottled = !mayPass(operation);
    if (isThrottled) started.throttled += 1;
    const fault = isThrottled ? 'throttled' : faultOf(repository, step);
    const reply =
      fault === undefined || isLate(fault) ? perform(registry, operation, input) : { status: 500, body: {} };
    if (started.latencyMs > 0) await sleep(started.latencyMs);
    if (fault === undefined) send(response, reply);
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
    request.on('end', () =>
      (request.method === 'POST' ? ecr : answers)(request, Buffer.concat(chunks), response),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const started: Server = {
    url: `http://127.0.0.1:${port}`,
    registry,
    get scanning() {
      return registry.scanning;
    },
    set scanning(scanning) {
      registry.scanning = scanning;
    },
    plans,
    limits,
    throttled: 0,
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
