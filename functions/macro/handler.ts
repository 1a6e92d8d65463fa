import { type Expansion, expand } from '../../cloudformation/expand.ts';
import type { Finding } from '../../core/finding.ts';
import type { JsonObject } from '../../core/json.ts';
import { describeFinding } from '../../wording/findings.ts';
import { expansionRefusal, expansionWarning } from '../../wording/refusal.ts';
import { type MacroRequest, parseRequest } from './request.ts';

/** What CloudFormation wants back; any status but `success` fails the change set, with `errorMessage` as its reason. */
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
    const today = new Date().toISOString().slice(0, 10);
    const expansion = expand(request, { environment: process.env, today, describe: describeFinding });
    const refusal = expansionRefusal(expansion);
    log(request, expansion, refusal);
    return 'fragment' in expansion
      ? { requestId: request.requestId, status: 'success', fragment: expansion.fragment }
      : failure(request.requestId, refusal ?? 'refused');
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // With its stack: this one is a defect of ours.
    console.error(request.requestId, error);
    return failure(
      request.requestId,
      `EcrHardening has a defect and changed nothing (${message}); see the log of its function`,
    );
  }
}

/** One line a template with every decision. It holds what stands in the template, never a parameter's value. */
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
    const alike = groups.get(finding.code) ?? [];
    groups.set(finding.code, alike);
    const group = alike.find(([one]) => isEqualDecision(one, finding));
    if (group === undefined) alike.push([finding, [finding.logicalId]]);
    else group[1].push(finding.logicalId);
  }
  return [...groups.values()]
    .flat()
    .map(([finding, logicalIds]) => ({ ...describeFinding(finding), logicalIds }));
}

const singleKeys = ['control', 'outcome', 'before', 'after', 'exemptionEndedOn', 'count'] as const;
const nestedKeys = ['path', 'inside', 'expected', 'actual', 'related', 'exemption'] as const;

/** Values are compared by identity, which equal defaults have; what is short and made anew, by what is in it. */
function isEqualDecision(one: Finding, other: Finding): boolean {
  return (
    singleKeys.every((key) => one[key] === other[key]) &&
    nestedKeys.every(
      (key) => one[key] === other[key] || JSON.stringify(one[key]) === JSON.stringify(other[key]),
    )
  );
}

function failure(requestId: string, errorMessage: string): MacroResponse {
  return { requestId, status: 'failure', errorMessage };
}
