import { isUnknown } from '../known.ts';
import type { Possible } from '../possible.ts';
import type { PolicyStatement } from '../settings/repository-policy.ts';
import { type Control, type ControlIssue, type ControlMetadata, unknownIssue } from './control.ts';

export const publicAccessMetadata: ControlMetadata = {
  title: 'The repository policy does not allow public access',
  why: 'A policy that allows the principal * gives every AWS account access to pull or push images.',
  remediation:
    "Specify the accounts or roles in the policy's Principal, or restrict * with a condition such as aws:PrincipalOrgID.",
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html',
  relatedChecks: ['CKV_AWS_32', 'AWS-0032'],
};

type Code = 'every-account-allowed' | 'everyone-else-allowed';

/** There is no safe default: only the author knows which principals pull. */
export const publicAccess: Control<'PublicAccess', Code> = {
  name: 'PublicAccess',
  setting: 'repositoryPolicy',
  isOn: () => true,
  isUrgent: true,
  check({ repositoryPolicy: policy }) {
    if (isUnknown(policy)) return unknownIssue(policy);
    if (policy === undefined) return [];
    return [...unknownPlaces(policy.unresolved), ...policy.statements.flatMap(checkStatement)];
  },
  safeDefault: () => ({}),
};

function checkStatement(statement: PolicyStatement): readonly ControlIssue<Code>[] {
  const { principals, notPrincipal, conditionPath, isConfined } = statement;
  const openings: ControlIssue<Code>[] = principals.flatMap((each) =>
    !isUnknown(each) && each.value === '*'
      ? [{ code: 'every-account-allowed', verdict: 'unsafe', path: each.path, actual: each.value }]
      : [],
  );
  if (notPrincipal !== undefined)
    openings.unshift({
      code: 'everyone-else-allowed',
      verdict: 'unsafe',
      path: notPrincipal.path,
      actual: notPrincipal.value,
    });
  const unknown = unknownPlaces(principals);
  if (openings.length === 0 || isConfined === true) return unknown;
  return isUnknown(isConfined)
    ? [...unknown, { code: 'unknown', verdict: 'unknown', path: conditionPath, actual: isConfined.unknown }]
    : [...unknown, ...openings];
}

/** Values that are not known and can become a lone `*`. */
function unknownPlaces(possible: readonly Possible[]): readonly ControlIssue<never>[] {
  return possible.flatMap((each) =>
    isUnknown(each) && each.canBeWildcard
      ? [{ code: 'unknown', verdict: 'unknown', path: each.path, actual: each.unknown }]
      : [],
  );
}
