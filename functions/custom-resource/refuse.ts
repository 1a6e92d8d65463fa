/** Requests that are refused because they are not authentic, or not known to be. */
import { type RefusalCause, refusedSentence, responseUrlSentence } from '../../wording/authenticity.ts';
import { failureEntry } from './failure-entry.ts';
import { failedId } from './identity.ts';
import { logOf } from './log.ts';
import type { ResponseTarget } from './request.ts';
import type { CustomResourceResponse } from './response.ts';

/** An event whose ResponseURL is not CloudFormation's gets no response, and is only logged. */
export function logUnanswered(target: ResponseTarget): void {
  const reason = responseUrlSentence(URL.parse(target.responseUrl)?.protocol);
  logOf(target)({ level: 'ERROR', message: 'refused, without a response', reason });
}

/** The response to a request that is not authentic, or not known to be. Nothing was changed. */
export function refuse(
  request: ResponseTarget & { readonly requestType?: string },
  issue: RefusalCause,
): CustomResourceResponse {
  const reason = refusedSentence(issue);
  const code =
    typeof issue === 'string' ? { reason: issue } : { reason: 'unconfirmed', ...failureEntry(issue) };
  logOf(request)({ level: 'ERROR', message: 'refused', ...code });
  const physicalResourceId = request.physicalResourceId ?? failedId(request, true);
  // Stacks must stay deletable: what is left are claims, which `ecr-hardening claims` lists and releases.
  return request.requestType === 'Delete'
    ? { status: 'SUCCESS', physicalResourceId, data: {}, notes: [reason] }
    : { status: 'FAILED', physicalResourceId, reason };
}
