/** Why a request to the custom resource is refused, as stack events and the log show it. */
import { AwsCallError } from '../aws/call-error.ts';
import type { OutOfTime } from '../aws/deadline.ts';
import { isDenied } from '../aws/faults.ts';
import type { OriginIssue } from '../core/authenticity/origin.ts';
import { outcomeOf } from './failures.ts';

/** Why a request gets a response that refuses it; an error is what kept CloudFormation from confirming it. */
export type RefusalCause = Exclude<OriginIssue, 'response-url'> | 'not-in-progress' | OutOfTime;

/** For stack events. */
export function refusedSentence(cause: RefusalCause): string {
  switch (cause) {
    case 'foreign-stack':
      return 'The stack is of another account, Region or partition than the function: install the application there.';
    case 'not-in-progress':
      return 'CloudFormation does not report this request as in progress, so nothing was changed.';
    default:
      return unconfirmedSentence(cause);
  }
}

/** For the log. @param protocol of the ResponseURL; undefined if it is not a URL */
export function responseUrlSentence(protocol: string | undefined): string {
  return protocol === undefined || protocol === 'https:'
    ? 'the ResponseURL is not one that CloudFormation makes for this request'
    : `the ResponseURL must be https, not ${protocol}`;
}

/** CloudFormation could not be asked until the deadline. */
function unconfirmedSentence({ cause }: OutOfTime): string {
  const last = cause instanceof AwsCallError ? `: ${cause.operation} ${outcomeOf(cause)}` : '';
  const advice = isDenied(cause)
    ? " Allow it in the function's role, and in any service control policy or permissions boundary."
    : '';
  return `CloudFormation could not confirm in time that it sent this request, so nothing was changed${last}.${advice}`;
}
