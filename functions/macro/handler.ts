import { type Expansion, expand } from '../../cloudformation/expand.ts';
import type { Finding } from '../../core/finding.ts';
import type { JsonObject } from '../../core/json.ts';
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
    const expansion = expand(request, { environment: process.env, today });
    log(request, expansion);
    return 'refusal' in expansion
      ? failure(request.requestId, expansion.refusal)
      : { requestId: request.requestId, status: 'success', fragment: expansion.fragment };
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
function log(request: MacroRequest, expansion: Expansion): void {
  const { requestId, transformId } = request;
  const { findings, warning } = expansion;
  const refusal = 'refusal' in expansion ? expansion.refusal : undefined;
  const level = refusal === undefined && warning === undefined ? 'INFO' : 'WARN';
  console.log(
    JSON.stringify({
      level,
      version: process.env.Version,
      requestId,
      transformId,
      refusal,
      warning,
      findings: groupEqualFindings(findings),
    }),
  );
}

const sameKeys = ['control', 'path', 'outcome', 'before', 'after'] as const;

/** Equal decisions as one, with the logical IDs of all: a template of 500 repositories says 500 times the same. */
function groupEqualFindings(findings: readonly Finding[]): readonly object[] {
  const groups = new Map<string, (Finding & { readonly logicalIds: unknown[] })[]>();
  for (const { logicalId, ...finding } of findings) {
    const alike = groups.get(finding.reason) ?? [];
    groups.set(finding.reason, alike);
    const group = alike.find((one) => sameKeys.every((key) => one[key] === finding[key]));
    if (group === undefined) alike.push({ ...finding, logicalIds: [logicalId] });
    else group.logicalIds.push(logicalId);
  }
  return [...groups.values()].flat();
}

function failure(requestId: string, errorMessage: string): MacroResponse {
  return { requestId, status: 'failure', errorMessage };
}
