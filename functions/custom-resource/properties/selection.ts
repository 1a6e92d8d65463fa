/** How the properties that select repositories are read. Pure. */
import { isObject, type Json, type JsonObject, member } from '../../../core/json.ts';
import type { Selection } from '../../../reconcile/selection.ts';
import { kindOf, readBoolean, readTexts } from './values.ts';

/** The properties that select. */
export const selectionNames = [
  'RepositoryName',
  'RepositoryNames',
  'RepositoryTags',
  'Exclude',
  'AllowNoMatch',
] as const;

// The schema of AWS::ECR::Repository.
const repositoryName =
  /^(?=.{2,256}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const repositoryPattern = /^[a-z0-9._/*-]{1,256}$/;

/**
 * Reads the properties that select; undefined when none does.
 *
 * @param problems takes a clause for each problem
 */
export function readSelection(properties: JsonObject, problems: string[]): Selection | undefined {
  const given = member(properties, 'RepositoryName');
  const list = member(properties, 'RepositoryNames');
  const name = given === undefined ? undefined : readName(given, problems);
  const names = list === undefined ? undefined : readNames('RepositoryNames', list, problems);
  const tags = readTags(member(properties, 'RepositoryTags'), problems);
  const exclude = readNames('Exclude', member(properties, 'Exclude'), problems);
  const allowNoMatch = readBoolean('AllowNoMatch', member(properties, 'AllowNoMatch'), problems) ?? false;
  if (names?.length === 0) problems.push('RepositoryNames must name a repository');
  if (given === undefined && list === undefined && Object.keys(tags).length === 0) return undefined;
  return { name, names, tags, exclude, allowNoMatch };
}

function readName(value: Json, problems: string[]): string | undefined {
  if (typeof value !== 'string') {
    problems.push(`RepositoryName must be the name of an ECR repository, not ${kindOf(value)}`);
    return undefined;
  }
  if (!isNameOrPattern(value)) problems.push(`RepositoryName ${mustBeName}`);
  return value;
}

function readNames(property: string, value: Json | undefined, problems: string[]): readonly string[] {
  const texts = readTexts(property, value, problems);
  texts.forEach((text, index) => {
    if (!isNameOrPattern(text)) problems.push(`${property}[${index}] ${mustBeName}`);
  });
  return texts;
}

const mustBeName =
  'must be the name of an ECR repository (2 to 256 lower-case letters and digits, with single . _ - or / between them), or such a name with *';

function isNameOrPattern(text: string): boolean {
  return text.includes('*') ? repositoryPattern.test(text) : repositoryName.test(text);
}

function readTags(value: Json | undefined, problems: string[]): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  if (!isObject(value)) {
    problems.push(`RepositoryTags must be a map of key to value, not ${kindOf(value)}`);
    return {};
  }
  for (const [key, text] of Object.entries(value))
    if (typeof text !== 'string' && typeof text !== 'number' && typeof text !== 'boolean')
      problems.push(`RepositoryTags.${key} must be text, not ${kindOf(text)}`);
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}
