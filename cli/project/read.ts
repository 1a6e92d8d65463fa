/** `.ecr-hardening.yaml`: what a project says once for all of its runs. */
import { existsSync, lstatSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ignore from 'ignore';
import { parse } from 'yaml';
import { isList, isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { readText } from '../../template-text/file.ts';
import { sentence } from '../../wording/lists.ts';
import { unknownName } from '../../wording/unknown-name.ts';
import { applicationParameters } from '../application-parameters.ts';
import { parserReason } from '../parser-reason.ts';
import { type KeyKind, type ProjectKey, projectKeys } from './keys.ts';
import type { ProjectConfig } from './model.ts';

/** Reads a file with those that it extends. @throws Problem, one sentence that names the file */
export function readProject(file: string): ProjectConfig {
  return readWith(resolve(file), [], new Map());
}

/** @param known what is read already: files that extend the same ones twice would be read twice as often at each step */
function readWith(
  file: string,
  extending: readonly string[],
  known: Map<string, ProjectConfig>,
): ProjectConfig {
  const before = known.get(file);
  if (before !== undefined) return before;
  if (extending.includes(file))
    throw new Problem(`${shown(file)} extends itself: remove one of its extends.`);
  if (!existsSync(file)) throw new Problem(missing(file, extending.at(-1)));
  const values = valuesIn(file);
  const folder = dirname(file);
  const bases = listOf(values.extends).map((each) =>
    readWith(resolve(folder, each), [...extending, file], known),
  );
  const config = [...bases, ownConfig(values, file)].reduce(merged);
  known.set(file, config);
  return config;
}

function missing(file: string, by: string | undefined): string {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true)
    return `${shown(file)} is a symbolic link that leads to no file: correct or remove it.`;
  return by === undefined
    ? `There is no file ${shown(file)}: specify another one with --project-config.`
    : `There is no file ${shown(file)}, which ${shown(by)} extends: correct its extends.`;
}

function valuesIn(file: string): Partial<Record<ProjectKey, Json>> {
  const value = parsed(file);
  if (value === null) return {};
  if (!isObject(value)) throw new Problem(`${shown(file)} must be a map, such as paths: [stacks].`);
  const known = Object.keys(projectKeys);
  for (const [name, each] of Object.entries(value)) {
    if (!isProjectKey(name))
      throw new Problem(`${shown(file)} has the ${sentence([unknownName('key', name, known)])}`);
    checkValue(name, each, shown(file));
  }
  return value;
}

function parsed(file: string): Json {
  try {
    const text = readText(file, shown(file), {
      missing: 'specify another one with --project-config',
      folder: 'specify the configuration in it, such as .ecr-hardening.yaml',
      binary: 'write the configuration in YAML and save it as UTF-8',
    });
    return JSON.parse(JSON.stringify(parse(text, { logLevel: 'error' }) ?? null));
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(`${shown(file)} is not YAML (${parserReason(error)}): fix it and retry.`);
  }
}

function isProjectKey(name: string): name is ProjectKey {
  return Object.hasOwn(projectKeys, name);
}

/** What a value of each kind is, and its name in a sentence. */
const shapes = {
  parameters: { what: "a map of the application's parameters", has: isObject },
  flag: { what: 'true or false', has: (value?: Json) => typeof value === 'boolean' },
  text: { what: 'text', has: (value?: Json) => typeof value === 'string' },
  list: { what: 'text or a list of texts', has: isTextOrTexts },
} as const;

function checkValue(name: ProjectKey, value: Json | undefined, file: string): void {
  const kind: KeyKind = projectKeys[name].kind;
  const { what, has } = shapes[typeof kind === 'string' ? kind : 'oneOf' in kind ? 'text' : 'list'];
  if (!has(value)) throw new Problem(`${file} has for ${name} a value that is not ${what}: correct it.`);
  if (kind === 'parameters') applicationParameters(value ?? null, file);
  if (typeof kind === 'object')
    checkNames(name, listOf(value), 'oneOf' in kind ? kind.oneOf : kind.listOf, file);
}

function checkNames(key: string, names: readonly string[], allowed: readonly string[], file: string): void {
  for (const name of names)
    if (!allowed.includes(name))
      throw new Problem(`${file} has for ${key} the ${sentence([unknownName('value', name, allowed)])}`);
}

function isTextOrTexts(value: Json | undefined): boolean {
  return (isList(value) ? value : [value]).every((each) => typeof each === 'string');
}

function listOf(value: Json | undefined): readonly string[] {
  return (isList(value) ? value : [value]).filter((each) => typeof each === 'string');
}

/** What one file says, with its paths as they are from the working directory. */
function ownConfig(values: JsonObject, file: string): ProjectConfig {
  const folder = dirname(file);
  const { policy, paths, ignores, skip, only, baseline, strict } = values;
  const format = listOf(values.format)[0];
  const failOn = listOf(values['fail-on'])[0];
  return {
    policy: isObject(policy) ? applicationParameters(policy, shown(file)) : {},
    files: [file],
    ...(paths === undefined ? {} : { paths: listOf(paths).map((path) => fromHere(folder, path)) }),
    exclusions: ignores === undefined ? [] : [exclusion(folder, listOf(ignores))],
    ...(format === undefined ? {} : { format }),
    ...(failOn === undefined ? {} : { failOn }),
    ...(skip === undefined ? {} : { skip: listOf(skip) }),
    ...(only === undefined ? {} : { only: listOf(only) }),
    ...(typeof baseline === 'string' ? { baseline: fromHere(folder, baseline) } : {}),
    ...(typeof strict === 'boolean' ? { strict } : {}),
  };
}

function fromHere(folder: string, path: string): string {
  // A pattern keeps its signs: only what is before it changes.
  return relative(process.cwd(), join(folder, path)) || '.';
}

function shown(file: string): string {
  return relative(process.cwd(), file) || file;
}

/** Files of another folder have no rules here. */
function exclusion(folder: string, rules: readonly string[]): (path: string) => boolean {
  const ignored = ignore().add([...rules]);
  return (path) => {
    const name = relative(folder, path).replaceAll('\\', '/');
    return ignore.isPathValid(name) && ignored.ignores(name);
  };
}

/** The later one counts; files that either excludes are excluded. */
function merged(base: ProjectConfig, own: ProjectConfig): ProjectConfig {
  return {
    ...base,
    ...own,
    policy: { ...base.policy, ...own.policy },
    files: [...new Set([...base.files, ...own.files])],
    exclusions: [...new Set([...base.exclusions, ...own.exclusions])],
  };
}
