/** The parameters of the application in a samconfig.toml: its `parameter_overrides`, in each form that SAM takes. */
import { isList, isObject, type Json, member } from '../core/json.ts';
import { Problem } from '../core/problem.ts';

// As SAM reads a text (samcli/cli/types.py): an escaped sign, and a value in quotes of either kind, are one value. Other
// than in SAM a line break ends a value too.
const value = String.raw`("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?:\\.|[^\s"\\])+)`;
const name = `["']?([A-Za-z0-9]+)["']?`;
const withKeys = new RegExp(`ParameterKey=${name},ParameterValue=${value}`, 'g');
const plain = new RegExp(String.raw`(?:^|\s)${name}=${value}`, 'g');

/**
 * The overrides of one environment. Those of `deploy` are in place of all those of `global`, as in SAM.
 *
 * @throws Problem, one sentence
 */
export function samParameters(config: Json, file: string, environment: string): Json {
  const chosen = isObject(config) ? member(config, environment) : undefined;
  if (!isObject(chosen)) {
    const known = isObject(config) ? Object.keys(config).filter((each) => isObject(config[each])) : [];
    throw new Problem(
      `${file} has no environment ${environment}: specify one with --config-env (${known.join(', ') || 'it has none'}).`,
    );
  }
  const overrides = overridesOf(chosen, 'deploy') ?? overridesOf(chosen, 'global') ?? [];
  return parametersIn(overrides, file);
}

function overridesOf(environment: Json, command: string): Json | undefined {
  return [command, 'parameters', 'parameter_overrides'].reduce<Json | undefined>(
    (at, key) => (isObject(at) ? member(at, key) : undefined),
    environment,
  );
}

/** Of a text, of a map, or of a list of both; of two of the same name the later one counts. */
function parametersIn(overrides: Json, file: string): Readonly<Record<string, Json>> {
  if (isList(overrides)) return Object.assign({}, ...overrides.map((each) => parametersIn(each, file)));
  const isInFile = isObject(overrides)
    ? member(overrides, '$include') !== undefined
    : String(overrides).startsWith('file://');
  if (isInFile)
    throw new Problem(
      `${file} takes parameter_overrides from another file, which is not read: specify that file with --config.`,
    );
  if (isObject(overrides)) return overrides;
  if (overrides === '') return {};
  const text = typeof overrides === 'string' ? overrides : '';
  const keyed = [...text.matchAll(withKeys)];
  const found = keyed.length > 0 ? keyed : [...text.matchAll(plain)];
  if (found.length === 0)
    throw new Problem(
      `${file} has parameter_overrides that are not NAME=VALUE, ParameterKey=NAME,ParameterValue=VALUE or a map: correct them.`,
    );
  return Object.fromEntries(found.map(([, key = '', given = '']) => [key, unquoted(given)]));
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/s, '$2').replaceAll(/\\([ "'])/g, '$1');
}
