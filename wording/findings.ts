/** The sentence for each finding about a template. */
import type { Finding, FindingCode, TemplateCode } from '../core/finding.ts';
import type { IssueCode } from '../core/issue.ts';
import type { Json } from '../core/json.ts';
import { controlClause } from './controls.ts';
import { issueClause, listOf } from './issues.ts';
import { type MetadataCode, metadataClause, parameterClause } from './parameters.ts';
import { pathText } from './path.ts';
import { hiddenValues, shownValues, type ValueWords } from './values.ts';

/** Why a finding is one, in a clause that follows its place and holds no parameter's value: findings are logged. */
export function reasonOf(finding: Finding): string {
  const { code, inside, outcome, isHidden = false, exemptionEndedOn: endedOn } = finding;
  const values = isHidden ? hiddenValues : shownValues;
  const where = inside === undefined || outcome !== 'invalid' ? '' : `${pathText(inside) || 'the policy'} `;
  const note = endedOn === undefined ? '' : ` (its exemption ended on ${endedOn})`;
  return `${where}${templateClause(code, finding, values)}${note}`;
}

/** What is found about a template and the resources in it. */
function templateClause(code: FindingCode, finding: Finding, values: ValueWords): string {
  const { expected, actual } = finding;
  switch (code) {
    case 'misplaced':
      return `EcrHardening stands beside ${listOf(actual).slice(0, 5).join(', ')}, which ${expected} does not have; move it to the top level of the template, or beside the Type of a repository`;
    case 'misspelt':
      return `must be spelt ${expected}`;
    case 'not-a-resource':
      return `must be a map with a Type, not ${values.describe(actual)}`;
    case 'inside-properties':
      return 'Retain and Report cannot be written from inside Properties';
    case 'may-still-be-written':
      return 'a loop or transform inside Properties may still write it, so it was left alone';
    case 'parameter-in-place-of-map':
      return issueClause('unknown', { actual: 'A parameter in place of a map' }, values);
    case 'exclusions-alone':
      return 'exclusion filters are set alone, and ECR takes them only together with a mutability';
    case 'hidden-value':
      return 'is not one that ECR takes (its value is not shown)';
    case 'replaces-repository':
      return 'a repository that is already deployed without it would be replaced, and one with a RepositoryName cannot be';
    case 'service-token-not-set':
      return 'the function of this application';
    case 'service-timeout-not-set':
      return 'so that a crash costs minutes and not an hour';
    default:
      return resourceClause(code, finding, values);
  }
}

type ShapeCode = Exclude<TemplateCode, MetadataCode>;

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

/** A finding as logs and reports have it: where it stands and why as text. */
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
