import type { ControlCode } from '../core/controls/index.ts';
import type { Outcome } from '../core/finding.ts';
import type { IssueCode } from '../core/issue.ts';
import { isKeyOf, type Json } from '../core/json.ts';
import { controlDefaults } from './defaults.ts';
import { issueClause } from './issues.ts';
import { fill, type IssueDetails, listOf } from './sentence.ts';
import type { ValueWords } from './values.ts';

/** An issue of a control, in a clause that follows its path; of a setting that is not set, in a sentence of its own. */
export function controlClause(
  code: ControlCode | IssueCode,
  found: IssueDetails & { readonly outcome?: Outcome },
  values: ValueWords,
): string {
  if (code === 'no-lifecycle-policy' && found.outcome === 'noted')
    return 'KeepImages and ExpireUntaggedAfterDays are both 0, so no lifecycle policy was written';
  return isKeyOf(sentences, code) ? fill(sentences[code], found, values) : otherClause(code, found, values);
}

/** Whether a code has a clause here that is one text. */
export function isPlainControlCode(code: string): code is keyof typeof sentences {
  return isKeyOf(sentences, code);
}

type OtherCode = Exclude<ControlCode, keyof typeof sentences>;

/** The clauses that are not one text each. */
function otherClause(
  code: OtherCode | IssueCode,
  found: Parameters<typeof controlClause>[1],
  values: ValueWords,
): string {
  const { expected } = found;
  const [operator = '', key = ''] = listOf(expected);
  switch (code) {
    case 'must-stay-mutable':
      return `stays mutable, since ${followingReason(expected)}`;
    case 'cannot-follow':
      return `should be MUTABLE, since ${followingReason(expected)}`;
    case 'condition-holds-without-key':
      return `allows every request without ${key}, for which ${operator} holds as well: use ${demanding(operator, key)}`;
    case 'condition-negated':
      return `allows every AWS account except what its condition on ${key} excludes: use ${operator.replace('Not', '')} with the values to allow`;
    default:
      return issueClause(code, found, values);
  }
}

/** Of a condition: which principals a statement allows despite it. None advises the condition that is already there. */
const sentences: {
  readonly [Code in Exclude<
    ControlCode,
    'must-stay-mutable' | 'cannot-follow' | 'condition-holds-without-key' | 'condition-negated'
  >]: string;
} = {
  ...controlDefaults,
  'tags-mutable': 'lets a pushed tag be overwritten, so an image cannot be traced to its source',
  'every-tag-excluded': 'excludes every tag, so all of them can be overwritten',
  'nearly-every-tag-excluded': 'excludes nearly every tag, so almost all of them can be overwritten',
  'not-scanned': 'leaves pushed images unscanned, unless a rule of the registry covers them',
  'every-account-allowed':
    'allows every AWS account: name the accounts, or add a condition on aws:PrincipalOrgID',
  'condition-any-value': 'allows every AWS account that has any {key}: compare it with the values to allow',
  'condition-wildcard':
    'allows every AWS account that matches the wildcard in its condition on {key}: write the values to allow without it',
  'condition-own-value':
    'allows every AWS account, since its condition compares {key} with a value of the request itself: write the values to allow',
  'condition-not-compared':
    'allows every AWS account, since its condition does not compare {key} with the values to allow: use StringEquals',
  'condition-addresses':
    'allows every AWS account from the addresses in its condition on {key}: name the accounts, or also add a condition on aws:PrincipalOrgID',
  'restricted-by-origin':
    'allows every principal whose requests come from the origin in its condition on {expected}, and no other',
  'resource-not-taken':
    'is refused by ECR, since a repository policy applies to its own repository only: remove it',
  'everyone-else-allowed':
    'allows every principal except those listed: list the principals to allow, in Principal',
  'no-own-key': 'names no key of your own; it stays, since a change would replace the repository',
};

/** The operator that also demands the key. A key with several values needs ForAnyValue. */
function demanding(operator: string, key: string): string {
  const base = operator.replace(/^ForA\w+:/, '').replace(/IfExists$/, '');
  return key.endsWith('OrgPaths') ? `ForAnyValue:${base}` : base;
}

/** Why a repository that follows another registry needs mutable tags. */
function followingReason(purpose: Json | undefined): string {
  const reason =
    purpose === 'REPLICATION'
      ? 'a replica of a tag that has moved arrives untagged'
      : 'a cached tag no longer follows its upstream registry';
  return `with immutable tags ${reason} (AppliedFor ${purpose})`;
}
