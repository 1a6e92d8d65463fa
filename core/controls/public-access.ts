import type { Json } from '../json.ts';
import { isUnknown } from '../known.ts';
import type { Path } from '../path.ts';
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
  const { principals, notPrincipal } = statement;
  const unknown = unknownPlaces(principals);
  const everyone = principals.flatMap((each) => (!isUnknown(each) && each.value === '*' ? [each] : []));
  if (everyone.length === 0 && notPrincipal === undefined) return unknown;
  return [...unknown, ...openings(statement, everyone)];
}

/** What a statement leaves open to the principals of a `*`, or to all but those of a NotPrincipal. */
function openings(
  { path, notPrincipal, confinement }: PolicyStatement,
  everyone: readonly { readonly path: Path; readonly value: Json }[],
): readonly ControlIssue<Code>[] {
  if (isUnknown(confinement))
    return [{ code: 'unknown', verdict: 'unknown', path: confinement.path, actual: confinement.unknown }];
  if (confinement.isConfined) {
    const { isByOrigin, key: expected } = confinement;
    const at = [...path, 'Condition'];
    return isByOrigin ? [{ code: 'restricted-by-origin', verdict: 'note', path: at, expected }] : [];
  }
  const { weak } = confinement;
  const code = weak ? (`condition-${weak.reason}` as const) : 'every-account-allowed';
  const details = weak ? { expected: [weak.operator, weak.key] } : {};
  const unsafe = everyone.map(
    ({ path: at, value }): ControlIssue<Code> => ({
      code,
      verdict: 'unsafe',
      path: at,
      ...details,
      actual: value,
    }),
  );
  return notPrincipal
    ? [
        {
          code: 'everyone-else-allowed',
          verdict: 'unsafe',
          path: notPrincipal.path,
          actual: notPrincipal.value,
        },
        ...unsafe,
      ]
    : unsafe;
}

/** Values that are not known and can become a lone `*`. */
function unknownPlaces(possible: readonly Possible[]): readonly ControlIssue<never>[] {
  return possible.flatMap((each) =>
    isUnknown(each) && each.canBeWildcard
      ? [{ code: 'unknown', verdict: 'unknown', path: each.path, actual: each.unknown }]
      : [],
  );
}
