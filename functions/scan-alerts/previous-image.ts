/** The image that was pushed before another one, with which it can be compared. */
import type { ImageSummary } from '../../aws/ecr/images.ts';
import type { ScanReport } from './alert.ts';
import { type EcrReads, isResult, PartlyRead, readScan } from './scan-result.ts';

// One push of several architectures creates several images, which are no previous ones of each other.
const onePushMs = 5 * 60 * 1000;
// An image index has no scan of its own, and some images cannot be scanned.
const maxCandidates = 5;

/**
 * The image pushed before in the same repository that has a result, and its findings.
 *
 * A tagged image is compared with tagged ones. An untagged one is most likely an architecture of an index: it is
 * compared with untagged ones of an earlier push.
 *
 * @throws PartlyRead where not all of its findings can be read
 */
export async function previousImageOf(
  repository: string,
  image: ImageSummary,
  ecr: EcrReads,
): Promise<ScanReport['compared']> {
  const isTagged = image.tags.length > 0;
  const images = await ecr.images(repository, { tagStatus: isTagged ? 'TAGGED' : 'UNTAGGED' });
  const latest = image.pushedAt - (isTagged ? 0 : onePushMs);
  const candidates = images
    .filter(({ digest, pushedAt }) => digest !== image.digest && pushedAt <= latest)
    .toSorted((one, other) => other.pushedAt - one.pushedAt)
    .slice(0, maxCandidates);
  for (const { digest, tags, pushedAt } of candidates) {
    const result = await readScan(repository, digest, ecr);
    if (result === undefined || !isResult(result.status)) continue;
    // Compared with a part of them, the rest would look new.
    if (result.failure !== undefined) throw new PartlyRead(result.failure);
    const previous = { digest, tags, pushedAt: new Date(pushedAt).toISOString().slice(0, 10) };
    const { findings, suppressed: suppressedByInspector } = result;
    return { with: 'previous image', previous, findings, suppressedByInspector };
  }
  return undefined;
}
