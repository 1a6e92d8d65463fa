/** Drives the real handler over real HTTP, against a server that can be told to fail. */
import './one-realm.ts';

import { jest } from '@jest/globals';
import type { Json, JsonObject } from '../../../../core/json.ts';
import { handler } from '../../../../functions/custom-resource/handler.ts';
import { physicalIdOf } from '../../../../functions/custom-resource/identity.ts';
import { claimsTableName } from './claims-table.ts';
import { startClock } from './clock.ts';
import { parseBody } from './contract.ts';
import { eventLike, propertiesLike, type Sample, secretInUrl } from './events.ts';
import { type Given, isOf, type Left, leftOf, letTimePass, prepare } from './run-repositories.ts';
import { type Call, type Delivery, type FaultPlan, type Server, type Step, startServer } from './server.ts';
import { carriedOut, functionArn, type StackView } from './stacks.ts';

type Properties = Readonly<Record<string, Json | undefined>>;
type Faults = FaultPlan | readonly FaultPlan[];

/** One request to the handler. */
export interface Run extends Given {
  readonly sample?: Sample;
  /**
   * ResourceProperties beside RepositoryName, which is the run's own repository unless they say another one, or
   * undefined: then there is none. They may be made from the name of the run's own.
   */
  readonly properties?: Properties | ((repository: string) => Properties);
  /** Faults of the calls about the run's own repository or about its resource, and of its answer. */
  readonly fault?: Faults;
  /** Those of the calls about others, by their keys, and of those about none (`*`), which every run makes. */
  readonly faults?: Readonly<Record<string, Faults>>;
  /** What the function's time-out leaves; enough for everything when left out. */
  readonly remainingMs?: number;
  /** Replaces members of the event. */
  readonly event?: Readonly<Record<string, unknown>>;
  /** An earlier run's repository, to be worked on again. */
  readonly repository?: string;
  /** What CloudFormation says when it is asked; by default that the request is in progress. */
  readonly cloudFormation?: StackView;
  /** That of the function, which is in the stack's account and Region by default. */
  readonly functionArn?: string;
  /** Whether it begins right after the run before; otherwise an hour later, when no read of ECR lags behind any more. */
  readonly isSoon?: boolean;
}

/** What came of it. */
export interface Outcome extends Left {
  readonly event: Readonly<Record<string, unknown>>;
  readonly repository: string;
  readonly deliveries: readonly Delivery[];
  /** The answer that CloudFormation took first. */
  readonly answer: JsonObject | undefined;
  /** The steps about the run's own repository that reached ECR, in their order. */
  readonly steps: readonly Step[];
  /** The same with the calls about its others, its resource, and no repository, which another run may have made. */
  readonly calls: readonly Call[];
  /** The operations of CloudFormation that were called. */
  readonly stackCalls: readonly string[];
  /** What was left of the function's time when the handler had returned. */
  readonly leftMs: number;
  readonly thrown: unknown;
}

export interface Bench {
  readonly server: Server;
  run(run: Run): Promise<Outcome>;
  /**
   * The same for a run that time decides: again, with twice the time, where it was too short on a busy machine.
   */
  runInTime(
    run: Run & { readonly remainingMs: number },
    isInTime: (outcome: Outcome) => boolean,
  ): Promise<Outcome>;
  /** Everything that was written to the console since the start. */
  readonly printed: readonly string[];
  stop(): Promise<void>;
}

const environment = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  ClaimsTable: claimsTableName,
};

const channels = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;

