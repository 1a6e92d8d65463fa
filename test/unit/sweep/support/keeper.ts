/** Sweeps over real HTTP: the steps as the state machine calls them, against the server of the custom resource's bench. */
import '../../custom-resource/support/one-realm.ts';

import { connectClaims } from '../../../../aws/claims/claims-table.ts';
import { deadlineIn } from '../../../../aws/deadline.ts';
import type { EcrCalls } from '../../../../aws/ecr/call.ts';
import { connect } from '../../../../aws/ecr/connection.ts';
import { imageReads } from '../../../../aws/ecr/images.ts';
import { registryReads } from '../../../../aws/ecr/registry.ts';
import { repositoryPolicyReads } from '../../../../aws/ecr/repository-policies.ts';
import { ecrOperations } from '../../../../aws/ecr/settings.ts';
import { memoryObjects } from '../../../../bench/memory-objects.ts';
import { runMap } from '../../../../bench/sweep-map.ts';
import { builtInPolicy, type Policy } from '../../../../core/policy/policy.ts';
import type { ImageReference, UsageEvidence } from '../../../../core/usage/evidence.ts';
import { sweepBatch } from '../../../../sweep/batch.ts';
import type { KeeperSettings } from '../../../../sweep/batch-context.ts';
import { gatherEvidence } from '../../../../sweep/evidence.ts';
import { readLines } from '../../../../sweep/files.ts';
import { sweepKeys } from '../../../../sweep/keys.ts';
import { listSweep } from '../../../../sweep/list.ts';
import type { RepositoryResult } from '../../../../sweep/results.ts';
import type { BatchInput, ListInput } from '../../../../sweep/steps.ts';
import type { KeeperMode } from '../../../../sweep/sweep-info.ts';
import { claimsTableName } from '../../custom-resource/support/claims-table.ts';
import { nameIn } from '../../custom-resource/support/registry.ts';
import { letTimePass } from '../../custom-resource/support/run-repositories.ts';
import { type Server, startServer } from '../../custom-resource/support/server.ts';

/** The application, and what is so at the time of a sweep. */
export interface Sweeping {
  readonly mode?: KeeperMode;
  /** The parameter Keeper when the batches run; by default as when the sweep began. */
  readonly deployed?: KeeperMode;
  readonly scope?: string;
  readonly stackOwned?: KeeperMode;
  readonly isLifecycleManaged?: boolean;
  readonly policy?: Partial<Policy>;
  readonly action?: ListInput['action'];
  readonly again?: string;
  readonly batchSize?: number;
  /** How often a batch is tried. */
  readonly attempts?: number;
  /** Milliseconds that a batch has. */
  readonly batchMs?: number;
  /** The same when it is tried again. */
  readonly againMs?: number;
  /** By repository, the stack that has it; a text is why it was not read. */
  readonly stacks?: Readonly<Record<string, string>> | 'denied';
  readonly references?: readonly Pick<ImageReference, 'repository' | 'tag' | 'user'>[];
  readonly unread?: UsageEvidence['sources'];
  /** The parameter KeeperSourceRegions; each of them replicates repositories whose names begin so. */
  readonly replicatedFrom?: { readonly regions: readonly string[]; readonly prefix: string };
  /** Milliseconds since 1970, by which a batch sees what day it is. */
  readonly now?: () => number;
  /** Milliseconds since 1970; by default now. */
  readonly readAt?: number;
}

export const registry = { registryId: '123456789012', region: 'us-east-1' };
const client = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
} as const;

const operations = (calls: EcrCalls) => ({
  ...ecrOperations(calls),
  ...repositoryPolicyReads(calls),
  ...imageReads(calls),
  ...registryReads(calls),
});

export type Keeper = Awaited<ReturnType<typeof startKeeper>>;

