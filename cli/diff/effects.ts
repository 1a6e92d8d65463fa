import { isEqual, isList, isObject, type Json, type JsonObject, member } from '../../core/json.ts';

type Effect = 'nothing' | 'update' | 'replace';

const words: Readonly<Record<Effect, string>> = {
  nothing: 'CloudFormation does nothing to the resource itself',
  update: 'CloudFormation updates it in place',
  replace: 'CloudFormation replaces it, and cannot where it has a RepositoryName',
};

/** What CloudFormation does with a resource, or a loop of some, that is deployed as it was, and now is as it would be. */
export function effectOf(before: JsonObject, after: JsonObject, name: string): string {
  const [old, now] = [before, after].map((template) => {
    const resources = member(template, 'Resources');
    return isObject(resources) ? member(resources, name) : undefined;
  });
  return words[effect(old, now)];
}

function effect(old: Json | undefined, now: Json | undefined): Effect {
  // A loop: its identifier, its collection, and the resources of one turn, loops among them.
  if (isList(old) && isList(now)) {
    const [before, after] = [old[2], now[2]];
    if (!isObject(before) || !isObject(after)) return 'nothing';
    const effects = Object.keys(after).map((name) => effect(member(before, name), member(after, name)));
    return (['replace', 'update'] as const).find((each) => effects.includes(each)) ?? 'nothing';
  }
  const [before, after] = [propertiesOf(old), propertiesOf(now)];
  const isRepository = isObject(now) && member(now, 'Type') === 'AWS::ECR::Repository';
  if (isRepository && !isEqual(createOnly(before), createOnly(after))) return 'replace';
  return isEqual(before, after) ? 'nothing' : 'update';
}

function propertiesOf(resource: Json | undefined): Json {
  return (isObject(resource) ? member(resource, 'Properties') : undefined) ?? {};
}

/**
 * The properties that can only be set when a repository is created, of each branch of an `Fn::If` around them.
 * Source: createOnlyProperties in the schema of AWS::ECR::Repository.
 */
function createOnly(properties: Json): readonly Json[] {
  if (!isObject(properties)) return [];
  const branches = member(properties, 'Fn::If');
  const { RepositoryName = null, EncryptionConfiguration = null } = properties;
  const inside = isList(branches) ? branches.slice(1).flatMap(createOnly) : [];
  return [[RepositoryName, EncryptionConfiguration], ...inside];
}
