/** Which images of repositories of the same template its resources use. Pure; the macro does not load it. */
import { asObject, entriesOf, isList, isObject, type Json, type JsonObject, member } from '../core/json.ts';
import type { Path } from '../core/path.ts';
import { readFunction, refName } from './intrinsics.ts';
import { intrinsicRules } from './read-intrinsics.ts';
import { reachableBranches, read } from './reading.ts';
import { resolveWith, toText } from './resolve.ts';
import { repositoryType } from './resource-types.ts';
import { type Scope, templateScope } from './scope.ts';

/** A tag of a repository that a resource of the same template uses. */
export interface ImageUse {
  /** The logical ID of the repository. */
  readonly repository: string;
  readonly tag: string;
  /** The resource that uses it, and the path of the image in it. */
  readonly logicalId: string;
  readonly path: Path;
}

/** Where images are named, by the type of the resource; `*` stands for each entry of a list. */
const places: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'AWS::ECS::TaskDefinition': [['ContainerDefinitions', '*', 'Image']],
  'AWS::Lambda::Function': [['Code', 'ImageUri']],
  'AWS::Serverless::Function': [['ImageUri']],
  'AWS::CodeBuild::Project': [['Environment', 'Image']],
  'AWS::Batch::JobDefinition': [['ContainerProperties', 'Image']],
  'AWS::AppRunner::Service': [['SourceConfiguration', 'ImageRepository', 'ImageIdentifier']],
  'AWS::SageMaker::Model': [
    ['PrimaryContainer', 'Image'],
    ['Containers', '*', 'Image'],
  ],
};

/** Signs that no image has: around a repository's logical ID, and in place of what is not known. */
const [edge, unknown] = ['\u0001', '\u0002'];

/**
 * The uses whose repository and tag are known; an image that is named by its digest, or by what is known only when the
 * stack is deployed, is none.
 *
 * @param parameters values of the template's parameters
 */
export function imageUses(template: JsonObject, parameters: JsonObject): readonly ImageUse[] {
  const resources = asObject(member(template, 'Resources'));
  const scope = templateScope(template, parameters, () => intrinsicRules);
  const named = repositoriesByName(resources, scope);
  return Object.entries(resources).flatMap(([logicalId, resource]) => {
    const { Type: type, Properties: properties } = asObject(resource);
    const found = typeof type === 'string' && Object.hasOwn(places, type) ? (places[type] ?? []) : [];
    return found.flatMap((steps) =>
      valuesAt(properties, ['Properties'], steps, scope).flatMap(({ value, path, scope: inner }) => {
        const use = useIn(textWithReferences(value, resources, inner), named);
        return use === undefined ? [] : [{ ...use, logicalId, path }];
      }),
    );
  });
}

interface Place {
  readonly value: Json;
  readonly path: Path;
  readonly scope: Scope;
}

/** The values behind some steps, in each branch of an `Fn::If` on the way that can be reached. */
function valuesAt(
  value: Json | undefined,
  path: Path,
  steps: readonly string[],
  scope: Scope,
): readonly Place[] {
  if (value === undefined) return [];
  const reading = read(value, scope);
  if (reading.kind === 'choice')
    return reachableBranches(reading, path, scope)
      .filter(({ isSelected }) => isSelected)
      .flatMap((branch) => valuesAt(branch.raw, branch.path, steps, branch.scope));
  const [step, ...rest] = steps;
  if (step === undefined) return reading.kind === 'absent' ? [] : [{ value, path, scope }];
  if (step === '*')
    return isList(value)
      ? value.flatMap((entry, index) => valuesAt(entry, [...path, index], rest, scope))
      : [];
  return isObject(value) ? valuesAt(member(value, step), [...path, step], rest, scope) : [];
}

/** The text of an image, with the logical IDs of repositories of the template in place of what refers to them. */
function textWithReferences(value: Json, resources: JsonObject, scope: Scope): string | undefined {
  const isRepository = (name: string) => asObject(member(resources, name)).Type === repositoryType;
  const standIn = (reference: Json): string => {
    const name = refName(reference);
    if (name !== undefined) return isRepository(name) ? `${edge}${name}${edge}` : unknown;
    const call = readFunction(reference);
    const [resource, attribute] =
      typeof call?.argument === 'string' ? call.argument.split('.') : entriesOf(call?.argument);
    const isUri = call?.name === 'GetAtt' && attribute === 'RepositoryUri';
    return isUri && typeof resource === 'string' && isRepository(resource)
      ? `${unknown}/${edge}${resource}${edge}`
      : unknown;
  };
  return toText(resolveWith(value, { scope, choose: () => undefined, standIn }));
}

// A host has at most 253 characters: without limits a long text with many such domains in it would take minutes.
const host = /^(?:https:\/\/)?[^/]{1,253}\.dkr[.-]ecr[^/]{0,253}\//;
const image = /^(?<name>[^:@]+)(?::(?<tag>\w[\w.-]{0,127}))?$/;

function useIn(
  text: string | undefined,
  named: ReadonlyMap<string, string>,
): Pick<ImageUse, 'repository' | 'tag'> | undefined {
  if (text === undefined) return undefined;
  const ofAttribute = `${unknown}/${edge}`;
  const inRegistry = text.startsWith(ofAttribute) ? text.slice(unknown.length + 1) : text.replace(host, '');
  const found = image.exec(inRegistry);
  const { name = '', tag = 'latest' } = found?.groups ?? {};
  const referred = new RegExp(`^${edge}([^${edge}]+)${edge}$`).exec(name)?.[1];
  const isAtHost = host.test(text);
  const repository = referred ?? (isAtHost ? named.get(name) : undefined);
  return repository === undefined ? undefined : { repository, tag };
}

/** The repositories whose name is known, by that name. */
function repositoriesByName(resources: JsonObject, scope: Scope): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [logicalId, resource] of Object.entries(resources)) {
    const { Type: type, Properties: properties } = asObject(resource);
    if (type !== repositoryType) continue;
    const reading = read(member(asObject(properties), 'RepositoryName'), scope);
    if (reading.kind === 'literal' && typeof reading.value === 'string') found.set(reading.value, logicalId);
  }
  return found;
}
