/** Runs of `Custom::EcrSettings` and of Cloud Custodian over the repositories of one stub. */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { projectRoot, pythonEnvironment } from '../local/paths.ts';
import type { StubCounts, StubProcessOptions } from './stub-process.ts';

/** The stubs of one or several runs. */
export interface FleetStub {
  readonly environment: Readonly<Record<string, string>>;
  readonly responseUrl: string;
  counts(): Promise<StubCounts>;
  /** Makes everything as it was at first. */
  reset(): Promise<void>;
  stop(): void;
}

export async function startFleetStub(options: StubProcessOptions): Promise<FleetStub> {
  const child = fork(join(projectRoot, 'bench', 'stub-process.ts'), [
    JSON.stringify({ ...options, settings: true }),
  ]);
  const [{ url, claimsUrl, stackUrl }] = await once(child, 'message');
  const ask = async (message: 'counts' | 'reset'): Promise<StubCounts> => {
    child.send(message);
    const [counts] = await once(child, 'message');
    return counts;
  };
  return {
    responseUrl: stackUrl,
    environment: {
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_ECR: url,
      AWS_ENDPOINT_URL_STS: url,
      AWS_ENDPOINT_URL_DYNAMODB: claimsUrl,
      AWS_ENDPOINT_URL_CLOUDFORMATION: stackUrl,
      ClaimsTable: 'claims',
      AllowExpiringImagesInUse: 'true',
    },
    counts: () => ask('counts'),
    reset: async () => {
      await ask('reset');
    },
    stop: () => child.disconnect(),
  };
}

/** The lifecycle policy that both write. */
const rule = {
  rulePriority: 1,
  selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 100 },
  action: { type: 'expire' },
};

/** How long a run took. */
export interface Run {
  /** From the start of its process to its end. */
  readonly seconds: number;
  /** Of a function that is loaded already. */
  readonly handlerSeconds: number;
  readonly cpuSeconds: number;
}

/** A Create of one `Custom::EcrSettings`. */
export function createEvent(stub: FleetStub, properties: object, request = 'one') {
  return {
    RequestType: 'Create',
    RequestId: request,
    ResponseURL: stub.responseUrl,
    StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/bench/one',
    LogicalResourceId: 'Settings',
    ResourceType: 'Custom::EcrSettings',
    ResourceProperties: properties,
  };
}

/**
 * One request for every repository: tag mutability, scanning and a lifecycle policy.
 *
 * @param bundle the custom resource as SAM builds it
 * @param isPreviewed whether the images that the policy would expire are looked at first
 */
export async function runSettings(
  bundle: string,
  stub: FleetStub,
  { isPreviewed, request = 'one' }: { readonly isPreviewed: boolean; readonly request?: string },
): Promise<Run> {
  const properties = {
    RepositoryName: '*',
    LifecyclePolicy: { LifecyclePolicyText: JSON.stringify({ rules: [rule] }) },
    ...(isPreviewed ? {} : { ProtectPulledWithinDays: 0 }),
  };
  const event = createEvent(stub, properties, request);
  return runFunction(bundle, event, stub);
}

/** One invocation of the custom resource. */
export async function runFunction(bundle: string, event: object, stub: FleetStub): Promise<Run> {
  const program = join(projectRoot, 'bench', 'settings-function.cjs');
  const { seconds, output } = await timed(process.execPath, [program, bundle, JSON.stringify(event)], {
    env: stub.environment,
  });
  const { handlerMs, cpuMs } = JSON.parse(output);
  return { seconds, handlerSeconds: handlerMs / 1000, cpuSeconds: cpuMs / 1000 };
}

/** A policy of Cloud Custodian that writes the same; it looks at no image. */
const custodianPolicy = {
  policies: [
    {
      name: 'harden',
      resource: 'aws.ecr',
      actions: [
        { type: 'set-immutability', state: true },
        { type: 'set-scanning', state: true },
        { type: 'set-lifecycle', rules: [rule] },
      ],
    },
  ],
};

/** The same with Cloud Custodian, which makes one call after the other. */
export async function runCustodian(stub: FleetStub): Promise<Pick<Run, 'seconds'>> {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify(custodianPolicy));
  try {
    return await timed(
      join(pythonEnvironment('bench'), 'bin', 'custodian'),
      ['run', '--region', 'us-east-1', '--cache-period', '0', '--output-dir', folder, policy],
      { env: { ...stub.environment, PATH: process.env.PATH, HOME: folder } },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs a program to its end. @throws Error if it fails */
export async function timed(
  command: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv },
): Promise<{ readonly seconds: number; readonly output: string }> {
  const begun = performance.now();
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  const [output, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${output}`);
  return { seconds: (performance.now() - begun) / 1000, output };
}
