/** Whose registry the caller's is. */
import type { RegistryReads } from '../../aws/ecr/registry.ts';
import type { RegistryScanning } from '../../aws/ecr/scanning.ts';
import { isUnknown } from '../../core/known.ts';
import type { Read } from '../unread.ts';
import { orUnknown } from './failures.ts';

/** The account of the caller's registry; a registry whose scanning was never configured does not say it there. */
export async function accountOf(
  scanning: Read<RegistryScanning>,
  { replication }: RegistryReads,
): Promise<string> {
  if (!isUnknown(scanning) && scanning.registryId !== '') return scanning.registryId;
  const own = await orUnknown('ecr:DescribeRegistry', replication);
  return isUnknown(own) ? '' : own.registryId;
}

/** Reads the replication with the first call for it only. */
export function withReplicationOnce<Reads extends RegistryReads>(ecr: Reads): Reads {
  let reading: ReturnType<RegistryReads['replication']> | undefined;
  const replication: RegistryReads['replication'] = () => {
    reading ??= ecr.replication();
    return reading;
  };
  return { ...ecr, replication };
}
