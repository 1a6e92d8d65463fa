/** The sentence for each finding about a template. */
import type { Finding, FindingCode, TemplateCode } from '../core/finding.ts';
import type { IssueCode } from '../core/issue.ts';
import type { Json } from '../core/json.ts';
import { controlClause } from './controls.ts';
import { listOf } from './issues.ts';
import { type MetadataCode, metadataClause, parameterClause } from './parameters.ts';
import { pathText } from './path.ts';
import { hiddenValues, shownValues, type ValueWords } from './values.ts';

/** The reason of a finding, in a clause that follows its path, without parameters' values: findings are logged. */
export function reasonOf(finding: Finding): string {
  const { code, inside, isHidden = false, isUnselected = false } = finding;
  const { exemptionEndedOn: endedOn } = finding;
  const values = isHidden ? hiddenValues : shownValues;
  const where = inside === undefined ? '' : `${pathText(inside) || 'the policy'} `;
  const note = endedOn === undefined ? '' : ` (its exemption ended on ${endedOn})`;
  const when = isUnselected ? ' (not deployed with the current parameter values)' : '';
  return `${where}${templateClause(code, finding, values)}${note}${when}`;
}

/** What is found about a template and the resources in it. */
function templateClause(code: FindingCode, finding: Finding, values: ValueWords): string {
  const { expected, actual } = finding;
  switch (code) {
    case 'misplaced':
      return `EcrHardening is beside ${listOf(actual).slice(0, 5).join(', ')}, which ${expected} does not have; move it to the top level of the template, or beside the Type of a repository`;
    case 'misspelt':
      return `must be spelt ${expected}`;
    case 'not-a-resource':
      return `must be a map with a Type, not ${values.describe(actual)}`;
    case 'inside-properties':
      return 'Retain and Report cannot be written from inside Properties';
    case 'may-still-be-written':
      return 'a loop or transform inside Properties may still write it, so it was left alone';
    case 'exclusions-alone':
      return 'exclusion filters are set alone, and ECR takes them only together with a mutability';
    case 'hidden-value':
      return 'is not one that ECR takes (its value is not shown)';
    case 'replaces-repository':
      return 'a repository that is already deployed without it would be replaced, and one with a RepositoryName cannot be';
    case 'exclusions-fail-checks':
      return 'lets the excluded tags be overwritten; some third-party checks accept only IMMUTABLE';
    case 'text-fails-checks':
      return 'is text: ECR takes it, but some third-party checks accept only the boolean true';
    case 'custom-role-not-set':
      return 'KmsKey is set and left out, since without CustomRoleArn ECR cannot create encrypted repositories';
    case 'needs-custom-role':
      return 'needs CustomRoleArn, without which ECR cannot create the repositories';
    case 'service-token-not-set':
      return 'the function of this application';
    case 'service-timeout-not-set':
      return 'so that a crash costs minutes and not an hour';
    case 'duplicate-key':
      return `is set ${listOf(actual).length} times, in lines ${listOf(actual).join(' and ')}; CloudFormation takes the last one`;
    case 'alias':
      return 'YAML aliases and merge keys (<<) are not supported by CloudFormation; the SAM CLI and the AWS CLI resolve them in `package`, and `ecr-hardening expand` writes out their values';
    default:
      return reachClause(code, finding, values);
  }
}

/** Findings about values that are not known, and templates that are not checked. */
function reachClause(
  code: Exclude<FindingCode, Exclude<ShapeCode, ReachCode>>,
  finding: Finding,
  values: ValueWords,
): string {
  const { expected, actual, count } = finding;
  switch (code) {
    case 'unknown-refused':
      return `${actual} is resolved only when the stack is deployed, so this value cannot be checked: use a value that is known before, or deploy the application with AllowUndetermined: true`;
    case 'may-write-unsafe':
      return 'a loop inside Properties may write it, so it cannot be checked: set it outside the loop, or deploy the application with AllowUndetermined: true';
    case 'out-of-reach':
      return `${actual} may contain repositories that are not checked here: check its own template too`;
    case 'template-too-large':
      return templateTooLarge({ bytes: count ?? 0, quota: Number(expected) });
    default:
      return resourceClause(code, finding, values);
  }
}

/** Why a template cannot be deployed at all. */
export function templateTooLarge({
  bytes,
  quota,
}: {
  readonly bytes: number;
  readonly quota: number;
}): string {
  return `the hardened template has ${bytes} bytes, and CloudFormation takes at most ${quota}: split it`;
}

type ShapeCode = Exclude<TemplateCode, MetadataCode>;
type ReachCode = 'unknown-refused' | 'may-write-unsafe' | 'out-of-reach' | 'template-too-large';

/** What is found about a resource's Metadata, our parameters, and settings. */
function resourceClause(code: Exclude<FindingCode, ShapeCode>, finding: Finding, values: ValueWords): string {
  switch (code) {
    case 'metadata-not-a-map':
    case 'exempt':
    case 'exemption-names-nothing':
    case 'exemption-names-no-text':
    case 'exemption-unknown-control':
    case 'exemption-without-reason':
    case 'exemption-not-a-day':
    case 'exemption-not-allowed':
    case 'goes-with-exempt':
    case 'not-literal-or-ref':
    case 'hidden-parameter':
      return metadataClause(code, finding, values);
    case 'unknown-parameter':
    case 'parameter-elsewhere':
    case 'enforcement-loosened':
      return parameterClause(code, finding, values);
    default:
      return isOfParameter(finding)
        ? parameterClause(finding.code, finding, values)
        : controlClause(code, finding, values);
  }
}

/** Whether a finding is about the value of one of our own parameters, which no control checks. */
function isOfParameter(finding: Finding): finding is Finding & { readonly code: IssueCode } {
  return finding.control === 'Parameters';
}

/** A finding as in logs and reports, with path and reason as text. */
export function describeFinding(finding: Finding): {
  readonly control: string;
  readonly code: string;
  readonly path: string;
  readonly outcome: string;
  readonly reason: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
} {
  const { control, code, path, outcome, before, after } = finding;
  return { control, code, path: pathText(path), outcome, reason: reasonOf(finding), before, after };
}
