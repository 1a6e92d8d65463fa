import { type Expansion, expand } from '../../cloudformation/expand.ts';
import type { Finding } from '../../core/finding.ts';
import type { JsonObject } from '../../core/json.ts';
import { describeFinding } from '../../wording/findings.ts';
import { expansionRefusal, expansionWarning } from '../../wording/refusal.ts';
import { type MacroRequest, parseRequest } from './request.ts';

/** The response to CloudFormation; any status but `success` fails the change set, with `errorMessage` as its reason. */
export interface MacroResponse {
  readonly requestId: string;
  readonly status: 'success' | 'failure';
  readonly fragment?: JsonObject;
  readonly errorMessage?: string;
}

/**
 * `Transform: EcrHardening`.
 *
 * Never throws: CloudFormation shows a thrown error only as a "malformed response".
 */
export async function handler(event: unknown): Promise<MacroResponse> {
  const parsed = parseRequest(event);
  if (!parsed.ok) return failure(parsed.requestId, parsed.reason);
  const { request } = parsed;
  try {
    const expansion = expand(request, {
      environment: process.env,
      get today() {
        return new Date().toISOString().slice(0, 10);
      },
      describe: describeFinding,
    });
    const refusal = expansionRefusal(expansion);
    log(request, expansion, refusal);
    return 'fragment' in expansion
      ? { requestId: request.requestId, status: 'success', fragment: expansion.fragment }
      : failure(request.requestId, refusal ?? 'refused');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // With its stack: this is a defect of the macro.
    console.error(request.requestId, error);
    return failure(
      request.requestId,
      `EcrHardening has a defect and changed nothing (${message}); see the log of its function`,
    );
  }
}

/** One line for each template, with every decision. It contains the template's values, never those of parameters. */
function log(request: MacroRequest, expansion: Expansion, refusal: string | undefined): void {
  const { requestId, transformId } = request;
  const warning = expansionWarning(expansion);
  const level = refusal === undefined && warning === undefined ? 'INFO' : 'WARN';
  console.log(
    JSON.stringify({
      level,
      version: process.env.Version,
      requestId,
      transformId,
      refusal,
      warning,
      findings: groupEqualFindings(expansion.findings),
    }),
  );
}

/** Equal decisions as one, with the logical IDs of all: a template of 500 repositories logs 500 times the same. */
function groupEqualFindings(findings: readonly Finding[]): readonly object[] {
  const groups = new Map<Finding['code'], (readonly [Finding, unknown[]])[]>();
  for (const finding of findings) {
    const alike = groups.get(finding.code);
    const group = alike?.find(([one]) => isEqualDecision(one, finding));
    if (group !== undefined) group[1].push(finding.logicalId);
    else groups.set(finding.code, [...(alike ?? []), [finding, [finding.logicalId]]]);
  }
  return [...groups.values()]
    .flat()
    .map(([finding, logicalIds]) => ({ ...describeFinding(finding), logicalIds }));
}

/** Values are compared by identity, which equal defaults share; what a sentence is made of, by its content. */
function isEqualDecision(one: Finding, other: Finding): boolean {
  return (
    one.control === other.control &&
    one.outcome === other.outcome &&
    one.before === other.before &&
    one.after === other.after &&
    one.count === other.count &&
    one.exemptionEndedOn === other.exemptionEndedOn &&
    isSame(one.path, other.path) &&
    isSame(one.inside, other.inside) &&
    isSame(one.expected, other.expected) &&
    isSame(one.actual, other.actual) &&
    isSame(one.related, other.related) &&
    isSame(one.exemption, other.exemption)
  );
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function failure(requestId: string, errorMessage: string): MacroResponse {
  return { requestId, status: 'failure', errorMessage };
}
