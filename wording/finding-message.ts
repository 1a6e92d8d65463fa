import type { Finding } from '../core/finding.ts';
import { reasonOf } from './findings.ts';

/** The message of a finding in a report: the reason, and what the macro does about it. */
export function findingMessage(finding: Finding): string {
  const { outcome, after } = finding;
  const reason = reasonOf(finding);
  const written = typeof after === 'string' && after.length < 60 ? after : 'a safe value';
  switch (outcome) {
    case 'set':
      return `${reason}; the macro sets ${written}`;
    case 'replaced':
      return `${reason}; the macro replaces it by ${written}`;
    case 'kept':
      return `${reason}; kept as written`;
    case 'violation':
    case 'invalid':
      return `${reason}; the macro refuses it`;
    case 'undetermined':
      return `${reason}; it cannot be known before deploying`;
    case 'exempt':
    case 'noted':
      return reason;
    default:
      return outcome satisfies never;
  }
}
