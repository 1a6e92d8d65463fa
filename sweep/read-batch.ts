/** Reads the repositories of a batch as the audit does. */
import { originOf } from '../audit/origin.ts';
import { readParts } from '../audit/read/parts.ts';
import { readScanning } from '../audit/read/scanning.ts';
import type { RepositoryReading } from '../audit/reading.ts';
import type { Read } from '../audit/unread.ts';
import type { Deadline } from '../aws/deadline.ts';
import type { Repository } from '../aws/ecr/ecr.ts';
import { mapConcurrently } from '../aws/map-concurrently.ts';
import { isUnknown } from '../core/known.ts';
import type { BatchEcr } from './batch-context.ts';
import type { SweepItem } from './items.ts';
import type { SweepInfo } from './sweep-info.ts';
import type { BatchUsage } from './usage-of-batch.ts';

/** One repository of a batch, as it is now. */
export type BatchReading =
  | {
      readonly kind: 'read';
      readonly item: SweepItem;
      readonly repository: Repository;
      readonly reading: RepositoryReading;
    }
  | { readonly kind: 'deleted' | 'not-reached'; readonly item: SweepItem }
  | { readonly kind: 'failed'; readonly item: SweepItem; readonly error: unknown };

// Three calls for each at once; each may hold 100,000 images.
const repositoriesAtOnce = 8;

/**
 * Reads each, and hands it over at once.
 *
 * @returns what `then` makes of each, in their order
 * @throws errors of ECR if the repositories cannot be described at all; OutOfTime; errors of `then`
 */
export async function readBatch<Result>(
  items: readonly SweepItem[],
  info: SweepInfo,
  usage: BatchUsage,
  { ecr, working }: { readonly ecr: BatchEcr; readonly working: Pick<Deadline, 'leftMs'> },
  then: (reading: BatchReading) => Promise<Result>,
): Promise<readonly Result[]> {
  const described = await ecr.repositoriesNamed(items.map(({ name }) => name));
  const byName = new Map(described.map((each) => [each.name, each]));
  const scanning = await readScanning(ecr, [...byName.keys()]);
  const readOne = async (item: SweepItem): Promise<BatchReading> => {
    const repository = byName.get(item.name);
    if (repository === undefined) return { kind: 'deleted', item };
    if (working.leftMs() === 0) return { kind: 'not-reached', item };
    const parts = await readParts(ecr, item.name);
    // Calls that were ended with the batch say nothing of the repository.
    if (working.leftMs() === 0) return { kind: 'not-reached', item };
    if (parts === 'gone') return { kind: 'deleted', item };
    const scan: RepositoryReading['scan'] = scanning.get(item.name) ?? {
      unknown: { code: 'scanning-not-returned' },
    };
    const whole = { ...aboutRepository(repository), ...parts, scan };
    return { kind: 'read', item, repository, reading: { ...whole, ...aboutItem(item, info, usage) } };
  };
  const orFailed = async (item: SweepItem): Promise<BatchReading> => {
    try {
      return await readOne(item);
    } catch (error) {
      return { kind: 'failed', item, error };
    }
  };
  return mapConcurrently(items, async (item) => then(await orFailed(item)), repositoriesAtOnce);
}

function aboutRepository({ uri: _uri, registryId: _registryId, ...about }: Repository) {
  return about;
}

/** What the evidence says of a repository. */
function aboutItem(
  { name, stack }: SweepItem,
  { evidence }: SweepInfo,
  { sources, byRepository }: BatchUsage,
): Pick<RepositoryReading, 'stack' | 'origin' | 'pushes' | 'references' | 'previousAudit'> {
  const isAnyRead = Object.values(sources).some((source) => !isUnknown(source));
  const references: RepositoryReading['references'] =
    byRepository.get(name) ?? (isAnyRead ? [] : { unknown: { code: 'usage-unread' } });
  return {
    stack: stack ?? unknownStack(evidence),
    origin:
      evidence === undefined
        ? { unknown: { code: 'no-response', action: 'ecr:DescribeRegistry' } }
        : originOf(name, evidence.origins, false),
    pushes: { unknown: { code: 'pushes-not-requested' } },
    references,
    previousAudit: undefined,
  };
}

/** Why the stack of a repository without one is not known; undefined where all stacks were read. */
function unknownStack(evidence: SweepInfo['evidence']): Read<undefined> {
  if (evidence === undefined) return { unknown: { code: 'stack-not-found' } };
  return isUnknown(evidence.stacks) ? evidence.stacks : undefined;
}
