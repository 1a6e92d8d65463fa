/** The effective scanning: a repository's own setting combined with the registry's configuration. */
import type { ScanFrequency, ScanType } from '../aws/ecr/ecr.ts';
import { both } from '../aws/map-concurrently.ts';
import type { ReconcileContext } from './context.ts';

/**
 * The effective scan frequency that ECR reports, by repository. ScanOnPush alone does not determine it: a rule of the
 * registry can cover a repository without it, and enhanced scanning can leave out one with it
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html).
 */
export interface Scanning {
  readonly frequencies: ReadonlyMap<string, ScanFrequency>;
  readonly type: ScanType;
}

/** The effective scanning of repositories; without a response of ECR it counts as not scanned. */
export async function readScanning(
  names: readonly string[],
  { ecr }: Pick<ReconcileContext, 'ecr'>,
): Promise<Scanning> {
  if (names.length === 0) return { frequencies: new Map(), type: 'BASIC' };
  const [known, type] = await both(
    () => ecr.scanFrequencies(names),
    () => ecr.scanType(),
  );
  const frequencies = new Map(names.map((name) => [name, known.get(name) ?? ('MANUAL' as const)]));
  return { frequencies, type };
}

/** The repositories that are not scanned. */
export function unscanned({ frequencies }: Scanning): readonly string[] {
  return [...frequencies].filter(([, frequency]) => frequency === 'MANUAL').map(([name]) => name);
}
