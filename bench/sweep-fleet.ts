/** A sweep of a registry of any size, in virtual time: the steps as the state machine calls them. */
import { startPaces } from '../aws/calls.ts';
import { deadlineIn } from '../aws/deadline.ts';
import { builtInPolicy } from '../core/policy/policy.ts';
import { sweepBatch } from '../sweep/batch.ts';
import { gatherEvidence } from '../sweep/evidence.ts';
import { listSweep } from '../sweep/list.ts';
import type { BatchInput, BatchOutput, EvidenceOutput, SweepStep } from '../sweep/steps.ts';
import type { KeeperMode } from '../sweep/sweep-info.ts';
import { type MemoryClaims, memoryClaims } from './memory-claims.ts';
import { type MemoryObjects, memoryObjects } from './memory-objects.ts';
import { type MapResult, runMap } from './sweep-map.ts';
import { kindOf, nameOf, type SweepRegistry, startSweepRegistry } from './sweep-registry.ts';
import { startVirtualTime, type VirtualTime } from './virtual-time.ts';

/** The size, and the rates. */
export interface FleetOptions {
  readonly repositories: number;
  /** Calls a second of each operation of ECR. */
  readonly perSecond: number;
  /** As the registry's. */
  readonly pageSize?: number | undefined;
  readonly images?: number | undefined;
  readonly latencyMs: number;
  /** MaxConcurrency. */
  readonly atOnce: number;
  readonly batchSize: number;
  /** The time-out of the batch's function. */
  readonly batchMs: number;
  readonly mode: KeeperMode;
  /** The last step, if there is one. */
  readonly summary?: (step: SweepStep, objects: MemoryObjects) => Promise<unknown>;
}

export interface StepFigures {
  /** In virtual time. */
  readonly milliseconds: number;
  /** The peak of the heap in bytes, over what was there before; what is no longer used counts too. */
  readonly heapBytes: number;
  readonly output: unknown;
}

/** The services, and the steps that call them. */
export interface Fleet {
  readonly registry: SweepRegistry;
  readonly claims: MemoryClaims;
  readonly objects: MemoryObjects;
  list(): Promise<SweepStep>;
  evidence(listed: SweepStep): Promise<EvidenceOutput>;
  batch(input: BatchInput, worker: number): Promise<BatchOutput>;
  /** How long batches took in all, in milliseconds. */
  batchesMs(): number;
}

const home = { registryId: '123456789012', region: 'us-east-1' };
const longMs = 15 * 60_000;

/** A whole sweep; what it leaves is in the fleet. */
export async function sweepFleet(options: FleetOptions) {
  const heap = startHeapWatch();
  const time = startVirtualTime(heap.look);
  try {
    const fleet = startFleet(options, time);
    const figures = new Map<string, StepFigures>();
    const timed = async <Output>(step: string, work: () => Promise<Output>): Promise<Output> => {
      heap.start();
      const { result, milliseconds } = await time.run(work);
      figures.set(step, { milliseconds, heapBytes: heap.peak(), output: result });
      return result;
    };
    const listed = await timed('list', fleet.list);
    const gathered = await timed('evidence', () => fleet.evidence(listed));
    const { objects, batch } = fleet;
    const { atOnce, batchSize, summary } = options;
    const map: MapResult = await timed('batches', () =>
      runMap(gathered, { objects, atOnce, batchSize, attempts: 3, batch }),
    );
    if (summary !== undefined) await timed('summary', () => summary(listed, objects));
    // What is looked at afterwards takes no time.
    objects.before = async () => undefined;
    return { fleet, figures, map };
  } finally {
    time.restore();
  }
}

function startFleet(options: FleetOptions, time: VirtualTime): Fleet {
  const { repositories, perSecond, pageSize, images, latencyMs, batchMs, mode } = options;
  const answer = () => time.sleep(latencyMs);
  const registry = startSweepRegistry({ repositories, perSecond, pageSize, images, answer });
  const claims = memoryClaims(() => time.sleep(latencyMs / 2));
  const objects = memoryObjects();
  objects.before = () => time.sleep(latencyMs / 2);
  const paces = Array.from({ length: options.atOnce }, startPaces);
  let batchesMs = 0;
  return {
    ...{ registry, claims, objects },
    batchesMs: () => batchesMs,
    async list() {
      const deadline = deadlineIn(longMs);
      const ecr = registry.connect().until(deadline);
      const input = { action: 'sweep', sweep: 'bench', startedAt: '2026-11-28T00:00:00Z' } as const;
      const table = claims.until(deadline);
      const listed = await listSweep(input, { ecr, claims: table, objects, registry: home, mode, scope: '' });
      deadline.dispose();
      return listed;
    },
    async evidence(listed) {
      const deadline = deadlineIn(longMs);
      const ecr = registry.connect().until(deadline);
      const usage = { read: async () => usageOf(repositories) };
      const stacks = async () => ({ stacks: 50, stackOf: stacksOf(repositories) });
      const gathered = await gatherEvidence(listed, {
        ecr,
        ecrIn: () => ecr,
        sourceRegions: [],
        usage,
        stacks,
        objects,
      });
      deadline.dispose();
      return gathered;
    },
    async batch(input, worker) {
      const from = performance.now();
      const ecr = registry.connect(paces[worker]);
      return oneBatch(input, batchMs, { ecr, claims, objects }).finally(() => {
        batchesMs += performance.now() - from;
      });
    },
  };
}

async function oneBatch(
  input: BatchInput,
  batchMs: number,
  connected: Pick<Parameters<typeof sweepBatch>[1], 'ecr' | 'claims' | 'objects'>,
): Promise<BatchOutput> {
  const times = {
    working: deadlineIn(batchMs * 0.6),
    undoing: deadlineIn(batchMs * 0.8),
    recording: deadlineIn(batchMs * 0.88),
    reporting: deadlineIn(batchMs * 0.97),
  };
  const stack = 'arn:aws:cloudformation:us-east-1:123456789012:stack/ecr-hardening/bench';
  try {
    return await sweepBatch(input, {
      ...{ ...connected, times },
      settings: {
        mode: 'Mend',
        stackOwned: 'Report',
        isLifecycleManaged: false,
        policy: builtInPolicy,
        stack,
      },
      now: Date.now,
      log: () => undefined,
    });
  } finally {
    for (const each of Object.values(times)) each.dispose();
  }
}

/** One image in use of every second repository. */
function usageOf(repositories: number) {
  const references = Array.from({ length: Math.floor(repositories / 2) }, (_, at) => ({
    ...home,
    repository: nameOf(at * 2),
    tag: 'v2',
    user: { source: 'ecs', arn: `arn:aws:ecs:us-east-1:123456789012:service/main/service-${at}` } as const,
  }));
  const none = { lambda: 0, batch: 0, codebuild: 0, apprunner: 0, sagemaker: 0, inspector: 0 };
  return { readAt: Date.now(), references, sources: { ecs: references.length, ...none } };
}

function stacksOf(repositories: number): ReadonlyMap<string, string> {
  const all = Array.from({ length: repositories }, (_, index) => index);
  const owned = all.filter((index) => kindOf(index) === 'stack');
  return new Map(owned.map((index) => [nameOf(index), `stack-${index % 50}`]));
}

function startHeapWatch() {
  let base = 0;
  let peak = 0;
  let turns = 0;
  const used = () => process.memoryUsage().heapUsed;
  return {
    start() {
      globalThis.gc?.();
      base = used();
      peak = base;
    },
    look() {
      turns += 1;
      if (turns % 500 === 0) peak = Math.max(peak, used());
    },
    peak: () => Math.max(peak, used()) - base,
  };
}
