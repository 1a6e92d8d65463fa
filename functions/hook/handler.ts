import { asText, isObject } from '../../core/json.ts';
import type { Policy } from '../../core/policy/policy.ts';
import type { PolicyChange } from '../../core/usage/policy-change.ts';
import { visibleJson } from '../../core/visible.ts';
import { describeFinding } from '../../wording/findings.ts';
import { type HookAnswer, notChecked } from './answer.ts';
import type { LifecyclePolicyChange } from './change.ts';
import { loadLook } from './on-demand.ts';
import { type Response, respond } from './respond.ts';

/** What is used of Lambda's context. */
export interface InvocationContext {
  getRemainingTimeInMillis(): number;
  readonly invokedFunctionArn?: string;
}

// CloudFormation waits for 30 seconds, a cold start included.
const maxMs = 25_000;
// For the answer after a look, and its way to CloudFormation.
const answerMs = 5_000;

/**
 * The CloudFormation hook: whether a repository, or a creation template, is as the organisation's policy wants it.
 *
 * Never throws, and answers in time: under FailureMode FAIL each failure of a hook stops a deployment. What it cannot know passes,
 * and the answer says so.
 */
export async function handler(event: unknown, context?: InvocationContext): Promise<HookAnswer> {
  try {
    const response = await respond(event, {
      environment: process.env,
      today: new Date().toISOString().slice(0, 10),
      look: (change, policy) => {
        const leftMs = Math.min(context?.getRemainingTimeInMillis() ?? maxMs, maxMs);
        return inTime(lookAt(change, policy, leftMs - answerMs, context), leftMs - answerMs / 2);
      },
    });
    log(response);
    return response.answer;
  } catch (error) {
    // Without its message, which can quote a property.
    const [, ...frames] = error instanceof Error ? (error.stack ?? '').split(/\n(?= +at )/) : [];
    console.error(visibleJson({ level: 'ERROR', error: nameOf(error), frames }));
    return notChecked((isObject(event) && asText(event.clientRequestToken)) || '', 'defect');
  }
}

/** What fails is not known, and so passes. */
async function lookAt(
  change: LifecyclePolicyChange,
  policy: Policy,
  forMs: number,
  context: InvocationContext | undefined,
): Promise<PolicyChange> {
  try {
    return await loadLook().lookAtChange(change, policy, {
      maxMs: forMs,
      functionArn: context?.invokedFunctionArn,
    });
  } catch (error) {
    const name = nameOf(error);
    console.error(visibleJson({ level: 'ERROR', error: name, during: 'look' }));
    const reason = { code: 'failed', action: 'the look', error: name } as const;
    return { kind: 'unknown', unread: [{ what: 'images', reason }] };
  }
}

/** A look ends by itself at its deadline; this holds if one does not. */
async function inTime(look: Promise<PolicyChange>, forMs: number): Promise<PolicyChange> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<PolicyChange>((resolve) => {
    const unread = [{ what: 'images', reason: { code: 'out-of-time' } }] as const;
    timer = setTimeout(() => resolve({ kind: 'unknown', unread }), Math.max(0, forMs));
  });
  try {
    return await Promise.race([look, over]);
  } finally {
    clearTimeout(timer);
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** One line for each operation; it has nothing of the properties. */
function log({ answer: { hookStatus, annotations }, request, problems }: Response): void {
  const named = (status: string) =>
    annotations.filter((each) => each.status === status).map(({ annotationName }) => annotationName);
  const entry = {
    level: problems.length > 0 ? 'ERROR' : hookStatus === 'FAILED' ? 'WARN' : 'INFO',
    version: process.env.Version,
    hookStatus,
    stackId: request?.stackId,
    logicalId: request?.logicalId,
    type: request?.type,
    action: request?.action,
    failed: named('FAILED'),
    skipped: named('SKIPPED'),
    problems: problems.length > 0 ? problems.map(describeFinding) : undefined,
  };
  console.log(visibleJson(entry));
}
