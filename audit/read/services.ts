/** The services that an audit calls, and how long their calls are retried. */
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { type Call, callsOf } from '../../aws/calls.ts';
import type { ClientSettings } from '../../aws/client-settings.ts';
import {
  connectRepositoryStacks,
  type RepositoryStacks,
} from '../../aws/cloudformation/repository-stacks.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import type { EcrCalls } from '../../aws/ecr/call.ts';
import { type Connection, connect } from '../../aws/ecr/connection.ts';
import { imageReads } from '../../aws/ecr/images.ts';
import { lifecyclePolicyReads } from '../../aws/ecr/lifecycle-policies.ts';
import { type RegistryReads, registryReads } from '../../aws/ecr/registry.ts';
import { repositoryReads } from '../../aws/ecr/repositories.ts';
import { repositoryPolicyReads } from '../../aws/ecr/repository-policies.ts';
import { scanningReads } from '../../aws/ecr/scanning.ts';
import { patientCall } from '../../aws/patient-calls.ts';
import { connectStackTags, type StackTags } from '../../aws/usage/stack-tags.ts';
import { connectUsage } from '../../aws/usage/usage.ts';
import type { Usage } from '../../aws/usage/usage-reads.ts';

/** Which registry is read, and with which credentials. */
export interface ServiceOptions {
  /** By default found by the AWS SDK. */
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly endpointUrl?: string | undefined;
  /** In place of those that the SDK finds, such as those of a role. */
  readonly credentials?: ClientSettings['credentials'] | undefined;
  /** Another account's registry; by default that of the credentials. */
  readonly registryId?: string | undefined;
  /** Ends every call. */
  readonly stop: AbortSignal;
}

/** The operations of ECR that an audit calls; none changes or pulls anything. */
const auditReads = (calls: EcrCalls) => ({
  ...repositoryReads(calls),
  ...scanningReads(calls),
  ...lifecyclePolicyReads(calls),
  ...repositoryPolicyReads(calls),
  ...imageReads(calls),
  ...registryReads(calls),
});
export type AuditReads = ReturnType<typeof auditReads>;

/** The connections to the services. */
export interface Services {
  readonly ecr: AuditReads;
  /** ECR in another Region, for what only the other end of a replication knows. */
  readonly ecrIn: (region: string) => RegistryReads;
  readonly stackTags: StackTags;
  readonly repositoryStacks: RepositoryStacks;
  /** What runs images. */
  readonly usage: Usage;
  readonly trail: Call<CloudTrailClient>;
  /** How often each operation was called. */
  readonly counts: ReadonlyMap<string, number>;
  region(): Promise<string>;
  close(): void;
}

const maxSockets = 128;
// The first response shows whether the registry can be reached at all, which must not take minutes.
const firstMs = 15_000;
// Long enough for a service that throttles, whose pace is measured first, and for a network that recovers.
const callMs = 2 * 60_000;
const maxDenials = 8;
// Everything that runs in a large account; what is not read by then is reported.
const usageMs = 10 * 60_000;

export function connectServices(options: ServiceOptions): Services {
  const { region, profile, endpointUrl, credentials, registryId, stop } = options;
  const agent = { maxSockets, keepAlive: true };
  const settings = {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: 1,
    requestHandler: { httpAgent: agent, httpsAgent: agent, connectionTimeout: 5_000 },
  } as const;
  const counts = new Map<string, number>();
  const patience = { callMs, stop, maxDenials, counts };
  const ecr = connect({ ...settings, registryId }, auditReads);
  const deadline = deadlineIn(usageMs, stop);
  const usage = connectUsage({ settings: () => settings, deadline });
  const elsewhere: Connection<RegistryReads>[] = [];
  const stackTags = connectStackTags(settings);
  const repositoryStacks = connectRepositoryStacks(settings);
  const trail = callsOf(() => new CloudTrailClient(settings));
  return {
    ecr: ecr.patiently({ ...patience, firstMs }),
    ecrIn(other) {
      const connection = connect({ ...settings, region: other }, registryReads);
      elsewhere.push(connection);
      return connection.patiently({ ...patience, callMs: firstMs });
    },
    stackTags: stackTags.patiently(patience),
    repositoryStacks: repositoryStacks.patiently({ ...patience, callMs: firstMs }),
    usage,
    trail: patientCall(trail, patience),
    counts,
    region: ecr.region,
    close() {
      deadline.dispose();
      for (const { close } of [ecr, stackTags, repositoryStacks, trail, usage, ...elsewhere]) close();
    },
  };
}
