/** From an event to its alert: reads the image, the result of its scan, and the image before it. */
import { type Deadline, readUntil } from '../../aws/deadline.ts';
import type { ImageSummary } from '../../aws/ecr/images.ts';
import { unlessNotFound } from '../../aws/faults.ts';
import { partitionOf } from '../../aws/regions.ts';
import { type Alert, alertOf, type Missing, type ScanReport } from './alert.ts';
import { type Attempt, attempt, attemptInHalf, problemOf } from './attempt.ts';
import { commitOf } from './commit.ts';
import { consoleOf } from './console.ts';
import type { Image, ScanEvent } from './event.ts';
import { previousImageOf } from './previous-image.ts';
import { type EcrReads, failureOf, isFailure, isResult, readScan, type ScanResult } from './scan-result.ts';
import type { Settings } from './settings.ts';
import { countInEvent, countOf, isShortOf } from './severity.ts';
import { type Suppression, splitSuppressed, suppressionsInTags } from './suppression.ts';
import { identityOf, oncePerFinding } from './vulnerability.ts';

/** What reading depends on. */
interface Reading {
  readonly ecr: EcrReads;
  readonly deadline: Deadline;
  /** The same operations until an earlier deadline. */
  until(deadline: Deadline): EcrReads;
}

/** An alert, and what must fail the invocation once it is published. */
export interface Built {
  /** Undefined when there is nothing to notify subscribers of. */
  readonly alert: Alert | undefined;
  /** That the image itself could not be looked up, so that the function's errors show it; else undefined. */
  readonly failure: unknown;
}

/**
 * The alert for an event. What ECR refuses to return, such as for want of a permission, does not prevent it: the alert
 * has the counts of the event and the reason.
 *
 * @throws OutOfTime when ECR did not answer in time: a later attempt may read everything
 */
export async function buildAlert(event: ScanEvent, settings: Settings, reading: Reading): Promise<Built> {
  if (event.kind === 'finding' && event.isOfFirstScan) return { alert: undefined, failure: undefined };
  const { ecr } = reading;
  const { repository, digest } = event.image;
  const pushed = await attempt(() => ecr.image(repository, { digest }));
  // Tags may have been added to the image since the event.
  const tags = [...new Set([...event.image.tags, ...(pushed.value?.tags ?? [])])];
  const image = { ...event.image, tags };
  const tagsOfRepository = await attempt(() => repositoryTags(image, ecr));
  const now = Date.now();
  const ofTags = suppressionsInTags(tagsOfRepository.value ?? new Map(), settings.allowSuppressionTags, now);
  const about = {
    image,
    commit: commitOf(tags, repository, settings.sourceUrlTemplate),
    scanner: event.kind === 'scan' ? event.scanner : 'ENHANCED',
    console: consoleOf(image),
    problems: [
      ...settings.suppress.problems,
      ...ofTags.problems,
      ...problemOf('the image', pushed),
      ...problemOf('the tags of the repository, which can suppress findings,', tagsOfRepository),
    ],
    eventCounts: event.kind === 'scan' ? event.counts : undefined,
  } as const;
  const suppressions = [...settings.suppress.suppressions, ...ofTags.suppressions];
  const alert =
    event.kind === 'scan' && event.status !== 'COMPLETE'
      ? await failedScan(event.status, pushed, about, reading)
      : await finishedScan({ event, pushed, about, suppressions, now }, settings, reading);
  return { alert, failure: 'error' in pushed ? pushed.error : undefined };
}

type About = Omit<Extract<Alert, { readonly kind: 'failed' }>, 'kind' | 'status' | 'reason' | 'isImageGone'>;

/** What is missing where there is no result. */
function missingIn(pushed: Attempt<ImageSummary | undefined>): Missing {
  if ('error' in pushed) return 'either';
  return pushed.value === undefined ? 'image' : 'result';
}

/** The tags of the repository; none where it was deleted. */
async function repositoryTags(
  { account, region, repository }: Image,
  ecr: EcrReads,
): Promise<ReadonlyMap<string, string>> {
  const arn = `arn:${partitionOf(region).name}:ecr:${region}:${account}:repository/${repository}`;
  return (await unlessNotFound(['repository'], () => ecr.tags(arn))) ?? new Map();
}

async function failedScan(
  eventStatus: string,
  pushed: Attempt<ImageSummary | undefined>,
  about: About,
  { ecr }: Reading,
): Promise<Alert> {
  const { repository, digest } = about.image;
  const isImageGone = missingIn(pushed) === 'image';
  const read = isImageGone ? { value: undefined } : await attempt(() => readScan(repository, digest, ecr));
  // A scan since, which has a result or goes on, says nothing of why this one failed.
  const failed = read.value !== undefined && isFailure(read.value.status) ? read.value : undefined;
  const { status, reason } = failed ?? { status: eventStatus, reason: undefined };
  const problems = [...about.problems, ...problemOf('the reason', read)];
  return { kind: 'failed', ...about, problems, status, reason, isImageGone };
}

