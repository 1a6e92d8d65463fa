/** Why a call of the library is refused. Pure. */
import { type PolicyFinding, policyNames } from '../core/policy/policy.ts';
import { parameterProblem } from './parameters.ts';
import { unknownName } from './unknown-name.ts';

export const notATemplate =
  'The template must be an object: parse its text first, such as with JSON.parse or a YAML parser that knows CloudFormation.';

/** The options that hold parameters. */
export type OptionGroups = Readonly<Record<'policy' | 'lifecycle', object>>;

/**
 * What is wrong with the options of a call, in one text; undefined if nothing is.
 *
 * @param lifecycleNames the parameters of `lifecycle`; the others are those of `policy`
 * @param findings about their values
 */
export function invalidOptions(
  groups: OptionGroups,
  lifecycleNames: readonly string[],
  findings: readonly PolicyFinding[],
): string | undefined {
  const lifecycle = new Set(lifecycleNames);
  const others = policyNames.filter((name) => !lifecycle.has(name));
  const clauses = [
    ...namesOf(groups, 'policy').flatMap((name) =>
      lifecycle.has(name) ? [`policy.${name}: is a parameter of lifecycle`] : unknown('policy', name, others),
    ),
    ...namesOf(groups, 'lifecycle').flatMap((name) => unknown('lifecycle', name, lifecycleNames)),
    ...findings.map((finding) => {
      const name = String(finding.path.at(-1));
      return parameterProblem({ ...finding, path: [lifecycle.has(name) ? 'lifecycle' : 'policy', name] });
    }),
  ];
  return clauses.length === 0 ? undefined : clauses.join('; ');
}

function namesOf(groups: OptionGroups, group: keyof OptionGroups): readonly string[] {
  return Object.keys(groups[group]);
}

function unknown(group: string, name: string, allowed: readonly string[]): readonly string[] {
  return allowed.includes(name) ? [] : [`${group}: ${unknownName('parameter', name, allowed)}`];
}
