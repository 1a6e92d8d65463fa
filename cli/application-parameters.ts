/** The parameters of the deployed application, read from a file: the organisation's defaults. */
import { basename } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { isList, isObject, type Json, member } from '../core/json.ts';
import { namesAt } from '../core/policy/policy.ts';
import { Problem } from '../core/problem.ts';
import { readText } from '../template-text/file.ts';
import { sentence } from '../wording/lists.ts';
import { unknownName } from '../wording/unknown-name.ts';

/**
 * Reads them as strings by name, as in a function's environment.
 *
 * @param file a samconfig.toml (its parameter_overrides), or a map of parameters in YAML or JSON
 * @param environment the environment of samconfig.toml
 * @throws Problem, one sentence
 */
export async function readApplicationParameters(
  file: string,
  environment: string,
): Promise<Record<string, string>> {
  const text = readText(file, file, {
    missing: 'specify another one with --config',
    folder: 'specify a samconfig.toml, or a map in YAML or JSON, with --config',
  });
  const isToml = basename(file).endsWith('.toml');
  const given = isToml
    ? overridesOf(parse(text, file, (await import('smol-toml')).parse), file, environment)
    : parse(text, file, parseYaml);
  return applicationParameters(given, file, isToml);
}

/**
 * The parameters of the application as texts by name.
 *
 * @param file where they are, for the sentences
 * @param hasOthers whether other names are left out: a samconfig.toml also has parameters of the functions, which have no
 *   effect on a template
 * @throws Problem, one sentence
 */
export function applicationParameters(given: Json, file: string, hasOthers = false): Record<string, string> {
  if (!isObject(given)) throw new Problem(`${file} must contain a map of the application's parameters.`);
  const known: readonly string[] = namesAt('application');
  const parameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (known.includes(name)) parameters[name] = textOf(value);
    else if (!hasOthers)
      throw new Problem(`${file} has the ${sentence([unknownName('parameter', name, known)])}`);
  }
  return parameters;
}

function textOf(value: Json | undefined): string {
  return isList(value) ? value.join(',') : String(value ?? '');
}

function parse(text: string, file: string, parser: (text: string) => unknown): Json {
  try {
    return JSON.parse(JSON.stringify(parser(text) ?? null));
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    throw new Problem(`${file} cannot be read (${reason}): fix the file, or omit --config.`);
  }
}

/** SAM's format: `parameter_overrides` of one environment, a string or a list of strings. */
function overridesOf(config: Json, file: string, environment: string): Json {
  const chosen = isObject(config) ? member(config, environment) : undefined;
  if (!isObject(chosen)) {
    const known = isObject(config) ? Object.keys(config).filter((name) => isObject(config[name])) : [];
    throw new Problem(
      `${file} has no environment ${environment}: specify one with --config-env (${known.join(', ') || 'it has none'}).`,
    );
  }
  const found: Record<string, string> = {};
  for (const command of ['global', 'deploy']) {
    const overrides = ['parameters', 'parameter_overrides'].reduce<Json | undefined>(
      (value, key) => (isObject(value) ? member(value, key) : undefined),
      member(chosen, command),
    );
    const text = isList(overrides) ? overrides.join(' ') : typeof overrides === 'string' ? overrides : '';
    for (const [, name = '', quoted, plain] of text.matchAll(/([A-Za-z0-9]+)=(?:"([^"]*)"|(\S*))/g))
      found[name] = quoted ?? plain ?? '';
  }
  return found;
}
