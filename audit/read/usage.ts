/** What uses the images of the registry, by repository. */
import type { Repository } from '../../aws/ecr/ecr.ts';
import type { Usage } from '../../aws/usage/usage-reads.ts';
import { isUnknown } from '../../core/known.ts';
import type { ImageReference, UsageEvidence, UsageSource } from '../../core/usage/evidence.ts';
import type { Read } from '../unread.ts';

/** What the services say. */
export interface UsageRead {
  readonly sources: UsageEvidence['sources'];
  readonly byRepository: ReadonlyMap<string, readonly ImageReference[]>;
  /** Whether any of them could be read. */
  readonly isAnyRead: boolean;
}

/** @param wanted the services to ask; none: it is unknown */
export async function readUsage(
  usage: Usage,
  listed: readonly Pick<Repository, 'registryId'>[],
  region: string,
  wanted: readonly UsageSource[],
): Promise<Read<UsageRead>> {
  const registryId = listed[0]?.registryId;
  if (wanted.length === 0 || registryId === undefined) return { unknown: { code: 'usage-not-requested' } };
  // Inspector is asked for the clusters of the first images in use: it takes a call for each.
  const options = { isAskedFor: () => true };
  const { sources, references } = await usage.read({ registryId, region }, wanted, options);
  const byRepository = new Map<string, ImageReference[]>();
  for (const reference of references) {
    const own = byRepository.get(reference.repository) ?? [];
    own.push(reference);
    byRepository.set(reference.repository, own);
  }
  const isAnyRead = Object.values(sources).some((source) => !isUnknown(source));
  return { sources, byRepository, isAnyRead };
}

/** What uses the images of one repository. */
export function referencesTo(
  name: string,
  { byRepository, isAnyRead }: UsageRead,
): Read<readonly ImageReference[]> {
  const found = byRepository.get(name);
  return found ?? (isAnyRead ? [] : { unknown: { code: 'usage-unread' } });
}
