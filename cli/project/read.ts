/** `.ecr-hardening.yaml`: what a project says once for all of its runs. */
import { existsSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ignore from 'ignore';
import { parse } from 'yaml';
import { isList, isObject, type Json, type JsonObject } from '../../core/json.ts';
import { Problem } from '../../core/problem.ts';
import { readText } from '../../template-text/file.ts';
import { sentence } from '../../wording/lists.ts';
import { unknownName } from '../../wording/unknown-name.ts';
import { applicationParameters } from '../application-parameters.ts';
import { type KeyKind, type ProjectKey, projectKeys } from './keys.ts';
import type { ProjectConfig } from './model.ts';

/** Reads a file with those that it extends. @throws Problem, one sentence that names the file */
export function readProject(file: string): ProjectConfig {
  return readWith(resolve(file), []);
}

function readWith(file: string, extending: readonly string[]): ProjectConfig {
  if (extending.includes(file))
    throw new Problem(`${shown(file)} extends itself: remove one of its extends.`);
  if (!existsSync(file)) throw new Problem(missing(file, extending.at(-1)));
  const values = valuesIn(file);
  const folder = dirname(file);
  const bases = listOf(values.extends).map((each) => readWith(resolve(folder, each), [...extending, file]));
  return [...bases, ownConfig(values, file)].reduce(merged);
}

function missing(file: string, by: string | undefined): string {
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
    return JSON.parse(JSON.stringify(parse(readText(file, shown(file))) ?? null));
  } catch (error) {
    if (error instanceof Problem) throw error;
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new Problem(`${shown(file)} is not YAML (${reason}): fix it and retry.`);
  }
}

function isProjectKey(name: string): name is ProjectKey {
  return Object.hasOwn(projectKeys, name);
}

function checkValue(name: ProjectKey, value: Json | undefined, file: string): void {
  const kind: KeyKind = projectKeys[name].kind;
  const refuse = (what: string) => {
    throw new Problem(`${file} has a ${name} that is not ${what}: correct it.`);
  };
  if (kind === 'parameters') {
    applicationParameters(value ?? null, file);
    return;
  }
  if (kind === 'flag') {
    if (typeof value !== 'boolean') refuse('true or false');
    return;
  }
  if (kind === 'text' || (typeof kind === 'object' && 'oneOf' in kind)) {
    if (typeof value !== 'string') refuse('text');
  } else if (!isTextOrTexts(value)) refuse('text or a list of texts');
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
    exclusions: [...base.exclusions, ...own.exclusions],
  };
}
