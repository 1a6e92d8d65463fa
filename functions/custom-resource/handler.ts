import { localEndpoint } from '../../aws/client-settings.ts';
import { deadlineIn, OutOfTime } from '../../aws/deadline.ts';
import { loggableError } from '../../aws/faults.ts';
import { refusalMessage } from '../../cloudformation/refusal-message.ts';
import { isRefusal } from '../../core/finding.ts';
import { member } from '../../core/json.ts';
import { applicationPolicy } from '../../core/policy/policy.ts';
import { parseBoolean } from '../../core/policy/values.ts';
import { connect } from './ecr/client.ts';
import { explain } from './failure.ts';
import { startJournal } from './journal.ts';
import { failedId, serve } from './lifecycle.ts';
import { type Addressee, parseRequest, type SettingsRequest } from './request.ts';
import { type Answer, responseBody, sendResponse } from './response.ts';
import type { Progress } from './surroundings.ts';

/** The part of Lambda's context that is used. */
export interface FunctionContext {
  /** Milliseconds until the function's time-out. */
  getRemainingTimeInMillis(): number;
}

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
    case 'unserved': {
      const { addressee, reason } = parsed;
      logOf(addressee)({ level: 'ERROR', message: 'not a request of CloudFormation', reason });
      const physicalResourceId = addressee.physicalResourceId ?? failedId(addressee, true);
      return answer(addressee, { status: 'FAILED', physicalResourceId, reason }, context);
    }
    case 'request':
      return answer(parsed.request, await serveInTime(parsed.request, context), context);
    default:
      return parsed satisfies never;
  }
}

/**
 * Serves a request until shortly before the function's time-out; every failure becomes an answer, and what it had
 * changed is put back before.
 */
async function serveInTime(request: SettingsRequest, context: FunctionContext): Promise<Answer> {
  const log = logOf(request);
  const remainingMs = timeLeft(request, context);
  const working = deadlineIn(remainingMs / 2);
  const puttingBack = deadlineIn(putBackTime(remainingMs));
  const connection = connect(process.env);
  const journal = startJournal();
  const progress: Progress = { repositories: 0 };
  const fail = async (reason: string): Promise<Answer> => {
    const putBack = await journal.putBack(connection.until(puttingBack));
    const { failures = [], told = '' } = putBack ?? {};
    if (putBack !== undefined) log({ level: 'WARN', message: 'put back', failures: failures.length });
    for (const { subject, settings, error } of failures)
      log({ level: 'ERROR', message: 'not put back', subject, settings, error: loggableError(error) });
    const physicalResourceId =
      'physicalResourceId' in request ? request.physicalResourceId : failedId(request, failures.length === 0);
    // What could not be put back must not be cut off at the end of a long reason.
    return { status: 'FAILED', physicalResourceId, reason: `${reason.slice(0, 3_000 - told.length)}${told}` };
  };
  try {
    const { policy, findings } = applicationPolicy(process.env);
    const allowWeakening = parseBoolean(process.env.AllowWeakening ?? 'false');
    const problems = [
      ...(findings.some(isRefusal) ? [refusalMessage(findings)] : []),
      ...('problem' in allowWeakening ? [`AllowWeakening ${allowWeakening.problem}`] : []),
    ];
    // A Delete needs no policy, and no stack may become impossible to delete.
    if (request.requestType !== 'Delete' && problems.length > 0) {
      log({ level: 'ERROR', message: 'the application is misconfigured' });
      return await fail(`The application is misconfigured: ${problems.join('; ')}.`);
    }
    const answer = await serve(request, {
      ecr: connection.until(working),
      policy,
      allowWeakening: 'value' in allowWeakening && allowWeakening.value,
      deadline: working,
      journal,
      progress,
      log,
    });
    if (answer.status === 'FAILED') return await fail(answer.reason);
    // CloudFormation shows no reason of a success.
    if (answer.notes.length > 0) log({ message: 'told', notes: answer.notes });
    return answer;
  } catch (error) {
    const cause =
      error instanceof Error && error.cause !== undefined ? { cause: loggableError(error.cause) } : {};
    log({ level: 'ERROR', message: 'failed', error: loggableError(error), ...cause });
    const isTooMuch = error instanceof OutOfTime && progress.repositories > 1;
    const advice = isTooMuch
      ? ` It was to hold ${progress.repositories} repositories: divide them among several resources, by name.`
      : '';
    return await fail(`${explain(error)}${advice}`);
  } finally {
    connection.close();
    working.dispose();
    puttingBack.dispose();
  }
}

/**
 * What is left until nobody waits any more: for the function, or for CloudFormation, which an author's ServiceTimeout
 * makes give up earlier. Half of it is for the work, and nearly as much again to put it back.
 */
function timeLeft({ properties }: SettingsRequest, context: FunctionContext): number {
  const seconds = Number(member(properties, 'ServiceTimeout') ?? Number.POSITIVE_INFINITY);
  const waits = seconds > 0 ? seconds * 1000 * 0.9 : Number.POSITIVE_INFINITY;
  return Math.min(context.getRemainingTimeInMillis(), waits);
}

/** Of the function's time, when putting back has to end: enough is left to answer, with retries. */
function putBackTime(remainingMs: number): number {
  return remainingMs - Math.min(15_000, remainingMs / 4);
}

/** Of the function's time, what answering may take: the handler still has to return. */
function answerTime(remainingMs: number): number {
  return remainingMs - Math.min(1_000, remainingMs / 5);
}

/** Sends the one answer. A failure to send is logged and not thrown: a second delivery could not send it either. */
async function answer(to: Addressee, given: Answer, context: FunctionContext): Promise<void> {
  const log = logOf(to);
  const deadline = deadlineIn(answerTime(context.getRemainingTimeInMillis()));
  try {
    const allowHttp = localEndpoint(process.env, 'ECR') !== undefined;
    await sendResponse(to.responseUrl, responseBody(to, given), { allowHttp, deadline });
    // Not the reason: it may quote a property, and a property may have come from a NoEcho parameter.
    log({ message: 'answered', status: given.status });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log({ level: 'ERROR', message: 'not answered', status: given.status, reason });
  } finally {
    deadline.dispose();
  }
}

/** One structured line an entry. The request itself is never logged: its URL is a credential. */
function logOf(to: Addressee): (entry: Readonly<Record<string, unknown>>) => void {
  const { requestId, stackId, logicalResourceId } = to;
  return (entry) =>
    console.log(
      JSON.stringify({
        level: 'INFO',
        version: process.env.Version,
        requestId,
        stackId,
        logicalResourceId,
        ...entry,
      }),
    );
}
