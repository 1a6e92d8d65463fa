/** Who can reach a repository by its policy: apart from the control, since few templates have a policy. */
import type { Json } from '../json.ts';
import { isUnknown } from '../known.ts';
import type { Path } from '../path.ts';
import type { Possible } from '../possible.ts';
import type { WeakReason } from '../settings/condition-clause.ts';
import type { PolicyStatement, RepositoryPolicy } from '../settings/repository-policy.ts';
import type { ControlIssue } from './control-issue.ts';

export type PublicAccessCode =
  | 'every-account-allowed'
  | `condition-${WeakReason}`
  | 'everyone-else-allowed'
  | 'restricted-by-origin'
  | 'resource-not-taken';

/** What a policy leaves open, and what ECR does not take in one. */
export function publicAccessIssues({
  resources,
  unresolved,
  statements,
}: RepositoryPolicy): readonly ControlIssue<PublicAccessCode>[] {
  return [
    ...resources.map((path) => ({ code: 'resource-not-taken', verdict: 'invalid', path }) as const),
    // Whatever it is, it may allow something.
    ...unresolved.flatMap(unknownPlace),
    ...statements.flatMap(checkStatement),
  ];
}

function checkStatement(statement: PolicyStatement): readonly ControlIssue<PublicAccessCode>[] {
  const { principals, notPrincipal } = statement;
  const unknown = principals.filter((each) => isUnknown(each) && each.canBeWildcard).flatMap(unknownPlace);
  const everyone = principals.flatMap((each) => (!isUnknown(each) && each.value === '*' ? [each] : []));
  if (everyone.length === 0 && notPrincipal === undefined) return unknown;
  return [...unknown, ...openings(statement, everyone)];
}

/** What a statement leaves open to the principals of a `*`, or to all but those of a NotPrincipal. */
function openings(
  { path, notPrincipal, confinement }: PolicyStatement,
  everyone: readonly { readonly path: Path; readonly value: Json }[],
): readonly ControlIssue<PublicAccessCode>[] {
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
    ({ path: at, value }): ControlIssue<PublicAccessCode> => ({
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

function unknownPlace(possible: Possible): readonly ControlIssue<never>[] {
  return isUnknown(possible)
    ? [{ code: 'unknown', verdict: 'unknown', path: possible.path, actual: possible.unknown }]
    : [];
}
