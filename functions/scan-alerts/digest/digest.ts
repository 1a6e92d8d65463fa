/** The alerts of a day, by repository. Pure. */
import { groupBy } from '../../../core/group-by.ts';
import type { Alert } from '../alert.ts';
import { type Severity, severities } from '../severity.ts';
import type { DigestEntry } from './entry.ts';

/** What happened in one repository. */
export interface DigestRow {
  readonly repository: string;
  readonly alerts: number;
  /** How many images they are about. */
  readonly images: number;
  /** Kinds without alerts are left out. */
  readonly kinds: Digest['kinds'];
  /** The highest of all its alerts; null if none is known. */
  readonly severity: Severity | null;
  /** The most recent alert, one with findings if there is any. */
  readonly newest: DigestEntry;
}

export interface Digest {
  /** When the first and the last alert were made; undefined without alerts. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly alerts: number;
  /** Kinds without alerts are left out. */
  readonly kinds: Readonly<Partial<Record<Alert['kind'], number>>>;
  readonly severity: Severity | null;
  /** The worst first. */
  readonly rows: readonly DigestRow[];
  /** Each once. */
  readonly problems: readonly string[];
  /** From which severity on alerts are sent at once, and so are not among these; undefined: none is. */
  readonly atOnceFrom: Severity | undefined;
}

/**
 * @param given several of an event count once
 * @param unreadable how many messages of the queue hold no alert
 */
export function digestOf(
  given: readonly DigestEntry[],
  unreadable: number,
  atOnceFrom: Severity | undefined,
): Digest {
  const entries = [...new Map(given.map((entry) => [entry.event, entry])).values()].toSorted((one, other) =>
    compare(one.at, other.at),
  );
  const rows = [...groupBy(entries, ({ repository }) => repository)]
    .map(([repository, alerts]) => rowOf(repository, alerts))
    .toSorted(
      (one, other) =>
        rank(one.severity) - rank(other.severity) ||
        countOfWorst(other) - countOfWorst(one) ||
        compare(one.repository, other.repository),
    );
  const problems = new Set(entries.flatMap((entry) => entry.problems));
  if (unreadable === 1)
    problems.add('1 message of the queue holds no alert: it stays there until it expires');
  if (unreadable > 1)
    problems.add(`${unreadable} messages of the queue hold no alert: they stay there until they expire`);
  return {
    from: entries[0]?.at,
    to: entries.at(-1)?.at,
    alerts: entries.length,
    kinds: kindsOf(entries),
    severity: rows[0]?.severity ?? null,
    rows,
    problems: [...problems],
    atOnceFrom,
  };
}

/** @param alerts of the repository, the oldest first */
function rowOf(repository: string, alerts: readonly DigestEntry[]): DigestRow {
  const newest = alerts.findLast(({ kind }) => kind === 'findings') ?? alerts.at(-1);
  if (newest === undefined) throw new Error('a repository of a digest has an alert');
  const all = new Set(alerts.map(({ severity }) => severity));
  return {
    repository,
    alerts: alerts.length,
    images: new Set(alerts.map(({ digest }) => digest)).size,
    kinds: kindsOf(alerts),
    severity: severities.find((severity) => all.has(severity)) ?? null,
    newest,
  };
}

function kindsOf(entries: readonly DigestEntry[]): Digest['kinds'] {
  const kinds = groupBy(entries, ({ kind }) => kind);
  return Object.fromEntries([...kinds].map(([kind, { length }]) => [kind, length]));
}

/** Of unknown severity is last. */
function rank(severity: Severity | null): number {
  return severity === null ? severities.length : severities.indexOf(severity);
}

function countOfWorst({ severity, newest }: DigestRow): number {
  return severity === null ? 0 : (newest.counts[severity] ?? 0);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
