import type { ControlCode } from '../core/controls/index.ts';
import type { Outcome } from '../core/finding.ts';
import type { IssueCode } from '../core/issue.ts';
import { type IssueDetails, issueClause } from './issues.ts';
import type { ValueWords } from './values.ts';

/** What a control finds, in a clause that follows its place; of what is not set, in a sentence of its own. */
export function controlClause(
  code: ControlCode | IssueCode,
  found: IssueDetails & { readonly outcome?: Outcome },
  values: ValueWords,
): string {
  switch (code) {
    case 'tag-mutability-not-set':
      return 'ImageTagMutability is not set; ECR lets tags be overwritten by default';
    case 'tags-mutable':
      return 'lets a pushed tag be overwritten, so nobody can say which source an image came from';
    case 'every-tag-excluded':
      return 'excludes every tag, so all of them can be overwritten';
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
    case 'everyone-else-allowed':
      return 'allows everybody but the principals listed: list the principals to allow, in Principal';
    case 'retention-not-set':
      return 'Retain was asked for';
    case 'encryption-not-set':
      return 'KmsKey was asked for';
    case 'no-own-key':
      return 'names no key of your own; it stays, since a change would replace the repository';
    default:
      return issueClause(code, found, values);
  }
}
