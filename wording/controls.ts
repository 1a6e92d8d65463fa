import type { ControlCode } from '../core/controls/index.ts';
import type { Outcome } from '../core/finding.ts';
import type { IssueCode } from '../core/issue.ts';
import type { Json } from '../core/json.ts';
import { type IssueDetails, issueClause, listOf } from './issues.ts';
import type { ValueWords } from './values.ts';

/** An issue of a control, in a clause that follows its path; of a setting that is not set, in a sentence of its own. */
export function controlClause(
  code: ControlCode | IssueCode,
  found: IssueDetails & { readonly outcome?: Outcome },
  values: ValueWords,
): string {
  switch (code) {
    case 'tag-mutability-not-set':
      return 'ImageTagMutability is not set; ECR lets tags be overwritten by default';
    case 'tags-mutable':
      return 'lets a pushed tag be overwritten, so an image cannot be traced to its source';
    case 'every-tag-excluded':
      return 'excludes every tag, so all of them can be overwritten';
    case 'must-stay-mutable':
      return `stays mutable, since ${followingReason(found.expected)}`;
    case 'cannot-follow':
      return `should be MUTABLE, since ${followingReason(found.expected)}`;
    case 'scan-on-push-not-set':
      return 'ScanOnPush is not set; ECR does not scan by default';
    case 'not-scanned':
      return 'leaves pushed images unscanned, unless a rule of the registry covers them';
    case 'no-lifecycle-policy':
      return found.outcome === 'noted'
        ? 'KeepImages and ExpireUntaggedAfterDays are both 0, so no lifecycle policy was written'
        : 'No lifecycle policy; ECR keeps images indefinitely';
    case 'every-account-allowed':
      return 'allows every AWS account: name the accounts, or add a condition on aws:PrincipalOrgID';
    case 'condition-holds-without-key':
    case 'condition-negated':
    case 'condition-any-value':
    case 'condition-wildcard':
    case 'condition-own-value':
    case 'condition-not-compared':
    case 'condition-addresses':
      return weakConditionClause(code, listOf(found.expected));
    case 'restricted-by-origin':
      return `allows every principal whose requests come from the origin in its condition on ${found.expected}, and no other`;
    case 'resource-not-taken':
      return 'is refused by ECR, since a repository policy applies to its own repository only: remove it';
    case 'everyone-else-allowed':
      return 'allows every principal except those listed: list the principals to allow, in Principal';
    case 'retention-not-set':
      return 'Retain is on';
    case 'encryption-not-set':
      return 'KmsKey is set';
    case 'no-own-key':
      return 'names no key of your own; it stays, since a change would replace the repository';
    default:
      return issueClause(code, found, values);
  }
}

type WeakConditionCode = Extract<ControlCode, `condition-${string}`>;

/** Whom a statement allows despite its condition. It does not advise the condition that is already there. */
function weakConditionClause(code: WeakConditionCode, [operator = '', key = '']: readonly string[]): string {
  switch (code) {
    case 'condition-holds-without-key':
      return `allows every request without ${key}, for which ${operator} holds as well: use ${demanding(operator, key)}`;
    case 'condition-negated':
      return `allows every AWS account except what its condition on ${key} excludes: use ${operator.replace('Not', '')} with the values to allow`;
    case 'condition-any-value':
      return `allows every AWS account that has any ${key}: compare it with the values to allow`;
    case 'condition-wildcard':
      return `allows every AWS account that matches the wildcard in its condition on ${key}: write the values to allow without it`;
    case 'condition-own-value':
      return `allows every AWS account, since its condition compares ${key} with a value of the request itself: write the values to allow`;
    case 'condition-not-compared':
      return `allows every AWS account, since its condition does not compare ${key} with the values to allow: use StringEquals`;
    case 'condition-addresses':
      return `allows every AWS account from the addresses in its condition on ${key}: name the accounts, or also add a condition on aws:PrincipalOrgID`;
    default:
      return code satisfies never;
  }
}

/** The operator that also demands the key. A key with several values needs ForAnyValue. */
function demanding(operator: string, key: string): string {
  const base = operator.replace(/^ForA\w+:/, '').replace(/IfExists$/, '');
  return key.endsWith('OrgPaths') ? `ForAnyValue:${base}` : base;
}

/** Why a repository that follows another registry needs mutable tags. */
function followingReason(purpose: Json | undefined): string {
  return purpose === 'REPLICATION'
    ? 'with immutable tags a replica of a tag that has moved arrives untagged (AppliedFor REPLICATION)'
    : 'with immutable tags a cached tag no longer follows its upstream registry (AppliedFor PULL_THROUGH_CACHE)';
}
