/** Events as the keeper's function handles them, against the server of the custom resource's bench. */
import '../../custom-resource/support/one-realm.ts';

import { connectClaims } from '../../../../aws/claims/claims-table.ts';
import { deadlineIn } from '../../../../aws/deadline.ts';
import type { EcrCalls } from '../../../../aws/ecr/call.ts';
import { connect } from '../../../../aws/ecr/connection.ts';
import { imageReads } from '../../../../aws/ecr/images.ts';
import { repositoryPolicyReads } from '../../../../aws/ecr/repository-policies.ts';
import { ecrOperations } from '../../../../aws/ecr/settings.ts';
import { builtInPolicy, type Policy } from '../../../../core/policy/policy.ts';
import type { RegistryEvent } from '../../../../core/registry-events/event.ts';
import type { EventOutcome } from '../../../../sweep/events/events-context.ts';
import { handleEvents } from '../../../../sweep/events/handle.ts';
import { startSeen } from '../../../../sweep/events/seen.ts';
import type { KeeperMode } from '../../../../sweep/sweep-info.ts';
import { claimsTableName } from '../../custom-resource/support/claims-table.ts';
import { nameIn } from '../../custom-resource/support/registry.ts';
import { letTimePass } from '../../custom-resource/support/run-repositories.ts';
import type { Server } from '../../custom-resource/support/server.ts';
import { registry } from './keeper.ts';

/** The application's parameters, and what is so meanwhile. */
export interface Handling {
  readonly mode?: KeeperMode;
  readonly scope?: string;
  readonly stackOwned?: KeeperMode;
  readonly policy?: Partial<Policy>;
  /** By repository, the stack that has it. */
  readonly stacks?: Readonly<Record<string, string>>;
  /** Prefixes of pull through cache rules. */
  readonly caches?: readonly string[];
  /** Milliseconds since 1970; by default now. */
  readonly now?: () => number;
  /** Whether the events are delivered again. */
  readonly isAgain?: boolean;
}

const client = {
  region: registry.region,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
} as const;

const operations = (calls: EcrCalls) => ({
  ...ecrOperations(calls),
  ...repositoryPolicyReads(calls),
  ...imageReads(calls),
});

/** The server's table of claims. */
export const connectTable = ({ url }: Server) =>
  connectClaims({ tableName: claimsTableName, client: { ...client, endpoint: url } });

/** One instance of the function: what it has seen is kept from batch to batch. */
export function startEvents(server: Server) {
  const seen = startSeen();
  const settings = { ...client, endpoint: server.url };
  let count = 0;
  return async (
    events: readonly RegistryEvent[],
    {
      mode = 'Mend',
      stackOwned = 'Report',
      scope = '*',
      policy,
      stacks = {},
      caches = [],
      now,
      isAgain,
    }: Handling = {},
  ): Promise<readonly EventOutcome[]> => {
    // Reads that may lag behind what was written before would be waited for.
    for (const { key } of server.claims.list()) letTimePass(server.claims, nameIn(key) ?? '');
    count += 1;
    const ecr = connect(settings, operations);
    const claims = connectTable(server);
    // More than the function has: a busy machine must not decide what comes of an event.
    const times = {
      working: deadlineIn(72_000),
      undoing: deadlineIn(96_000),
      recording: deadlineIn(104_000),
      reporting: deadlineIn(116_000),
    };
    try {
      return await handleEvents(events, {
        ...{ ecr, claims, times, registry, scope, seen },
        name: `events-${count}`,
        settings: {
          ...{ mode, stackOwned, isLifecycleManaged: false },
          policy: { ...builtInPolicy, ...policy },
          stack: 'arn:aws:cloudformation:us-east-1:123456789012:stack/ecr-hardening/one',
        },
        origins: async () => ({
          pullThrough: caches.map((prefix) => ({ prefix, upstream: 'public.ecr.aws' })),
          replication: [],
        }),
        stackOf: async (name) => stacks[name],
        now: now ?? Date.now,
        again: new Set(isAgain === true ? events.map(({ id }) => id) : []),
        log: () => undefined,
      });
    } finally {
      for (const each of [ecr, claims]) each.close();
      for (const each of Object.values(times)) each.dispose();
    }
  };
}

let eventCount = 0;

/** An event about a repository; every one has its own ID. */
export function eventLike(repository: string, more: Partial<RegistryEvent> = {}): RegistryEvent {
  eventCount += 1;
  return {
    ...{ id: `event-${eventCount}`, repository, ...registry, at: Date.now() },
    ...{ subject: 'creation', action: 'CreateRepository', by: terraform },
    ...more,
  };
}

export const terraform = {
  arn: 'arn:aws:sts::123456789012:assumed-role/terraform/nightly',
  role: 'arn:aws:iam::123456789012:role/terraform',
  kind: 'AssumedRole',
  source: '198.51.100.7',
  userAgent: 'Terraform/1.14',
  invokedBy: undefined,
};
