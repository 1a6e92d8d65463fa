/** An alert as it waits for the digest: what the digest shows of it. Pure. */
import { isList, isObject, isOneOf, member } from '../../../core/json.ts';
import type { Alert, Missing } from '../alert.ts';
import { type Counts, type Severity, severities } from '../severity.ts';
import { clip } from '../vulnerability.ts';
import { countedAtThreshold, countsOnce, worstSeverityOf } from '../wording.ts';

/** In the order in which the digest has them. */
export const alertKinds = [
  'findings',
  'suppressed',
  'failed',
  'gone',
] as const satisfies readonly Alert['kind'][];

const missingParts = ['image', 'result', 'either'] as const satisfies readonly Missing[];

/** One alert. */
export interface DigestEntry {
  /** The event's id: an event that was handled twice counts once. */
  readonly event: string;
  /** When the alert was made, as in ISO 8601. */
  readonly at: string;
  readonly kind: Alert['kind'];
  readonly repository: string;
  readonly digest: string;
  /** One of the image's tags; null if it has none. */
  readonly tag: string | null;
  readonly scanner: Alert['scanner'];
  /** The highest; null if none is known. */
  readonly severity: Severity | null;
  /** Severities without findings are left out. */
  readonly counts: Partial<Counts>;
  /** How many findings at or above the threshold are new; null if there is nothing to compare with. */
  readonly fresh: number | null;
  /** Whether findings are missing, because they could not be read. */
  readonly isUnread: boolean;
  /** Of kind `gone`. */
  readonly missing?: Missing;
  readonly console: string;
  readonly problems: readonly string[];
}

const maxProblems = 5;
const maxCharacters = 300;

/** @param at now */
export function entryOf(alert: Alert, event: string, at: Date): DigestEntry {
  const { kind, image, scanner, console } = alert;
  const isFindings = kind === 'findings';
  const isUnread = isFindings && alert.unread !== undefined;
  const counts = countsOf(alert, isUnread);
  return {
    ...{ event, at: at.toISOString(), kind, repository: image.repository, digest: image.digest },
    tag: image.tags[0] ?? null,
    severity: worstSeverityOf(alert) ?? null,
    counts: Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    fresh:
      isFindings && alert.news !== undefined ? countedAtThreshold(alert.news.findings, alert).length : null,
    ...{ scanner, isUnread, console },
    ...(alert.kind === 'gone' ? { missing: alert.missing } : {}),
    problems: alert.problems.slice(0, maxProblems).map((problem) => clip(problem, maxCharacters)),
  };
}

/** The counts of the event where not all findings could be read, and otherwise those that were. */
function countsOf(alert: Alert, isUnread: boolean): Partial<Counts> {
  if (alert.kind === 'failed') return alert.eventCounts ?? {};
  if (alert.kind === 'gone') return alert.counts;
  return (isUnread ? alert.eventCounts : undefined) ?? countsOnce(alert);
}

/** The entry that a message of the queue holds; undefined if it holds none. */
export function parseEntry(body: string): DigestEntry | undefined {
  const value = parsed(body);
  if (!isObject(value)) return undefined;
  const text = (name: string) => {
    const found = member(value, name);
    return typeof found === 'string' ? found : undefined;
  };
  const [event, at, repository, digest, console] = ['event', 'at', 'repository', 'digest', 'console'].map(
    text,
  );
  const kind = member(value, 'kind');
  if (event === undefined || at === undefined || repository === undefined || digest === undefined)
    return undefined;
  if (console === undefined || !isOneOf(alertKinds, kind) || Number.isNaN(Date.parse(at))) return undefined;
  const severity = member(value, 'severity');
  const counts = member(value, 'counts');
  const fresh = member(value, 'fresh');
  const problems = member(value, 'problems');
  const missing = member(value, 'missing');
  return {
    ...{ event, at, kind, repository, digest, console },
    tag: text('tag') ?? null,
    scanner: member(value, 'scanner') === 'ENHANCED' ? 'ENHANCED' : 'BASIC',
    severity: isOneOf(severities, severity) ? severity : null,
    counts: isObject(counts) ? countsIn(counts) : {},
    fresh: typeof fresh === 'number' ? fresh : null,
    isUnread: member(value, 'isUnread') === true,
    ...(isOneOf(missingParts, missing) ? { missing } : {}),
    problems: isList(problems) ? problems.filter((each) => typeof each === 'string') : [],
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not one of this application's.
    return undefined;
  }
}

function countsIn(counts: Readonly<Record<string, unknown>>): Partial<Counts> {
  return Object.fromEntries(
    severities.flatMap((severity) => {
      const count = counts[severity];
      return typeof count === 'number' && count > 0 ? [[severity, count]] : [];
    }),
  );
}
