/** What is wrong with parameters and with a resource's own Metadata, in clauses. */
import type { Finding, TemplateCode } from '../core/finding.ts';
import type { IssueCode } from '../core/issue.ts';
import type { PolicyCode, PolicyFinding } from '../core/policy/policy.ts';
import { issueClause, listOf } from './issues.ts';
import { pathText } from './path.ts';
import { unknownName } from './unknown-name.ts';
import { shownValues, type ValueWords } from './values.ts';

/** The clause for what is wrong with a parameter's name, level or value, which it names. */
export function parameterClause(
  code: PolicyCode | IssueCode,
  finding: Pick<Finding, 'path' | 'expected' | 'actual' | 'count' | 'related'>,
  values: ValueWords,
): string {
  const { path, expected, actual } = finding;
  const name = path.at(-1);
  switch (code) {
    case 'unknown-parameter':
      return unknownName('parameter', String(actual), listOf(expected));
    case 'parameter-elsewhere':
      return `${name} can be set only by the ${listOf(expected).join(' or the ')}`;
    case 'enforcement-loosened':
      return `${actual} has no effect: ${expected} of the level above can only be tightened`;
    case 'not-a-list':
      return `${name} must be a list or comma-separated text, not ${values.describe(actual)}`;
    case 'not-text':
      return `${name} must hold text only, not ${values.describe(actual)}`;
    case 'pattern-characters':
    case 'too-many-wildcards':
    case 'matches-every-tag': {
      const pattern = values.quote(actual).trim();
      return `${name} has ${pattern}, which ${issueClause(code, { ...finding, actual: undefined }, values)}`;
    }
    default:
      return `${name} ${issueClause(code, finding, values)}`;
  }
}

/** What is wrong with a parameter, in a clause that begins with its place. */
export function parameterProblem(finding: PolicyFinding): string {
  return `${pathText(finding.path)}: ${parameterClause(finding.code, finding, shownValues)}`;
}

/** What is found in a resource's own Metadata. */
export type MetadataCode = Extract<
  TemplateCode,
  `exempt${string}` | 'metadata-not-a-map' | 'goes-with-exempt' | 'not-literal-or-ref' | 'hidden-parameter'
>;

/** The clause for what is wrong with a resource's own Metadata. */
export function metadataClause(code: MetadataCode, finding: Finding, values: ValueWords): string {
  const { expected, actual, exemption } = finding;
  switch (code) {
    case 'metadata-not-a-map':
      return issueClause('not-a-map', finding, values);
    case 'exempt':
      return `exempt${exemption?.until === undefined ? '' : ` until ${exemption.until}`}: ${exemption?.reason}`;
    case 'exemption-names-nothing':
      return 'names no control';
    case 'exemption-names-no-text':
      return 'must name controls';
    case 'exemption-unknown-control':
      return unknownName('control', String(actual), listOf(expected));
    case 'exemption-without-reason':
      return 'is missing: an exemption needs a reason';
    case 'exemption-not-a-day':
      return `must be a day such as 2027-03-31, not ${values.describe(actual)}`;
    case 'exemption-not-allowed':
      return 'is not allowed by the application (AllowExemptions)';
    case 'goes-with-exempt':
      return 'goes with Exempt only';
    case 'not-literal-or-ref':
      return 'must be a literal or a Ref to a parameter';
    case 'hidden-parameter':
      return 'cannot have the value of this parameter';
    default:
      return code satisfies never;
  }
}
