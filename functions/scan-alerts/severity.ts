import { isOneOf } from '../../core/json.ts';

/** ECR's severities, the most severe first; findings that are not rated yet come last. */
export const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNRATED'] as const;

export type Severity = (typeof severities)[number];

/** The severities that can be the alert threshold. */
export const thresholds = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const;

export type Threshold = (typeof thresholds)[number];

/** A severity of ECR or of Inspector; UNDEFINED (ECR) and UNTRIAGED (Inspector) are not rated. */
export function severityOf(value: unknown): Severity {
  return isOneOf(severities, value) ? value : 'UNRATED';
}

/** Whether a severity is at or above the threshold. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(threshold);
}

/** How many there are of each severity. */
export type Counts = Readonly<Record<Severity, number>>;

/** The counts of a list's entries. */
export function countOf(list: readonly { readonly severity: Severity }[]): Counts {
  const counts: Record<Severity, number> = {
    CRITICAL: 0,
    HIGH: 0,
    MEDIUM: 0,
    LOW: 0,
    INFORMATIONAL: 0,
    UNRATED: 0,
  };
  for (const { severity } of list) counts[severity] += 1;
  return counts;
}

/** How many are at or above a severity. */
export function countAtLeast(counts: Partial<Counts>, threshold: Severity): number {
  return severities.reduce((sum, each) => sum + (isAtLeast(each, threshold) ? (counts[each] ?? 0) : 0), 0);
}

/** How many an event counts that can be at or above the threshold: Inspector counts LOW findings only in its total. */
export function countInEvent(counts: Partial<Counts>, threshold: Threshold): number {
  return countAtLeast(counts, threshold) + (threshold === 'LOW' ? (counts.UNRATED ?? 0) : 0);
}

/**
 * True if an event counts more findings at or above the threshold than were read. A finding that was read with a higher
 * severity is not a missing one, one with a lower severity is.
 */
export function isShortOf(event: Partial<Counts>, read: Counts, threshold: Threshold): boolean {
  const isFewer = severities.some(
    (each) => isAtLeast(each, threshold) && countAtLeast(event, each) > countAtLeast(read, each),
  );
  if (isFewer || threshold !== 'LOW') return isFewer;
  const informational = event.INFORMATIONAL === undefined ? read.INFORMATIONAL : 0;
  return countInEvent(event, 'LOW') > countInEvent(read, 'LOW') + informational;
}

/** The most severe that has a count; undefined if none has. */
export function worstOf(counts: Partial<Counts>): Severity | undefined {
  return severities.find((each) => (counts[each] ?? 0) > 0);
}