export async function startBench(): Promise<Bench> {
  const server = await startServer();
  const clock = startClock();
  const saved = { ...process.env };
  Object.assign(process.env, environment, { AWS_ENDPOINT_URL: server.url });
  const printed: string[] = [];
  const spies = channels.map((channel) =>
    jest.spyOn(console, channel).mockImplementation((...texts: unknown[]) => {
      printed.push(texts.map(String).join(' '));
    }),
  );
  let count = 0;

  const bench: Bench = {
    server,
    printed,
    async runInTime(run, isInTime) {
      for (let factor = 1; ; factor *= 2) {
        const outcome = await bench.run({ ...run, remainingMs: run.remainingMs * factor });
        if (isInTime(outcome) || factor === 8) return outcome;
      }
    },
    async run(run) {
      count += 1;
      const { sample = 'create', properties = {}, fault, faults = {}, remainingMs = 20_000 } = run;
      const repository = run.repository ?? `bench/repository-${count}`;
      if (run.isSoon !== true) letTimePass(server.claims, repository);
      prepare(server.registry, repository, run);
      const plan = (key: string, given: Faults) =>
        // Copies, whose counting begins anew.
        server.plans.set(
          key,
          [given].flat().map((each) => ({ ...each })),
        );
      for (const [key, given] of Object.entries(faults))
        plan(key === '*' ? key : `${repository}/${key}`, given);
      server.deliveries.delete(repository);
      for (const name of server.written) if (isOf(repository, name)) server.written.delete(name);
      const firstCall = server.calls.length;
      const event = eventLike(sample, {
        ResponseURL: `${server.url}/answers/${encodeURIComponent(repository)}?X-Amz-Signature=${secretInUrl}`,
        ResourceProperties: propertiesLike({
          RepositoryName: repository,
          ...(typeof properties === 'function' ? properties(repository) : properties),
        }),
        ...run.event,
      });
      const about = keysOf(event);
      // The same ones, so that they count together.
      plan(repository, fault ?? []);
      for (const key of about) server.plans.set(key, server.plans.get(repository) ?? []);
      const end = clock.now() + remainingMs;
      let thrown: unknown;
      let stackCalls: readonly string[] = [];
      try {
        const context = {
          getRemainingTimeInMillis: () => Math.floor(end - clock.now()),
          invokedFunctionArn: run.functionArn ?? functionArn,
        };
        const served = await carriedOut(event, () => handler(event, context), run.cloudFormation);
        stackCalls = served.calls.operations;
      } catch (error) {
        thrown = error;
      }
      for (const key of Object.keys(faults)) server.plans.delete(key === '*' ? key : `${repository}/${key}`);
      const deliveries = server.deliveries.get(repository) ?? [];
      const accepted = deliveries.find(({ isAccepted }) => isAccepted);
      const calls = server.calls
        .slice(firstCall)
        .filter((call) => isOf(repository, call.repository) || ['*', ...about].includes(call.repository));
      return {
        event,
        repository,
        deliveries,
        answer: accepted === undefined ? undefined : parseBody(accepted.body),
        steps: calls.filter((call) => call.repository === repository).map(({ step }) => step),
        calls,
        stackCalls,
        ...leftOf(server.registry, server.claims, repository),
        leftMs: end - clock.now(),
        thrown,
      };
    },
    async stop() {
      clock.stop();
      for (const spy of spies) spy.mockRestore();
      for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
      Object.assign(process.env, saved);
      await server.stop();
    },
  };
  return bench;
}

/** What calls about a request's resource are about: its claims, and whether it was asked to stop. */
export function keysOf({ StackId, LogicalResourceId }: Readonly<Record<string, unknown>>): readonly string[] {
  if (typeof StackId !== 'string' || typeof LogicalResourceId !== 'string') return [];
  const holder = physicalIdOf({ stackId: StackId, logicalResourceId: LogicalResourceId });
  return [holder, `stop:${holder}`];
}

/** Runs jobs, so many at once, in their order. */
export async function inParallel<Job, Result>(
  jobs: readonly Job[],
  atOnce: number,
  work: (job: Job) => Promise<Result>,
): Promise<Map<Job, Result>> {
  const results = new Map<Job, Result>();
  const waiting = [...jobs];
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift())
      results.set(job, await work(job));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
