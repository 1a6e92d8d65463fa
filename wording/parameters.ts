/** What is wrong with parameters and with a resource's own Metadata, in clauses. */
import type { Finding, TemplateCode } from '../core/finding.ts';
import type { IssueCode } from '../core/issue.ts';
import type { PolicyCode } from '../core/policy/policy.ts';
import { type Clause, issueClauses, listOf } from './issues.ts';
import { unknownName } from './unknown-name.ts';
import type { ValueWords } from './values.ts';

/** The clauses for parameters' names and levels. */
export const policyClauses: { readonly [Code in PolicyCode]: (finding: Finding) => string } = {
  'unknown-parameter': ({ expected, actual }) => unknownName('parameter', String(actual), listOf(expected)),
  'parameter-elsewhere': ({ expected, path }) =>
    `${path.at(-1)} can be set only by the ${listOf(expected).join(' or the ')}`,
  'enforcement-loosened': ({ expected, actual }) =>
    `${actual} has no effect: ${expected} of the level above can only be tightened`,
};

/** The clauses of a value that are others for a parameter, where a list may be text. */
const valueClauses: { readonly [Code in IssueCode]?: Clause } = {
  'not-a-list': ({ actual }, { describe }) =>
    `must be a list or comma-separated text, not ${describe(actual)}`,
  'not-text': ({ actual }, { describe }) => `must hold text only, not ${describe(actual)}`,
  'pattern-characters': (details, values) => pattern('pattern-characters', details, values),
  'too-many-wildcards': (details, values) => pattern('too-many-wildcards', details, values),
  'matches-every-tag': (details, values) => pattern('matches-every-tag', details, values),
};

function pattern(code: IssueCode, { actual, ...details }: Parameters<Clause>[0], values: ValueWords): string {
  return `has ${values.quote(actual).trim()}, which ${issueClauses[code](details, values)}`;
}

/** The clause for what is wrong with the value of a parameter, which it names. */
export function parameterClause(finding: Finding & { readonly code: IssueCode }, values: ValueWords): string {
  const { code, path } = finding;
  return `${path.at(-1)} ${(valueClauses[code] ?? issueClauses[code])(finding, values)}`;
}

type MetadataCode = Extract<
  TemplateCode,
  `exempt${string}` | 'metadata-not-a-map' | 'goes-with-exempt' | 'not-literal-or-ref' | 'hidden-parameter'
>;

/** The clauses for a resource's own Metadata. */
export const metadataClauses: {
  readonly [Code in MetadataCode]: (finding: Finding, values: ValueWords) => string;
} = {
  'metadata-not-a-map': (finding, values) => issueClauses['not-a-map'](finding, values),
  exempt: ({ exemption }) =>
    `exempt${exemption?.until === undefined ? '' : ` until ${exemption.until}`}: ${exemption?.reason}`,
  'exemption-names-nothing': () => 'names no control',
  'exemption-names-no-text': () => 'must name controls',
  'exemption-unknown-control': ({ expected, actual }) =>
    unknownName('control', String(actual), listOf(expected)),
  'exemption-without-reason': () => 'is missing: an exemption needs a reason',
  'exemption-not-a-day': ({ actual }, { describe }) =>
    `must be a day such as 2027-03-31, not ${describe(actual)}`,
  'exemption-not-allowed': () => 'is not allowed by the application (AllowExemptions)',
  'goes-with-exempt': () => 'goes with Exempt only',
  'not-literal-or-ref': () => 'must be a literal or a Ref to a parameter',
  'hidden-parameter': () => 'cannot have the value of this parameter',
};
