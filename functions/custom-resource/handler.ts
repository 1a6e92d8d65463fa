import { setTimeout as sleep } from 'node:timers/promises';
import { isRefusal } from '../../core/finding.ts';
import { refusalMessage } from '../../core/message.ts';
import { applicationPolicy } from '../../core/policy.ts';
import { connectEcr, localEndpoint } from './ecr.ts';
import { explain } from './explain.ts';
import { notCreatedId, serve } from './lifecycle.ts';
import { type Addressee, parseRequest, type SettingsRequest } from './request.ts';
import { type Answer, responseBody, sendResponse } from './response.ts';

/** The part of Lambda's context that is used. */
export interface FunctionContext {
  getRemainingTimeInMillis(): number;
}

// Kept free at the end of the function's time to answer, with its retries.
const reservedForAnswerMs = 15_000;

/**
 * `Custom::EcrSettings`.
 *
 * Answers CloudFormation exactly once and before the function's time-out, whatever happens, and never throws
 * afterwards: CloudFormation waits for an answer for up to an hour, and Lambda would deliver an event that threw
 * again.
 */
export async function handler(event: unknown, context: FunctionContext): Promise<void> {
  const parsed = parseRequest(event);
  switch (parsed.kind) {
    case 'unanswerable':
      // Without an address there is nobody to answer; Lambda's own record of the failure is what is left.
      throw new Error(`EcrHardening cannot answer this event: ${parsed.reason}`);
    case 'unserved':
      return answer(parsed.addressee, {
        status: 'FAILED',
        physicalResourceId: parsed.addressee.physicalResourceId ?? notCreatedId(parsed.addressee),
        reason: parsed.reason,
      });
    case 'request':
      return answer(parsed.request, await serveInTime(parsed.request, context));
    default:
      return parsed satisfies never;
  }
}

/** Serves a request until shortly before the function's time-out; every failure becomes an answer. */
async function serveInTime(request: SettingsRequest, context: FunctionContext): Promise<Answer> {
  const failedId = 'physicalResourceId' in request ? request.physicalResourceId : notCreatedId(request);
  const fail = (reason: string): Answer => ({ status: 'FAILED', physicalResourceId: failedId, reason });
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(),
    Math.max(0, context.getRemainingTimeInMillis() - reservedForAnswerMs),
  );
  try {
    const { policy, findings } = applicationPolicy(process.env);
    if (findings.some(isRefusal))
      return fail(`The application is misconfigured: ${refusalMessage(findings)}.`);
    return await serve(request, {
      ecr: connectEcr(process.env, deadline.signal),
      policy,
      log: logOf(request),
    });
  } catch (error) {
    logOf(request)({
      level: 'ERROR',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    return fail(
      deadline.signal.aborted
        ? 'The function ran out of time before ECR had answered; what it had written stays. Deploy again.'
        : explain(error),
    );
  } finally {
    clearTimeout(timer);
  }
}

/** Sends the one answer. A failure to send is logged and not thrown: a second delivery could not send it either. */
async function answer(to: Addressee, given: Answer): Promise<void> {
  const log = logOf(to);
  try {
    const allowHttp = localEndpoint(process.env) !== undefined;
    await sendResponse(to.responseUrl, responseBody(to, given), { allowHttp, sleep });
    log({
      message: 'answered',
      status: given.status,
      ...('reason' in given ? { reason: given.reason } : {}),
    });
  } catch (error) {
    log({ level: 'ERROR', message: error instanceof Error ? error.message : String(error) });
  }
}

/** One structured line an entry. The request itself is never logged: its URL is a credential. */
function logOf(to: Addressee): (entry: Readonly<Record<string, unknown>>) => void {
  const { requestId, stackId, logicalResourceId } = to;
  return (entry) =>
    console.log(JSON.stringify({ level: 'INFO', requestId, stackId, logicalResourceId, ...entry }));
}
