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
