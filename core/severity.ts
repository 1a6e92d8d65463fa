import type { Finding } from './finding.ts';

/**
 * How bad a finding is: `error` the macro refuses; `warning` is unsafe as it is deployed; `note` is good to know, such as
 * what the macro fixes in a template that names it.
 */
export const severities = ['error', 'warning', 'note'] as const;
export type Severity = (typeof severities)[number];

/** @param isHardened whether what is deployed is what the finding leaves, so that a default counts as set */
export function severityOf(
  { code, outcome }: Pick<Finding, 'code' | 'outcome'>,
  isHardened: boolean,
): Severity {
  switch (outcome) {
    case 'violation':
    case 'invalid':
      return 'error';
    case 'kept':
      return 'warning';
    case 'set':
    case 'replaced':
      // A tag makes nothing safer.
      return isHardened || code === 'exemption-tagged' ? 'note' : 'warning';
    case 'undetermined':
    case 'exempt':
    case 'noted':
      return 'note';
    default:
      return outcome satisfies never;
  }
}
