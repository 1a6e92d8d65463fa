/** The parameters of the deployed application, read from a file: the organisation's defaults. */
import { basename } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { isList, isObject, type Json, textOf } from '../core/json.ts';
import { namesAt } from '../core/policy/policy.ts';
import { Problem } from '../core/problem.ts';
import { readText } from '../template-text/file.ts';
import { sentence } from '../wording/lists.ts';
import { unknownName } from '../wording/unknown-name.ts';
import { parserReason } from './parser-reason.ts';
import { samParameters } from './sam-parameters.ts';

/**
 * Reads them as strings by name, as in a function's environment.
 *
 * @param file a samconfig.toml or samconfig.yaml (its parameter_overrides), or a map of parameters in YAML or JSON
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
    binary: 'specify a samconfig.toml, or a map in YAML or JSON, with --config',
  });
  const isToml = basename(file).endsWith('.toml');
  const value = isToml
    ? parse(text, file, (await import('smol-toml')).parse)
    : // A template in its place has tags that the parser would warn of, each with a stack trace.
      parse(text, file, (yaml) => parseYaml(yaml, { logLevel: 'error' }));
  // SAM takes its configuration in YAML too, and none without a version.
  const isOfSam = isToml || (isObject(value) && Object.hasOwn(value, 'version'));
  return applicationParameters(isOfSam ? samParameters(value, file, environment) : value, file, isOfSam);
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
    if (known.includes(name)) parameters[name] = parameterText(value);
    else if (!hasOthers)
      throw new Problem(`${file} has the ${sentence([unknownName('parameter', name, known)])}`);
  }
  return parameters;
}

function parameterText(value: Json): string {
  return (isList(value) ? value : [value]).map((each) => (each === null ? '' : textOf(each))).join(',');
}

function parse(text: string, file: string, parser: (text: string) => unknown): Json {
  try {
    return JSON.parse(JSON.stringify(parser(text) ?? null));
  } catch (error) {
    throw new Problem(`${file} cannot be read (${parserReason(error)}): fix the file, or omit --config.`);
  }
}
