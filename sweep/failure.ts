/** Failures as results and logs have them: without messages, which can quote what a template's author wrote. */
import { AwsCallError } from '../aws/call-error.ts';
import { OutOfTime } from '../aws/deadline.ts';
import { loggableError } from '../aws/faults.ts';
import type { ResultReason } from './results.ts';

/** Why a repository has no other result. */
export function reasonOfError(error: unknown): ResultReason {
  if (error instanceof OutOfTime) return { code: 'not-reached' };
  const { name, operation } = loggableError(error);
  return { code: 'failed', error: name, ...(operation === undefined ? {} : { operation }) };
}

/** A failure for the log. Names of repositories are those that ECR has listed. */
export function failureEntry(error: unknown): Readonly<Record<string, unknown>> {
  const repository = error instanceof AwsCallError ? error.resource : undefined;
  return { error: loggableError(error), ...(repository === undefined ? {} : { repository }) };
}
