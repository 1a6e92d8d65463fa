import { isUnknown } from '../known.ts';
import type { Possible } from '../possible.ts';
import type { WeakReason } from '../settings/condition-clause.ts';
import type { PolicyStatement } from '../settings/repository-policy.ts';
import { type Control, type ControlIssue, type ControlMetadata, unknownIssue } from './control.ts';

export const publicAccessMetadata: ControlMetadata = {
  title: 'The repository policy does not allow public access',
  why: 'A policy that allows the principal * gives every AWS account access to pull or push images.',
  remediation:
    "Specify the accounts or roles in the policy's Principal, or restrict * with a condition such as StringEquals on aws:PrincipalOrgID.",
  source: 'https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html',
  relatedChecks: ['CKV_AWS_32', 'AWS-0032'],
};

type Code =
  | 'every-account-allowed'
  | `condition-${WeakReason}`
  | 'everyone-else-allowed'
  | 'restricted-by-origin'
  | 'resource-not-taken';

/** There is no safe default: only the author knows which principals pull. */
export const publicAccess: Control<'PublicAccess', Code> = {
  name: 'PublicAccess',
  setting: 'repositoryPolicy',
  isOn: () => true,
  canBeUnsafe: true,
  isUrgent: true,
  check({ repositoryPolicy: policy }) {
    if (isUnknown(policy)) return unknownIssue(policy);
    if (policy === undefined) return [];
    return [
      ...policy.resources.map((path) => ({ code: 'resource-not-taken', verdict: 'invalid', path }) as const),
      ...unknownPlaces(policy.unresolved),
      ...policy.statements.flatMap(checkStatement),
    ];
  },
  safeDefault: () => ({}),
};

function checkStatement(statement: PolicyStatement): readonly ControlIssue<Code>[] {
  const { path, principals, notPrincipal, confinement } = statement;
  const unknown = unknownPlaces(principals);
  const everyone = principals.flatMap((each) => (!isUnknown(each) && each.value === '*' ? [each] : []));
  if (everyone.length === 0 && notPrincipal === undefined) return unknown;
  if (isUnknown(confinement))
    return [
      ...unknown,
      { code: 'unknown', verdict: 'unknown', path: confinement.path, actual: confinement.unknown },
    ];
  if (confinement.isConfined)
    return confinement.isByOrigin
      ? [
          ...unknown,
          {
            code: 'restricted-by-origin',
            verdict: 'note',
            path: [...path, 'Condition'],
            expected: confinement.key,
          },
        ]
      : unknown;
  const { weak } = confinement;
  const openings = everyone.map(
    ({ path: at, value }): ControlIssue<Code> => ({
      code: weak === undefined ? 'every-account-allowed' : `condition-${weak.reason}`,
      verdict: 'unsafe',
      path: at,
      ...(weak === undefined ? {} : { expected: [weak.operator, weak.key] }),
      actual: value,
    }),
  );
  if (notPrincipal !== undefined)
    openings.unshift({
      code: 'everyone-else-allowed',
      verdict: 'unsafe',
      path: notPrincipal.path,
      actual: notPrincipal.value,
    });
  return [...unknown, ...openings];
}

/** Values that are not known and can become a lone `*`. */
function unknownPlaces(possible: readonly Possible[]): readonly ControlIssue<never>[] {
  return possible.flatMap((each) =>
    isUnknown(each) && each.canBeWildcard
      ? [{ code: 'unknown', verdict: 'unknown', path: each.path, actual: each.unknown }]
      : [],
  );
}
