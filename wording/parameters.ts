/** What is wrong with the values of parameters, in clauses. */

import type { IssueCode } from '../core/issue.ts';
import { isKeyOf } from '../core/json.ts';
import type { PolicyCode, PolicyFinding } from '../core/policy/policy.ts';
import { issueClause } from './issues.ts';
import { pathText } from './path.ts';
import { type FindingDetails, fill } from './sentence.ts';
import { shownValues, type ValueWords } from './values.ts';

/** The clause for what is wrong with a parameter's name, level or value, which it names. */
export function parameterClause(
  code: PolicyCode | IssueCode,
  finding: FindingDetails,
  values: ValueWords,
): string {
  if (isKeyOf(sentences, code)) return fill(sentences[code], finding, values);
  const name = finding.path?.at(-1);
  switch (code) {
    case 'pattern-characters':
    case 'too-many-wildcards':
    case 'matches-every-tag':
    case 'matches-nearly-every-tag': {
      const pattern = values.quote(finding.actual).trim();
      return `${name} has ${pattern}, which ${issueClause(code, { ...finding, actual: undefined }, values)}`;
    }
    default:
      return `${name} ${issueClause(code, finding, values)}`;
  }
}

const sentences: { readonly [Code in PolicyCode | 'not-a-list' | 'not-text']: string } = {
  'unknown-parameter': 'unknown parameter{guess}',
  'parameter-elsewhere': '{name} can be set only by the {expected| or the }',
  'enforcement-loosened': '{actual} has no effect: {expected} of the level above can only be tightened',
  'not-a-list': '{name} must be a list or comma-separated text, not {value}',
  'not-text': '{name} must hold text only, not {value}',
};

/** What is wrong with a parameter, in a clause that begins with its place. */
export function parameterProblem(finding: PolicyFinding): string {
  return `${pathText(finding.path)}: ${parameterClause(finding.code, finding, shownValues)}`;
}
