import type { Expansion } from '../../cloudformation/expand.ts';
import type { Finding } from '../../core/finding.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Path } from '../../core/path.ts';
import { visible, visibleJson } from '../../core/visible.ts';
import { defaultReason, withReason } from '../../wording/defaults.ts';
import { expansionWarning } from '../../wording/expansion-warning.ts';
import { guardedExpansion, type InvocationContext } from './guarded-expansion.ts';
import { onDemand } from './on-demand.ts';
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
export async function handler(event: unknown, context?: InvocationContext): Promise<MacroResponse> {
  const parsed = parseRequest(event);
  if (!parsed.ok) return failure(parsed.requestId, parsed.reason);
  const { request } = parsed;
  try {
    const expansion = await guardedExpansion(request, describe, context);
    const refusal = 'fragment' in expansion ? undefined : onDemand('sentences').expansionRefusal(expansion);
    log(request, expansion, refusal);
    return 'fragment' in expansion
      ? { requestId: request.requestId, status: 'success', fragment: expansion.fragment }
      : failure(request.requestId, refusal ?? 'refused');
  } catch (error) {
    return afterError(request.requestId, error);
  }
}

/** The response after a defect of the macro, or to a template so deep that the stack ends. */
function afterError(requestId: string, error: unknown): MacroResponse {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? error.stack : message;
  console.error(visibleJson({ level: 'ERROR', requestId, error: stack }));
  if (error instanceof RangeError)
    return failure(requestId, 'its values are nested too deeply: nest them less deeply');
  return failure(
    requestId,
    `EcrHardening has a defect and changed nothing (${visible(message)}); see the log of its function`,
  );
}

function describe(finding: Finding): ReturnType<typeof withReason> {
  return withReason(finding, defaultReason(finding) ?? onDemand('sentences').reasonOf(finding));
}

// CloudWatch Logs takes events of up to 256 KB in every Region.
const maxLoggedCharacters = 200_000;

/**
 * One line for each template, with every decision that fits in. It contains the template's values, never those of
 * parameters.
 */
function log(request: MacroRequest, expansion: Expansion, refusal: string | undefined): void {
  const { requestId, transformId } = request;
  const warning = expansionWarning(expansion);
  const isWithheld = expansion.findings.some(({ code }) => code === 'default-withheld');
  const level = refusal === undefined && warning === undefined && !isWithheld ? 'INFO' : 'WARN';
  const { findings, findingsLeftOut } = loggedFindings(expansion.findings);
  console.log(
    visibleJson({
      level,
      version: process.env.Version,
      requestId,
      transformId,
      refusal,
      warning,
      findings,
      findingsLeftOut,
    }),
  );
}

function loggedFindings(all: readonly Finding[]) {
  const findings: object[] = [];
  let characters = 0;
  const groups = groupEqualFindings(all);
  for (const { finding, logicalIds } of groups) {
    const described = { ...describe(finding), logicalIds: [...logicalIds] };
    characters += JSON.stringify(described).length;
    if (characters > maxLoggedCharacters) break;
    findings.push(described);
  }
  const left = groups.length - findings.length;
  return { findings, findingsLeftOut: left === 0 ? undefined : left };
}

interface Group {
  readonly finding: Finding;
  readonly logicalIds: Set<string | undefined>;
}

/** Equal decisions as one, with the logical IDs of all: a template of 500 repositories logs 500 times the same. */
function groupEqualFindings(findings: readonly Finding[]): readonly Group[] {
  const groups = new Map<string, Group>();
  const values = new Map<unknown, number>();
  // Values are compared by identity, which equal defaults share; what a sentence is made of, by its content.
  const identity = (value: unknown) => {
    const found = values.get(value) ?? values.size;
    values.set(value, found);
    return found;
  };
  const latest = new Map<Finding['code'], Group>();
  for (const finding of findings) {
    const like = latest.get(finding.code);
    // Nearly every one is like the one before it, and printing is what takes time.
    if (like !== undefined && isSameDecision(like.finding, finding)) {
      like.logicalIds.add(finding.logicalId);
      continue;
    }
    const { logicalId, before, after, ...rest } = finding;
    const key = JSON.stringify([rest, identity(before), identity(after)]);
    const group = groups.get(key) ?? { finding, logicalIds: new Set() };
    group.logicalIds.add(logicalId);
    groups.set(key, group);
    latest.set(finding.code, group);
  }
  return [...groups.values()];
}

/**
 * Whether two decisions are the same at first sight: each part is the very same one, as those of equal defaults are. Each by
 * its name, since V8 takes many times as long over names in a list.
 */
function isSameDecision(one: Finding, other: Finding): boolean {
  return (
    isSamePath(one.path, other.path) &&
    one.after === other.after &&
    one.before === other.before &&
    one.outcome === other.outcome &&
    one.control === other.control &&
    one.expected === other.expected &&
    one.actual === other.actual &&
    one.count === other.count &&
    one.related === other.related &&
    one.inside === other.inside &&
    one.guard === other.guard &&
    one.exemption === other.exemption &&
    one.exemptionEndedOn === other.exemptionEndedOn &&
    one.isHidden === other.isHidden &&
    one.isUnselected === other.isUnselected
  );
}

function isSamePath(one: Path, other: Path): boolean {
  return one === other || (one.length === other.length && one.every((step, index) => step === other[index]));
}

function failure(requestId: string, errorMessage: string): MacroResponse {
  return { requestId, status: 'failure', errorMessage };
}