/** What is known of an event before its result is read. */
interface Finished {
  readonly event: ScanEvent;
  readonly pushed: Attempt<ImageSummary | undefined>;
  readonly about: About;
  readonly suppressions: readonly Suppression[];
  readonly now: number;
}

async function finishedScan(
  finished: Finished,
  { threshold, notifyOn }: Settings,
  reading: Reading,
): Promise<Alert | undefined> {
  const { event, pushed, about, suppressions, now } = finished;
  const missing = missingIn(pushed);
  const read =
    missing === 'image' ? { value: undefined } : await attempt(() => settledScan(about, threshold, reading));
  if (!('error' in read) && read.value === undefined) return goneImage(finished, threshold, missing);
  const found = read.value ?? unreadable;
  const compared = await attemptInHalf(
    (half) => comparedOf(event, pushed, found, reading.until(half)),
    reading.deadline,
  );
  return alertOf(
    {
      ...about,
      problems: [...about.problems, ...problemOf('the previous image', compared)],
      findings: withFindingsOf(event, found),
      suppressedByInspector: found.suppressed,
      readCounts: found.counts,
      hasClosed: found.closed.length > 0,
      failure: 'error' in read ? failureOf(read.error) : failureOfResult(found),
      compared: compared.value,
    },
    { threshold, notifyOn, suppressions, now },
  );
}

/** Nothing was read. */
const unreadable: ScanResult = {
  status: 'COMPLETE',
  reason: undefined,
  findings: [],
  suppressed: [],
  closed: [],
  counts: countOf([]),
  failure: undefined,
};

// A part of the findings that comes late is read by then; a part that ECR does not return at all is not worth more calls.
const maxShortReads = 3;

/** The result of a scan, once it is complete: the event may come before the result, or a part of it, can be read. */
function settledScan(
  { image: { repository, digest }, eventCounts = {} }: About,
  threshold: Settings['threshold'],
  { ecr, deadline }: Reading,
): Promise<ScanResult | undefined> {
  let shortReads = 0;
  const isComplete = (read: ScanResult | undefined) => {
    if (read === undefined || !isResult(read.status)) return false;
    shortReads += 1;
    return shortReads === maxShortReads || !isShortOf(eventCounts, read.counts, threshold);
  };
  return readUntil(() => readScan(repository, digest, ecr), isComplete, deadline);
}

function failureOfResult({ status, reason, failure }: ScanResult): string | undefined {
  if (failure !== undefined || isResult(status)) return failure;
  return `ECR reports ${status === '' ? 'no status' : `the status ${status}`}${reason === undefined ? '' : `: ${reason}`}`;
}

/** The findings that were read, and that of a later finding's event even if ECR does not return it yet. */
function withFindingsOf(
  event: ScanEvent,
  { findings, suppressed, closed }: ScanResult,
): ScanReport['findings'] {
  if (event.kind === 'scan') return findings;
  const known = new Set([...findings, ...suppressed, ...closed].map(identityOf));
  return [...findings, ...event.findings.filter((each) => !known.has(identityOf(each)))];
}

/** What an image is compared with; undefined where that cannot be known. */
async function comparedOf(
  event: ScanEvent,
  pushed: Attempt<ImageSummary | undefined>,
  { findings, suppressed }: ScanResult,
  ecr: EcrReads,
): Promise<ScanReport['compared']> {
  if (event.kind === 'finding') return { with: 'first scan', added: event.findings };
  if (pushed.value === undefined || (findings.length === 0 && suppressed.length === 0)) return undefined;
  return previousImageOf(event.image.repository, pushed.value, ecr);
}

/**
 * Of an image that was deleted meanwhile, or whose result was, only the event's own counts are known; of a later finding's
 * event also which one it is, and so whether it is suppressed.
 */
function goneImage(
  { event, about, suppressions, now }: Finished,
  threshold: Settings['threshold'],
  missing: Missing,
): Alert | undefined {
  const counts =
    event.kind === 'scan'
      ? event.counts
      : countOf(oncePerFinding(splitSuppressed(event.findings, suppressions, now).reported, about.scanner));
  const isNotified = counts === undefined || countInEvent(counts, threshold) > 0;
  return isNotified ? { kind: 'gone', ...about, threshold, counts: counts ?? {}, missing } : undefined;
}
