/** Why a call of the library is refused. Pure. */
import { isObject } from '../core/json.ts';
import { isDay } from '../core/policy/day.ts';
import { type PolicyFinding, policyNames } from '../core/policy/policy.ts';
import { parameterProblem } from './parameters.ts';
import { unknownName } from './unknown-name.ts';

export const notATemplate =
  'The template must be an object: parse its text first, such as with JSON.parse or a YAML parser that knows CloudFormation.';

const optionNames = ['policy', 'lifecycle', 'parameters', 'today', 'serviceToken'];

/** What is wrong with the options beside the parameters in them, in one text; undefined if nothing is. */
export function misshapenOptions(options: unknown): string | undefined {
  if (!isObject(options)) return 'options: must be an object';
  const { today } = options;
  const clauses = [
    ...Object.keys(options)
      .filter((name) => !optionNames.includes(name))
      .map((name) => `options: ${unknownName('option', name, optionNames)}`),
    ...['policy', 'lifecycle', 'parameters']
      .filter((name) => options[name] !== undefined && !isObject(options[name]))
      .map((name) => `${name}: must be an object`),
    // Days are compared as texts.
    ...(today === undefined || (typeof today === 'string' && isDay(today))
      ? []
      : ['today: must be a day as YYYY-MM-DD']),
  ];
  return clauses.length === 0 ? undefined : clauses.join('; ');
}

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

/** What is wrong with the images or the time of an evaluation, in one text; undefined if nothing is. */
export function misshapenImages(images: unknown, now: unknown): string | undefined {
  if (!isTime(now)) return `now: ${timeShape}`;
  if (!Array.isArray(images)) return 'images: must be a list';
  for (const [index, image] of images.entries()) {
    const { digest, tags, ...times } = isObject(image) ? image : {};
    if (typeof digest !== 'string') return `images[${index}].digest: must be text`;
    if (!Array.isArray(tags)) return `images[${index}].tags: must be a list, empty for an untagged image`;
    // Compared with a text, no image is ever old enough to expire.
    const wrong = ['pushedAt', 'pulledAt', 'transitionedAt'].find(
      (name) => !isTime(times[name]) && (times[name] !== undefined || name === 'pushedAt'),
    );
    if (wrong !== undefined) return `images[${index}].${wrong}: ${timeShape}`;
  }
  return undefined;
}

const timeShape = 'must be milliseconds since 1970, such as Date.now()';

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
