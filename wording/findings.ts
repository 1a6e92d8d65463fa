/** The sentence for each finding about a template. */
import type { Finding, TemplateCode } from '../core/finding.ts';
import type { IssueCode } from '../core/issue.ts';
import { isKeyOf } from '../core/json.ts';
import { controlClause, isPlainControlCode } from './controls.ts';
import { settingsDefaults, withReason } from './defaults.ts';
import { guardClause } from './lifecycle-guard.ts';
import { parameterClause } from './parameters.ts';
import { pathText } from './path.ts';
import { fill } from './sentence.ts';
import { hiddenValues, shownValues, type ValueWords } from './values.ts';

/** The reason of a finding, in a clause that follows its path, without parameters' values: findings are logged. */
export function reasonOf(finding: Finding): string {
  const { inside, isHidden = false, isUnselected = false, exemptionEndedOn: endedOn } = finding;
  const where = inside === undefined ? '' : `${pathText(inside) || 'the policy'} `;
  const note = endedOn === undefined ? '' : ` (its exemption ended on ${endedOn})`;
  const when = isUnselected ? ' (not deployed with the current parameter values)' : '';
  return `${where}${clauseOf(finding, isHidden ? hiddenValues : shownValues)}${note}${when}`;
}

function clauseOf(finding: Finding, values: ValueWords): string {
  const { code } = finding;
  // Of nearly every finding; the table of the others is then not read.
  return isPlainControlCode(code) ? controlClause(code, finding, values) : templateClause(finding, values);
}

function templateClause(finding: Finding, values: ValueWords): string {
  const { code, exemption, guard } = finding;
  const sentences = templateSentences();
  if (code === 'exempt' && exemption?.until !== undefined)
    return fill('exempt until {until}: {reason}', finding, values);
  if (isKeyOf(sentences, code)) return fill(sentences[code], finding, values);
  switch (code) {
    case 'unknown-parameter':
    case 'parameter-elsewhere':
    case 'enforcement-loosened':
      return parameterClause(code, finding, values);
    case 'default-guarded':
    case 'default-withheld':
    case 'policy-written-back':
    case 'policy-by-stack':
    case 'default-undecided':
      return guard === undefined ? code : guardClause(guard);
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

/** What is found about an exemption, in Metadata or in a comment. */
const exemptionSentences = {
  exempt: 'exempt: {reason}',
  'exemption-names-nothing': 'names no control',
  'exemption-names-no-resource':
    'is on no resource: move it above or inside one, or above Resources for the whole file',
  'exemption-names-no-text': 'must name controls',
  'exemption-unknown-control': 'unknown control{guess}',
  'exemption-without-reason': 'is missing: an exemption needs a reason',
  'exemption-not-a-day': 'must be a day such as 2027-03-31, not {value}',
  'exemption-not-allowed': 'is not allowed by the application (AllowExemptions)',
  'exemption-tagged': 'the macro adds the exemption as a tag, which the hook reads',
  'goes-with-exempt': 'goes with Exempt only',
};

/** What is found about a template and the resources in it. */
const templateSentences = (): { readonly [Code in TemplateCode]: string } => ({
  'placement-assumed': 'is hardened as the Properties of {expected}, which is not known to have {actual|, }',
  misplaced:
    'EcrHardening is beside {actual|, }, which {expected} does not have; move it to the top level of the template, or beside the Type of a repository',
  'snippet-elsewhere':
    'EcrHardening is not directly in the Properties of {expected}, so it hardens nothing there; move it to the top level of the template, or beside the Type of a repository',
  misspelt: 'must be spelt {expected}',
  'not-a-resource': 'must be a map with a Type, not {value}',
  'inside-properties': 'Retain and Report cannot be written from inside Properties',
  'may-still-be-written': 'a loop or transform inside Properties may still write it, so it was left alone',
  'exclusions-alone': 'exclusion filters are set alone, and ECR takes them only together with a mutability',
  'hidden-value': 'is not one that ECR takes (its value is not shown)',
  'replaces-repository':
    'a repository that is already deployed without it would be replaced, and one with a RepositoryName cannot be',
  'exclusions-fail-checks':
    'lets the excluded tags be overwritten; some third-party checks accept only IMMUTABLE',
  'text-fails-checks': 'is text: ECR takes it, but some third-party checks accept only the boolean true',
  'custom-role-not-set':
    'KmsKey is set and left out, since without CustomRoleArn ECR cannot create encrypted repositories',
  'needs-custom-role': 'needs CustomRoleArn, without which ECR cannot create the repositories',
  ...settingsDefaults,
  'duplicate-key': 'is set {count} times, in lines {actual| and }; CloudFormation takes the last one',
  alias:
    'YAML aliases and merge keys (<<) are not supported by CloudFormation; the SAM CLI and the AWS CLI resolve them in `package`, and `ecr-hardening expand` writes out their values',
  // values that are not known, and templates that are not checked
  'unknown-refused':
    '{actual} is resolved only when the stack is deployed, so this value cannot be checked: use a value that is known before, or deploy the application with AllowUndetermined: true',
  'may-write-unsafe':
    'a loop inside Properties may write it, so it cannot be checked: set it outside the loop, or deploy the application with AllowUndetermined: true',
  'number-altered':
    'is a number that a macro cannot pass on unchanged (beyond 2^53, or of too many digits): write it in quotes',
  'out-of-reach': '{actual} may contain repositories that are not checked here: check its own template too',
  'template-too-large':
    'the hardened template has {count} bytes, and CloudFormation takes at most {expected}: split it',
  // a resource's own Metadata
  'metadata-not-a-map': 'must be a map, not {value}',
  ...exemptionSentences,
  'not-literal-or-ref': 'must be a literal or a Ref to a parameter that is not of the Parameter Store',
  'parameter-without-value':
    'refers to the parameter {actual}, which has no Default: specify its value (--parameter {actual}=VALUE)',
  'hidden-parameter': 'cannot have the value of this parameter',
});

/** Why a template cannot be deployed at all. */
export function templateTooLarge({
  bytes,
  quota,
}: {
  readonly bytes: number;
  readonly quota: number;
}): string {
  return fill(templateSentences()['template-too-large'], { count: bytes, expected: quota }, shownValues);
}

/** A finding as in logs and reports, with path and reason as text. */
export function describeFinding(finding: Finding): ReturnType<typeof withReason> {
  return withReason(finding, reasonOf(finding));
}
