import { CreateRepositoryCommand, ListTagsForResourceCommand, type Tag } from '@aws-sdk/client-ecr';
import type { JsonObject } from '../../../core/json.ts';
import type { Outcome } from '../../../local/demo/deploy.ts';
import { functionCopy } from './function-copy.ts';
import { clients, uniqueName } from './stacks.ts';

/** A template with one `Custom::EcrSettings`, and more sections or resources where they are given. */
export function settingsTemplate(
  properties: JsonObject,
  { resources = {}, ...sections }: { resources?: JsonObject; Outputs?: JsonObject } = {},
): JsonObject {
  return {
    Transform: 'EcrHardening',
    Resources: { Settings: { Type: 'Custom::EcrSettings', Properties: properties }, ...resources },
    ...sections,
  };
}

/** The same, served by a copy of the function with an environment of its own. */
export async function settingsTemplateWith(
  environment: Readonly<Record<string, string>>,
  properties: JsonObject,
): Promise<JsonObject> {
  const copy = { Function: await functionCopy(environment) };
  const ServiceToken = { 'Fn::GetAtt': ['Function', 'Arn'] };
  return settingsTemplate({ ServiceToken, ...properties }, { resources: copy });
}

/** A resource that fails, once the resource of that name is done. */
export const failingAfter = (logicalId: string): JsonObject => ({
  Failing: {
    Type: 'Custom::EcrSettings',
    DependsOn: logicalId,
    Properties: { RepositoryName: 'any/name', ImageTagMutability: 'immutable' },
  },
});

/** Outputs that give these attributes of the custom resource. */
export const attributes = (...names: string[]): { readonly Outputs: JsonObject } => ({
  Outputs: Object.fromEntries(names.map((name) => [name, { Value: { 'Fn::GetAtt': ['Settings', name] } }])),
});

/** A repository that no stack made. */
export async function existing(
  input: { readonly tags?: Tag[]; readonly name?: string } = {},
): Promise<string> {
  const repositoryName = input.name ?? uniqueName('existing');
  await clients.ecr.send(new CreateRepositoryCommand({ repositoryName, tags: input.tags }));
  return repositoryName;
}

/** The tags of a repository, by key. */
export async function tagsOf(name: string): Promise<Readonly<Record<string, string>>> {
  const { tags } = await clients.ecr.send(
    new ListTagsForResourceCommand({
      resourceArn: `arn:aws:ecr:us-east-1:000000000000:repository/${name}`,
    }),
  );
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key, Value]));
}

/** Why a deployment failed; empty when it did not. */
export const reasonOf = (outcome: Outcome): string => ('reason' in outcome ? outcome.reason : '');
