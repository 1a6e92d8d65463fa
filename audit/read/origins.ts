/** Which repositories ECR itself fills: caches of other registries, and replicas. */
import type { RegistryReads } from '../../aws/ecr/registry.ts';
import { isUnknown } from '../../core/known.ts';
import type { Origins, ReplicationSource } from '../origin.ts';
import type { Read } from '../unread.ts';
import { orUnknown } from './failures.ts';

/** What is read, and from where. */
export interface OriginReads {
  readonly ecr: RegistryReads;
  /** The same for the caller's registry in another Region. */
  readonly ecrIn: (region: string) => RegistryReads;
  readonly region: string;
  /** Regions that may replicate into this one, beside those that this one replicates to. */
  readonly sourceRegions: readonly string[];
  /** Whether it is the registry of the caller's own account, which is the only one whose replication AWS shows. */
  readonly isOwn: boolean;
}

/**
 * Replication is set at its source, so a destination does not know of it. What is read are the Regions that the caller
 * names, and those that this registry replicates to: two Regions that replicate to each other are common.
 */
export async function readOrigins(reads: OriginReads): Promise<Origins> {
  const [pullThrough, replication] = await Promise.all([
    orUnknown('ecr:DescribePullThroughCacheRules', reads.ecr.pullThroughCacheRules),
    readReplication(reads),
  ]);
  return { pullThrough, replication };
}

async function readReplication(reads: OriginReads): Promise<Read<readonly ReplicationSource[]>> {
  const { ecr, ecrIn, region, sourceRegions, isOwn } = reads;
  if (!isOwn) return { unknown: { code: 'other-account' } };
  const own = await orUnknown('ecr:DescribeRegistry', ecr.replication);
  if (isUnknown(own)) return own;
  const others = own.rules
    .flatMap(({ destinations }) => destinations)
    .filter((to) => to.registryId === own.registryId)
    .map((to) => to.region);
  const sources: ReplicationSource[] = [];
  for (const from of new Set([...sourceRegions, ...others])) {
    if (from === region) continue;
    const there = await orUnknown(`ecr:DescribeRegistry in ${from}`, ecrIn(from).replication);
    if (isUnknown(there)) return there;
    for (const { destinations, prefixes } of there.rules)
      if (destinations.some((to) => to.region === region && to.registryId === own.registryId))
        sources.push({ region: from, prefixes });
  }
  return sources;
}
