/** How each repository is scanned. */
import { chunks } from '../../aws/chunks.ts';
import { maxScanningNames, type ScanningReads } from '../../aws/ecr/scanning.ts';
import { mapConcurrently } from '../../aws/map-concurrently.ts';
import { isUnknown, type Known, type ScanReading } from '../reading.ts';
import { orUnknown } from './failures.ts';

/** By repository; where some could not be read, each of them has the reason. */
export async function readScanning(
  ecr: Pick<ScanningReads, 'repositoryScanning'>,
  names: readonly string[],
): Promise<ReadonlyMap<string, Known<ScanReading>>> {
  const found = new Map<string, Known<ScanReading>>();
  await mapConcurrently(chunks(names, maxScanningNames), async (some) => {
    // A repository that was deleted meanwhile is left out of the answer.
    const answer = await orUnknown('ecr:BatchGetRepositoryScanningConfiguration', () =>
      ecr.repositoryScanning(some),
    );
    for (const name of some) {
      const scan = isUnknown(answer) ? answer : answer.get(name);
      if (scan !== undefined) found.set(name, scan);
    }
  });
  return found;
}
