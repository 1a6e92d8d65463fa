import { isOneOf } from '../../core/json.ts';

/** ECR's severities, the worst first; what is not rated yet comes last. */
export const severities = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW', 'INFORMATIONAL', 'UNRATED'] as const;

export type Severity = (typeof severities)[number];

/** The severities from which people can be alerted. */
export const thresholds = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const;

export type Threshold = (typeof thresholds)[number];

/** A severity as ECR (UNDEFINED) or Inspector (UNTRIAGED) says it. */
export function severityOf(value: unknown): Severity {
  return isOneOf(severities, value) ? value : 'UNRATED';
}

/** Whether a severity is as bad as the threshold, or worse. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(threshold);
}

/** How many there are of each severity. */
export type Counts = Readonly<Record<Severity, number>>;

/** Counts out of a list, so that they add up to it. */
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
