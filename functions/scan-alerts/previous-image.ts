/** The image that was pushed before another one, with which it can be compared. */
import type { ScanReport } from './alert.ts';
import type { Ecr, ImageSummary } from './ecr.ts';

// One push of several architectures makes several images: those are no earlier ones.
const onePushMs = 5 * 60 * 1000;
// An index of architectures has no scan of its own, nor has what could not be scanned.
const mostLooks = 5;

/**
 * The image pushed before in the same repository that has a result, and its findings.
 *
 * A tagged image is compared with tagged ones. An untagged one is most likely an architecture of an index: it is
 * compared with untagged ones of an earlier push.
 */
export async function previousImageOf(
  repository: string,
  image: ImageSummary,
  ecr: Ecr,
): Promise<ScanReport['compared']> {
  const isTagged = image.tags.length > 0;
  const images = await ecr.images(repository, isTagged ? 'TAGGED' : 'UNTAGGED');
  const latest = image.pushedAt - (isTagged ? 0 : onePushMs);
  const candidates = images
    .filter(({ digest, pushedAt }) => digest !== image.digest && pushedAt <= latest)
    .toSorted((one, other) => other.pushedAt - one.pushedAt)
    .slice(0, mostLooks);
  for (const { digest, tags, pushedAt } of candidates) {
    const result = await ecr.scan(repository, digest);
    if (result === undefined || !isResult(result.status)) continue;
    const earlier = { digest, tags, pushedAt: new Date(pushedAt).toISOString().slice(0, 10) };
    return { with: 'earlier image', earlier, findings: result.findings };
  }
  return undefined;
}

/** Whether a scan with this status has found what there is: of a scan that goes on, up to now. */
export function isResult(status: string): boolean {
  return status === 'COMPLETE' || status === 'ACTIVE';
}
