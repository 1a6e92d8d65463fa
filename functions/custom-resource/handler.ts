import type { Context } from 'aws-lambda';
import { connectClaims } from '../../aws/claims/claims-table.ts';
import { clientSettings, localEndpoint } from '../../aws/client-settings.ts';
import { connectStackResources } from '../../aws/cloudformation/stack-resources.ts';
import { deadlineIn, OutOfTime } from '../../aws/deadline.ts';
import { connect } from '../../aws/ecr/connection.ts';
import { ecrOperations } from '../../aws/ecr/settings.ts';
import { visible } from '../../core/visible.ts';
import type { Progress } from '../../reconcile/context.ts';
import { type Session, type SessionOptions, startSession } from '../../reconcile/session.ts';
import { explain } from '../../wording/failures.ts';
import { undoSentences } from '../../wording/undo.ts';
import { authenticate, originIssue, recogniseRollback } from './authenticate.ts';
import { configurationOf, indexReads, usageOptions } from './configuration.ts';
import { failureEntry } from './failure-entry.ts';
import { failedId, physicalIdOf, requestHash } from './identity.ts';
import { logOf } from './log.ts';
import { logUnanswered, refuse } from './refuse.ts';
import { type ParsedRequest, parseRequest, type ResponseTarget, type SettingsRequest } from './request.ts';
import { type CustomResourceResponse, responseBody, sendResponse } from './response.ts';
import { keepInRollback, serve } from './serve.ts';
import { recordTime, responseTime, timeLeft, undoTime } from './times.ts';

/** The part of Lambda's context that is used. */
export type FunctionContext = Pick<Context, 'getRemainingTimeInMillis'> &
  Partial<Pick<Context, 'invokedFunctionArn'>>;

/**
 * `Custom::EcrSettings`.
 *
 * Responds to CloudFormation exactly once and before the function's time-out, and never throws afterwards:
 * CloudFormation waits for a response for up to an hour, and Lambda retries an event if the function throws.
 */
export async function handler(event: unknown, context: FunctionContext): Promise<void> {
  const parsed = parseRequest(event);
  // Without a ResponseURL no response can be sent; Lambda records the failure.
  if (parsed.kind === 'unanswerable')
    throw new Error(`EcrHardening cannot respond to this event: ${parsed.reason}`);
  const target = parsed.kind === 'request' ? parsed.request : parsed.target;
  const issue = originIssue(target, context.invokedFunctionArn, localEndpoint(process.env, 'ECR'));
  // Nobody but CloudFormation gets a response.
  if (issue === 'response-url') return logUnanswered(target);
  if (issue !== undefined) return respond(target, refuse(target, issue), context);
  return respond(target, await answerTo(parsed, context), context);
}

async function answerTo(
  parsed: Exclude<ParsedRequest, { readonly kind: 'unanswerable' }>,
  context: FunctionContext,
): Promise<CustomResourceResponse> {
  if (parsed.kind === 'request') return serveInTime(parsed.request, context);
  const { target, reason } = parsed;
  logOf(target)({ level: 'ERROR', message: 'not a request of CloudFormation', reason });
  return {
    status: 'FAILED',
    physicalResourceId: target.physicalResourceId ?? failedId(target, true),
    reason,
  };
}

/**
 * Serves a request until shortly before the function's time-out; every failure becomes a response, after its changes
 * are reverted.
 */
async function serveInTime(
  request: SettingsRequest,
  context: FunctionContext,
): Promise<CustomResourceResponse> {
  const log = logOf(request);
  const progress: Progress = { repositories: 0 };
  const { session, stacks, problems, close } = open(request, context, { log, progress });
  try {
    const { deadline } = session.context;
    const authenticity = await authenticate(request, stacks.until(deadline), deadline);
    if (authenticity.kind === 'not-in-progress') return refuse(request, authenticity.kind);
    if (authenticity.kind === 'unknown') return refuse(request, authenticity.error);
    const isRollback = await recogniseRollback(request, stacks, deadline);
    // A Delete needs no policy, and stacks must stay deletable.
    if (request.requestType !== 'Delete' && problems.length > 0) {
      log({ level: 'ERROR', message: 'the application is misconfigured' });
      const kept = await keepInRollback(request, session, isRollback);
      if (kept !== undefined) return kept;
      return await fail(`The application is misconfigured: ${problems.join('; ')}.`, request, session);
    }
    const response = await serve(request, session, isRollback);
    if (response.status === 'FAILED') return await fail(response.reason, request, session);
    // CloudFormation does not show the reason of a SUCCESS.
    if (response.notes.length > 0) log({ message: 'notes', notes: response.notes });
    return response;
  } catch (error) {
    log({ level: 'ERROR', message: 'failed', ...failureEntry(error) });
    const isTooMuch = error instanceof OutOfTime && progress.repositories > 1;
    const advice = isTooMuch
      ? ` It was to manage ${progress.repositories} repositories: divide them among several resources, by name.`
      : '';
    return await fail(`${explain(error)}${advice}`, request, session);
  } finally {
    close();
  }
}