/** @param given a server that others use as well */
export async function startKeeper(given?: Server) {
  const server = given ?? (await startServer());
  const objects = memoryObjects();
  const settings = { ...client, endpoint: server.url };
  const connectAll = () => ({
    ecr: connect(settings, operations),
    claims: connectClaims({ tableName: claimsTableName, client: settings }),
  });
  const logged: unknown[] = [];
  let count = 0;

  /** One batch, as its function does it. */
  const batch = async (input: BatchInput, sweeping: Sweeping) => {
    const connected = connectAll();
    const { batchMs = 120_000, now = Date.now } = sweeping;
    const shares = { working: 0.6, undoing: 0.8, recording: 0.88, reporting: 0.97 };
    const times = {
      working: deadlineIn(batchMs * shares.working),
      undoing: deadlineIn(batchMs * shares.undoing),
      recording: deadlineIn(batchMs * shares.recording),
      reporting: deadlineIn(batchMs * shares.reporting),
    };
    try {
      return await sweepBatch(input, {
        ...connected,
        ...{ objects, times },
        settings: settingsOf(sweeping),
        now,
        log: (entry) => logged.push(entry),
      });
    } finally {
      for (const each of Object.values(connected)) each.close();
      for (const each of Object.values(times)) each.dispose();
    }
  };

  const prepare = async (sweeping: Sweeping) => {
    // Reads that may lag behind the sweep before would be waited for.
    for (const { key } of server.claims.list()) letTimePass(server.claims, nameIn(key) ?? '');
    count += 1;
    const deadline = deadlineIn(60_000);
    const { ecr, claims } = connectAll();
    const { mode = 'Mend', scope = '', action = 'sweep', again } = sweeping;
    const input = { action, sweep: `sweep-${count}`, startedAt: '2026-11-28T00:00:00Z' };
    const listed = await listSweep(again === undefined ? input : { ...input, again }, {
      ...{ ecr: ecr.until(deadline), claims: claims.until(deadline), objects, registry, mode, scope },
    });
    const gathered = await gatherEvidence(listed, {
      ecr: ecr.until(deadline),
      ecrIn: () => ({ ...ecr.until(deadline), replication: async () => replicationTo(sweeping) }),
      sourceRegions: sweeping.replicatedFrom?.regions ?? [],
      usage: { read: async () => evidenceOf(sweeping) },
      stacks: async () => stacksOf(sweeping),
      objects,
    });
    for (const each of [ecr, claims]) each.close();
    deadline.dispose();
    return gathered;
  };

  return {
    server,
    objects,
    logged,
    batch,
    /** The list and the evidence. */
    prepare,
    /** A whole sweep up to its summary. */
    async sweep(sweeping: Sweeping = {}) {
      const gathered = await prepare(sweeping);
      const { batchSize = 25, attempts = 1, againMs = sweeping.batchMs } = sweeping;
      const later = { ...sweeping, ...(againMs === undefined ? {} : { batchMs: againMs }) };
      const tried = new Set<number | undefined>();
      const map = await runMap(gathered, {
        ...{ objects, batchSize, attempts, atOnce: 4 },
        batch(input) {
          const first = input.Items[0]?.index;
          const isAgain = tried.has(first);
          tried.add(first);
          return batch(input, isAgain ? later : sweeping);
        },
      });
      const results = await resultsOf(gathered.sweep);
      return { ...gathered, map, results, of: new Map(results.map((each) => [each.name, each])) };
    },
    stop: () => server.stop(),
  };

  async function resultsOf(sweep: string): Promise<readonly RepositoryResult[]> {
    const found: RepositoryResult[] = [];
    for await (const key of objects.list(sweepKeys(sweep).results))
      for await (const result of readLines<RepositoryResult>(key, objects)) found.push(result);
    return found;
  }
}

function settingsOf({
  mode = 'Mend',
  deployed,
  stackOwned = 'Report',
  isLifecycleManaged = false,
  policy,
}: Sweeping): KeeperSettings {
  return {
    mode: deployed ?? mode,
    stackOwned,
    isLifecycleManaged,
    policy: { ...builtInPolicy, ...policy },
    stack: 'arn:aws:cloudformation:us-east-1:123456789012:stack/ecr-hardening/one',
  };
}

function evidenceOf({ references = [], unread = {}, readAt = Date.now() }: Sweeping): UsageEvidence {
  const all = references.map((each) => ({ ...registry, ...each }));
  const read = {
    ecs: all.length,
    lambda: 0,
    batch: 0,
    codebuild: 0,
    apprunner: 0,
    sagemaker: 0,
    inspector: 0,
  };
  return { readAt, references: all, sources: { ...read, ...unread } };
}

function stacksOf({ stacks = {} }: Sweeping) {
  if (stacks !== 'denied') return { stacks: 3, stackOf: new Map(Object.entries(stacks)) };
  const denied = Object.assign(new Error('denied'), {
    name: 'AccessDenied',
    $metadata: { httpStatusCode: 403 },
  });
  throw denied;
}

function replicationTo({ replicatedFrom }: Sweeping) {
  const prefixes = replicatedFrom === undefined ? [] : [replicatedFrom.prefix];
  const rules = replicatedFrom === undefined ? [] : [{ destinations: [registry], prefixes }];
  return { registryId: registry.registryId, rules };
}
