/** The scanning in effect: what a repository's own setting and the registry's configuration come to. */
import type { ScanFrequency, ScanType } from '../aws/ecr/ecr.ts';
import type { ReconcileContext } from './context.ts';

/**
 * What ECR itself says is in effect, by repository. A repository's ScanOnPush alone does not tell: a rule of the
 * registry can cover one that is not set, and enhanced scanning leaves out one that is
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html).
 */
export interface Scanning {
  readonly frequencies: ReadonlyMap<string, ScanFrequency>;
  readonly type: ScanType;
}

/** The scanning in effect of repositories; where ECR gives no answer nothing is promised. */
export async function readScanning(
  names: readonly string[],
  { ecr }: Pick<ReconcileContext, 'ecr'>,
): Promise<Scanning> {
  if (names.length === 0) return { frequencies: new Map(), type: 'BASIC' };
  const known = await ecr.scanFrequencies(names);
  const frequencies = new Map(names.map((name) => [name, known.get(name) ?? ('MANUAL' as const)]));
  return { frequencies, type: await ecr.scanType() };
}

/** The repositories that are not scanned. */
export function unscanned({ frequencies }: Scanning): readonly string[] {
  return [...frequencies].filter(([, frequency]) => frequency === 'MANUAL').map(([name]) => name);
}