/** The session of a request, with the deadlines that the function's time allows, and how it is closed. */
function open(
  request: SettingsRequest,
  context: FunctionContext,
  reporting: Pick<SessionOptions, 'log' | 'progress'>,
) {
  const remainingMs = timeLeft(request, context);
  const deadlines = {
    working: deadlineIn(remainingMs / 2),
    undoing: deadlineIn(undoTime(remainingMs)),
    recording: deadlineIn(recordTime(remainingMs)),
  };
  const ecr = connect(clientSettings(process.env, 'ECR'), (calls) => ({
    ...ecrOperations(calls),
    ...indexReads(calls),
  }));
  const stacks = connectStackResources(process.env);
  const claims = connectClaims({
    // Without a table every call fails, and the response says so; see configurationOf.
    environment: { ...process.env, ClaimsTable: process.env.ClaimsTable || 'ClaimsTable-is-not-set' },
  });
  const { problems, ...configuration } = configurationOf(process.env);
  const session = startSession({
    ...{ ecr, claims, ...deadlines, ...configuration, ...reporting },
    usage: {
      ...usageOptions(context.invokedFunctionArn, configuration.policy),
      connectIndexes: (deadline) => ecr.until(deadline).indexReader(),
    },
    holder: physicalIdOf(request),
    request: requestHash(request),
    now: Date.now,
    isStillWanted: async () => {
      const { working } = deadlines;
      return (await authenticate(request, stacks.until(working), working)).kind !== 'not-in-progress';
    },
  });
  const close = () => {
    session.end();
    ecr.close();
    stacks.close();
    claims.close();
    for (const deadline of Object.values(deadlines)) deadline.dispose();
  };
  return { session, stacks, problems, close };
}

/** Reverts the changes, and reports those that could not be reverted. */
async function fail(
  reason: string,
  request: SettingsRequest,
  session: Session,
): Promise<CustomResourceResponse> {
  const { log } = session.context;
  const undone = await session.undo();
  const { isChanged, failures } = undone;
  if (isChanged) log({ level: 'WARN', message: 'changes reverted', failures: failures.length });
  for (const { subject, settings, error } of failures)
    log({ level: 'ERROR', message: 'not reverted', subject, settings, ...failureEntry(error) });
  const physicalResourceId =
    'physicalResourceId' in request ? request.physicalResourceId : failedId(request, failures.length === 0);
  // The settings that could not be reverted must not be truncated at the end of a long reason.
  const ending = undoSentences(undone);
  return {
    status: 'FAILED',
    physicalResourceId,
    reason: `${reason.slice(0, 3_000 - ending.length)}${ending}`,
  };
}

/** The response as consoles and terminals may show it. */
function shown(answer: CustomResourceResponse): CustomResourceResponse {
  return answer.status === 'FAILED'
    ? { ...answer, reason: visible(answer.reason) }
    : { ...answer, notes: answer.notes.map(visible) };
}

/** Sends the response. A failure is logged, not thrown: a retry could not send it either. */
async function respond(
  to: ResponseTarget,
  given: CustomResourceResponse,
  context: FunctionContext,
): Promise<void> {
  const log = logOf(to);
  const deadline = deadlineIn(responseTime(context.getRemainingTimeInMillis()));
  try {
    const allowHttp = localEndpoint(process.env, 'ECR') !== undefined;
    await sendResponse(to.responseUrl, responseBody(to, shown(given)), { allowHttp, deadline });
    // Not the reason: it may quote a property, and a property may have come from a NoEcho parameter.
    log({ message: 'response sent', status: given.status });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log({ level: 'ERROR', message: 'response not sent', status: given.status, reason });
  } finally {
    deadline.dispose();
  }
}
