/** The sentence for each finding about a template. */
import type { Finding, FindingCode, TemplateCode } from '../core/finding.ts';
import type { IssueCode } from '../core/issue.ts';
import type { Json } from '../core/json.ts';
import { controlClauses } from './controls.ts';
import { issueClauses, listOf } from './issues.ts';
import { metadataClauses, parameterClause, policyClauses } from './parameters.ts';
import { pathText } from './path.ts';
import { hiddenValues, shownValues, type ValueWords } from './values.ts';

type ShapeCode = Exclude<TemplateCode, keyof typeof metadataClauses>;

const shapeClauses: { readonly [Code in ShapeCode]: (finding: Finding, values: ValueWords) => string } = {
  misplaced: ({ expected, actual }) =>
    `EcrHardening stands beside ${listOf(actual).slice(0, 5).join(', ')}, which ${expected} does not have; move it to the top level of the template, or beside the Type of a repository`,
  misspelt: ({ expected }) => `must be spelt ${expected}`,
  'not-a-resource': ({ actual }, { describe }) => `must be a map with a Type, not ${describe(actual)}`,
  'inside-properties': () => 'Retain and Report cannot be written from inside Properties',
  'may-still-be-written': () =>
    'a loop or transform inside Properties may still write it, so it was left alone',
  'parameter-in-place-of-map': () =>
    'A parameter in place of a map is resolved only when the stack is deployed, so it was left alone',
  'exclusions-alone': () =>
    'exclusion filters are set alone, and ECR takes them only together with a mutability',
  'hidden-value': () => 'is not one that ECR takes (its value is not shown)',
  'replaces-repository': () =>
    'a repository that is already deployed without it would be replaced, and one with a RepositoryName cannot be',
  'service-token-not-set': () => 'the function of this application',
  'service-timeout-not-set': () => 'so that a crash costs minutes and not an hour',
};

const clauses: {
  readonly [Code in FindingCode]: (finding: Finding, values: ValueWords) => string;
} = { ...issueClauses, ...controlClauses, ...policyClauses, ...metadataClauses, ...shapeClauses };

/** Why a finding is one, in a clause that follows its place and holds no parameter's value: findings are logged. */
export function reasonOf(finding: Finding): string {
  const values = finding.isHidden ? hiddenValues : shownValues;
  const { inside, exemptionEndedOn: endedOn } = finding;
  const where =
    inside === undefined || finding.outcome !== 'invalid' ? '' : `${pathText(inside) || 'the policy'} `;
  const note = endedOn === undefined ? '' : ` (its exemption ended on ${endedOn})`;
  return `${where}${clauseOf(finding, values)}${note}`;
}

function clauseOf(finding: Finding, values: ValueWords): string {
  return isAboutParameter(finding)
    ? parameterClause(finding, values)
    : clauses[finding.code](finding, values);
}

/** Whether a finding is about the value of one of our own parameters. */
function isAboutParameter(finding: Finding): finding is Finding & { readonly code: IssueCode } {
  return finding.control === 'Parameters' && isIssueCode(finding.code);
}

function isIssueCode(code: FindingCode): code is IssueCode {
  return Object.hasOwn(issueClauses, code);
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
