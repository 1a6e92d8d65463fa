/** From an event to its alert: reads the image, the result of its scan, and the image before it. */
import { type Deadline, readUntil } from '../../aws/deadline.ts';
import type { ImageSummary } from '../../aws/ecr/images.ts';
import { unlessNotFound } from '../../aws/faults.ts';
import { type Alert, alertOf, consoleOf, partitionOf } from './alert.ts';
import { commitOf } from './commit.ts';
import type { Image, ScanEvent } from './event.ts';
import { previousImageOf } from './previous-image.ts';
import { type EcrReads, isResult, readScan } from './scan-result.ts';
import type { Settings } from './settings.ts';
import { countOf, isAtLeast, type Severity, severities, type Threshold } from './severity.ts';
import { type Suppressions, suppressionsInTags } from './suppression.ts';

/** What reading depends on. */
interface Reading {
  readonly ecr: EcrReads;
  readonly deadline: Deadline;
}

/** The alert for an event, or undefined when there is nothing to notify subscribers of. */
export async function buildAlert(
  event: ScanEvent,
  settings: Settings,
  reading: Reading,
): Promise<Alert | undefined> {
  if (event.kind === 'finding' && event.isOfFirstScan) return undefined;
  const { repository, digest } = event.image;
  const pushed = await reading.ecr.image(repository, { digest });
  // Tags may have been added to the image since the event.
  const tags = [...new Set([...event.image.tags, ...(pushed?.tags ?? [])])];
  const image = { ...event.image, tags };
  const ofTags = suppressionsInTags(await repositoryTags(image, reading.ecr));
  const about = {
    image,
    commit: commitOf(tags, repository, settings.sourceUrlTemplate),
    scanner: event.kind === 'scan' ? event.scanner : 'ENHANCED',
    console: consoleOf(image),
    problems: [...settings.suppress.problems, ...ofTags.problems],
  } as const;
  return event.kind === 'scan' && event.status !== 'COMPLETE'
    ? failedScan(event.status, pushed, about, reading)
    : finishedScan(event, pushed, about, settings, ofTags, reading);
}

type About = Omit<Extract<Alert, { readonly kind: 'failed' }>, 'kind' | 'status' | 'reason'>;

/** The tags of the repository; none where it was deleted. */
async function repositoryTags(
  { account, region, repository }: Image,
  ecr: EcrReads,
): Promise<ReadonlyMap<string, string>> {
  const arn = `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${repository}`;
  return (await unlessNotFound(['repository'], () => ecr.tags(arn))) ?? new Map();
}

async function failedScan(
  eventStatus: string,
  pushed: ImageSummary | undefined,
  about: About,
  { ecr }: Reading,
): Promise<Alert> {
  const { repository, digest } = about.image;
  const result = pushed && (await readScan(repository, digest, ecr));
  const status = result === undefined || isResult(result.status) ? eventStatus : result.status;
  return { kind: 'failed', ...about, status, reason: result?.reason };
}

async function finishedScan(
  event: ScanEvent,
  pushed: ImageSummary | undefined,
  about: About,
  { threshold, notifyOn, suppress }: Settings,
  ofTags: Suppressions,
  { ecr, deadline }: Reading,
): Promise<Alert | undefined> {
  const { repository, digest } = about.image;
  // The event may come before the result can be read.
  const result =
    pushed &&
    (await readUntil(
      () => readScan(repository, digest, ecr),
      (read) => read !== undefined && isResult(read.status),
      deadline,
    ));
  if (pushed === undefined || result === undefined || !isResult(result.status))
    return goneImage(event, about, threshold);
  const compared =
    event.kind === 'scan'
      ? await previousImageOf(repository, pushed, ecr)
      : ({ with: 'first scan', added: event.findings } as const);
  return alertOf(
    { ...about, findings: result.findings, compared },
    {
      threshold,
      notifyOn,
      suppressions: [...suppress.suppressions, ...ofTags.suppressions],
      now: Date.now(),
    },
  );
}

/** Of an image that was deleted meanwhile only the event's own counts are known. */
function goneImage(event: ScanEvent, about: About, threshold: Threshold): Alert | undefined {
  const counts = event.kind === 'scan' ? event.counts : countOf(event.findings);
  // A finding that is not rated may be LOW.
  const isAtThreshold = (each: Severity) =>
    isAtLeast(each, threshold) || (each === 'UNRATED' && threshold === 'LOW');
  const isNotified = severities.some((each) => isAtThreshold(each) && (counts[each] ?? 0) > 0);
  return isNotified ? { kind: 'gone', ...about, threshold, counts } : undefined;
}
