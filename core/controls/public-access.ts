import { isUnknown } from '../known.ts';
import { always, type Control, type ControlMetadata } from './control.ts';
import { unknownIssue } from './control-issue.ts';
import type { PublicAccessCode } from './public-access-issues.ts';

export const publicAccessMetadata: ControlMetadata = {
  title: 'The repository policy does not allow public access',
  why: 'A policy that allows the principal * gives every AWS account access to pull or push images.',
  remediation:
    "Specify the accounts or roles in the policy's Principal, or restrict * with a condition such as StringEquals on aws:PrincipalOrgID.",
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html',
  relatedChecks: ['CKV_AWS_32', 'AWS-0032'],
};

/** There is no safe default: only the author knows which principals pull. */
export const publicAccess: Control<'PublicAccess', PublicAccessCode> = {
  name: 'PublicAccess',
  setting: 'repositoryPolicy',
  isOn: always,
  canBeUnsafe: true,
  isUrgent: true,
  check({ repositoryPolicy: policy }, _policy, documents) {
    if (isUnknown(policy)) return unknownIssue(policy);
    return policy === undefined ? [] : documents().publicAccessIssues(policy);
  },
  safeDefault: () => ({}),
};
