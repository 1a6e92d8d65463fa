/** A failure for the log. Pure. */
import { AwsCallError } from '../../aws/call-error.ts';
import { loggableError } from '../../aws/faults.ts';

/**
 * A failure and its cause for the log. Repositories that were looked up are left out: their names come from
 * properties, and a property may come from a NoEcho parameter; ECR has not confirmed that they exist.
 */
export function failureEntry(error: unknown): Readonly<Record<string, unknown>> {
  const cause = error instanceof Error ? error.cause : undefined;
  return { error: withoutLookup(error), ...(cause === undefined ? {} : { cause: withoutLookup(cause) }) };
}

function withoutLookup(error: unknown): Readonly<Record<string, unknown>> {
  const entry = loggableError(error);
  const isNamed = error instanceof AwsCallError && error.operation !== 'DescribeRepositories';
  return isNamed && error.resource !== undefined ? { ...entry, resource: error.resource } : entry;
}
