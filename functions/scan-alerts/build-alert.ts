/** From an event to the alert that people get of it: reads the image, its result, and the image before it. */
import { type Deadline, readUntil } from '../../aws/deadline.ts';
import { type Alert, alertOf, consoleOf } from './alert.ts';
import { commitOf } from './commit.ts';
import type { Ecr } from './ecr.ts';
import type { ScanEvent } from './event.ts';
import { isResult, previousImageOf } from './previous-image.ts';
import type { Settings } from './settings.ts';
import { countOf, isAtLeast, type Severity, severities } from './severity.ts';
import { suppressionsInTags } from './suppression.ts';

/** The alert for an event, or undefined when nobody has to be told. */
export async function buildAlert(
  event: ScanEvent,
  settings: Settings,
  { ecr, deadline }: { readonly ecr: Ecr; readonly deadline: Deadline },
): Promise<Alert | undefined> {
  if (event.kind === 'finding' && event.isOfFirstScan) return undefined;
  const { repository, digest } = event.image;
  const pushed = await ecr.image(repository, digest);
  // An image can have got more tags since the event.
  const tags = [...new Set([...event.image.tags, ...(pushed?.tags ?? [])])];
  const image = { ...event.image, tags };
  const ofTags = suppressionsInTags(await ecr.tags(image));
  const { threshold, notifyOn, suppress } = settings;
  const common = {
    image,
    commit: commitOf(tags, repository, settings.sourceUrlTemplate),
    scanner: event.kind === 'scan' ? event.scanner : 'ENHANCED',
    console: consoleOf(image),
    problems: [...suppress.problems, ...ofTags.problems],
  } as const;
  if (event.kind === 'scan' && event.status !== 'COMPLETE') {
    const result = pushed && (await ecr.scan(repository, digest));
    const status = result === undefined || isResult(result.status) ? event.status : result.status;
    return { kind: 'failed', ...common, status, reason: result?.reason };
  }

  // The event may come before the result can be read.
  const result =
    pushed &&
    (await readUntil(
      () => ecr.scan(repository, digest),
      (read) => read !== undefined && isResult(read.status),
      deadline,
    ));
  if (pushed === undefined || result === undefined || !isResult(result.status)) {
    const counts = event.kind === 'scan' ? event.counts : countOf(event.findings);
    // What is not rated may be LOW.
    const isTold = (each: Severity) =>
      isAtLeast(each, threshold) || (each === 'UNRATED' && threshold === 'LOW');
    const isBad = severities.some((each) => isTold(each) && (counts[each] ?? 0) > 0);
    return isBad ? { kind: 'gone', ...common, threshold, counts } : undefined;
  }
  const compared =
    event.kind === 'scan'
      ? await previousImageOf(repository, pushed, ecr)
      : ({ with: 'first scan', added: event.findings } as const);
  return alertOf(
    { ...common, findings: result.findings, compared },
    {
      threshold,
      notifyOn,
      suppressions: [...suppress.suppressions, ...ofTags.suppressions],
      now: Date.now(),
    },
  );
}
