import type { ControlCode } from '../core/controls/index.ts';
import type { Outcome } from '../core/finding.ts';
import type { Issue, IssueCode } from '../core/issue.ts';
import { type IssueDetails, issueClauses } from './issues.ts';
import type { ValueWords } from './values.ts';

/** What controls find, in a clause that follows where it stands; of what is not set, in a sentence of its own. */
export const controlClauses: {
  readonly [Code in ControlCode]: (found: IssueDetails & { readonly outcome?: Outcome }) => string;
} = {
  'tag-mutability-not-set': () => 'ImageTagMutability is not set; ECR lets tags be overwritten by default',
  'tags-mutable': () => 'lets a pushed tag be overwritten, so nobody can say which source an image came from',
  'every-tag-excluded': () => 'excludes every tag, so all of them can be overwritten',
  'scan-on-push-not-set': () => 'ScanOnPush is not set; ECR does not scan by default',
  'not-scanned': () => 'leaves pushed images unscanned, unless a rule of the registry covers them',
  'no-lifecycle-policy': ({ outcome }) =>
    outcome === 'noted'
      ? 'KeepImages and ExpireUntaggedAfterDays are both 0, so no lifecycle policy was written'
      : 'No lifecycle policy; ECR keeps images indefinitely',
  'every-account-allowed': () =>
    'allows every AWS account: name the accounts, or add a condition on aws:PrincipalOrgID',
  'everyone-else-allowed': () =>
    'allows everybody but the principals listed: list the principals to allow, in Principal',
  'retention-not-set': () => 'Retain was asked for',
  'encryption-not-set': () => 'KmsKey was asked for',
  'no-own-key': () => 'names no key of your own; it stays, since a change would replace the repository',
};

type SettingClause = (issue: Issue<ControlCode | IssueCode>, values: ValueWords) => string;

const settingClauses: { readonly [Code in ControlCode | IssueCode]: SettingClause } = {
  ...issueClauses,
  ...controlClauses,
};

/** The clause for what a control finds in a setting. */
export function settingClause(issue: Issue<ControlCode | IssueCode>, values: ValueWords): string {
  return settingClauses[issue.code](issue, values);
}
