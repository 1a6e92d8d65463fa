/** How each repository is scanned. */
import { chunks } from '../../aws/chunks.ts';
import { maxScanningNames, type ScanningReads } from '../../aws/ecr/scanning.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { isUnknown } from '../../core/known.ts';
import type { ScanReading } from '../reading.ts';
import type { Read } from '../unread.ts';
import { orUnknown } from './failures.ts';

/** By repository; each that could not be read has the reason. */
export async function readScanning(
  ecr: Pick<ScanningReads, 'repositoryScanning'>,
  names: readonly string[],
): Promise<Map<string, Read<ScanReading>>> {
  const found = new Map<string, Read<ScanReading>>();
  await mapConcurrently(chunks(names, maxScanningNames), async (some) => {
    // The response does not contain repositories that were deleted meanwhile.
    const response = await orUnknown('ecr:BatchGetRepositoryScanningConfiguration', () =>
      ecr.repositoryScanning(some),
    );
    for (const name of some) {
      const scan = isUnknown(response) ? response : response.get(name);
      if (scan !== undefined) found.set(name, scan);
    }
  });
  return found;
}
