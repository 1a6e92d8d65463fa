/** How the properties that select repositories are read. Pure. */
import { isObject, type Json, type JsonObject, member } from '../../../core/json.ts';
import type { Selection } from '../../../reconcile/selection.ts';
import { type AddIssue, readBoolean, readTexts } from './values.ts';

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

// Each is compared with every repository of the registry, which has to end in time.
const maxPatterns = 1_000;

/** Reads the properties that select; undefined when none does. */
export function readSelection(properties: JsonObject, add: AddIssue): Selection | undefined {
  const given = member(properties, 'RepositoryName');
  const list = member(properties, 'RepositoryNames');
  const name = given === undefined ? undefined : readName(given, add);
  const names = list === undefined ? undefined : readNames('RepositoryNames', list, add);
  const tags = readTags(member(properties, 'RepositoryTags'), add);
  const exclude = readNames('Exclude', member(properties, 'Exclude'), add);
  const allowNoMatch = readBoolean('AllowNoMatch', member(properties, 'AllowNoMatch'), add) ?? false;
  if (names?.length === 0) add({ code: 'no-names', path: ['RepositoryNames'] });
  if (given === undefined && list === undefined && Object.keys(tags).length === 0) return undefined;
  return { name, names, tags, exclude, allowNoMatch };
}

function readName(value: Json, add: AddIssue): string | undefined {
  const path = ['RepositoryName'];
  if (typeof value !== 'string') {
    add({ code: 'not-a-name', path, actual: value });
    return undefined;
  }
  if (!isNameOrPattern(value)) add({ code: 'not-a-repository-name', path });
  return value;
}

function readNames(property: string, value: Json | undefined, add: AddIssue): readonly string[] {
  const texts = readTexts(property, value, add);
  texts.forEach((text, index) => {
    if (!isNameOrPattern(text)) add({ code: 'not-a-repository-name', path: [property, index] });
  });
  const count = texts.filter((text) => text.includes('*')).length;
  if (count > maxPatterns) add({ code: 'too-many-patterns', path: [property], expected: maxPatterns, count });
  return texts;
}

function isNameOrPattern(text: string): boolean {
  return text.includes('*') ? repositoryPattern.test(text) : repositoryName.test(text);
}

function readTags(value: Json | undefined, add: AddIssue): Readonly<Record<string, string>> {
  const property = 'RepositoryTags';
  if (value === undefined) return {};
  if (!isObject(value)) {
    add({ code: 'not-a-map-of-values', path: [property], expected: 'key', actual: value });
    return {};
  }
  const tags = Object.entries(value).flatMap(([key, text]) => {
    if (typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean')
      return [[key, String(text)] as const];
    // Without the key, which may be a secret in the wrong place.
    add({ code: 'tag-value-not-text', path: [property], actual: text });
    return [];
  });
  return Object.fromEntries(tags);
}
