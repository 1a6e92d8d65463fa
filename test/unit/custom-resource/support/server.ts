/** A real HTTP server that is ECR, and CloudFormation's endpoint for answers; each can be told to fail. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject } from '../../../../core/json.ts';
import { type Fault, isLate, send, strike } from './faults.ts';
import { type Operation, perform, type Registry, type RegistryScanning, repositoryOf } from './registry.ts';

/** The steps of a request, in their order; `prove` is the reading after a write. */
export type Step =
  | 'describe'
  | 'put mutability'
  | 'put scanning'
  | 'prove'
  | 'see scanning'
  | 'see registry'
  | 'answer';

/** A step that fails so many times (Infinity: always). */
export interface FaultPlan {
  readonly step: Step;
  readonly fault: Fault;
  readonly times: number;
}

/** One call that reached ECR. */
export interface Call {
  readonly step: Step;
  readonly repository: string;
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

/** Faults of the calls that are about one repository, and of the answers that carry its name in their path. */
export type FaultPlans = Map<string, FaultPlan>;

export interface Server {
  readonly url: string;
  readonly registry: Registry;
  /** The registry's scanning; a test may replace it. */
  scanning: RegistryScanning;
  readonly plans: FaultPlans;
  readonly calls: Call[];
  /** Repositories that a write has reached: reading them is the step `prove`. */
  readonly written: Set<string>;
  /** By the last part of the path, percent-decoded. */
  readonly deliveries: Map<string, Delivery[]>;
  stop(): Promise<void>;
}

const steps: Readonly<Record<string, { readonly operation: Operation; readonly step: Step }>> = {
  DescribeRepositories: { operation: 'DescribeRepositories', step: 'describe' },
  PutImageTagMutability: { operation: 'PutImageTagMutability', step: 'put mutability' },
  PutImageScanningConfiguration: { operation: 'PutImageScanningConfiguration', step: 'put scanning' },
  BatchGetRepositoryScanningConfiguration: {
    operation: 'BatchGetRepositoryScanningConfiguration',
    step: 'see scanning',
  },
  GetRegistryScanningConfiguration: { operation: 'GetRegistryScanningConfiguration', step: 'see registry' },
};

/** Starts it on the loopback interface and a free port. */
export async function startServer(): Promise<Server> {
  const registry: Registry = new Map();
  const plans: FaultPlans = new Map();
  const struck = new Map<FaultPlan, number>();
  const calls: Call[] = [];
  const written = new Set<string>();
  const deliveries = new Map<string, Delivery[]>();

  /** The fault that strikes now, if any. */
  const faultOf = (key: string, step: Step): Fault | undefined => {
    const plan = plans.get(key);
    if (plan === undefined || plan.step !== step) return undefined;
    const count = struck.get(plan) ?? 0;
    struck.set(plan, count + 1);
    return count < plan.times ? plan.fault : undefined;
  };

  const ecr = (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    const target = String(request.headers['x-amz-target']).split('.');
    const known = target[0] === 'AmazonEC2ContainerRegistry_V20150921' ? steps[target[1] ?? ''] : undefined;
    const input: unknown = JSON.parse(body.toString('utf8'));
    if (known === undefined || !isObject(input)) {
      response.writeHead(404).end();
      return;
    }
    const repository = repositoryOf(input);
    if (known.step.startsWith('put')) written.add(repository);
    const step = known.step === 'describe' && written.has(repository) ? 'prove' : known.step;
    calls.push({ step, repository, at: performance.now() });
    const fault = faultOf(repository, step);
    const performed = () => perform(registry, known.operation, input, started.scanning);
    if (fault === undefined) send(response, performed());
    else {
      const reply = isLate(fault) ? performed() : { status: 500, body: {} };
      strike(fault, reply, response);
    }
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
    scanning: { type: 'BASIC', isEverythingCovered: false },
    plans,
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
