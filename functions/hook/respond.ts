/** From the event of a hook to its answer. Reads nothing but what the look reads. */
import { checkResolved } from '../../cloudformation/resolved-resource.ts';
import { type Finding, isRefusal } from '../../core/finding.ts';
import { applicationPolicy, type Policy } from '../../core/policy/policy.ts';
import type { PolicyChange } from '../../core/usage/policy-change.ts';
import { answerTo, type HookAnswer, notChecked } from './answer.ts';
import { changeOf, type LifecyclePolicyChange } from './change.ts';
import { type HookRequest, parseRequest } from './request.ts';

/** What a response depends on beside the event. */
export interface RespondOptions {
  /** The function's environment, which has the organisation's policy. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As YYYY-MM-DD. */
  readonly today: string;
  /** Looks at the live repository of a lifecycle policy that an update changes. */
  readonly look: (change: LifecyclePolicyChange, policy: Policy) => Promise<PolicyChange>;
}

/** The answer, with what the log has of it. */
export interface Response {
  readonly answer: HookAnswer;
  readonly request: HookRequest | undefined;
  /** What is wrong with the organisation's policy. */
  readonly problems: readonly Finding[];
}

/** @throws what a defect throws */
export async function respond(
  event: unknown,
  { environment, today, look }: RespondOptions,
): Promise<Response> {
  const parsed = parseRequest(event);
  if ('notChecked' in parsed)
    return { answer: notChecked(parsed.token, parsed.notChecked), request: undefined, problems: [] };
  const { request } = parsed;
  const { policy, findings } = applicationPolicy(environment);
  const problems = findings.filter(isRefusal);
  if (problems.length > 0) return { answer: notChecked(request.token, 'parameters'), request, problems };
  const result = checkResolved(request, policy, today);
  // One that ECR refuses, or that an exemption leaves alone, is not looked at.
  const isInOrder = result.controls.some(
    ({ control, kind }) => control === 'LifecyclePolicy' && kind === 'passed',
  );
  const change = isInOrder ? changeOf(request, policy) : undefined;
  const looked = typeof change === 'object' ? await look(change, policy) : change;
  return { answer: answerTo(request, result, looked, today), request, problems };
}
