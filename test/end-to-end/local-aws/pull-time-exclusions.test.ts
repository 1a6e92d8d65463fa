import {
  BatchGetImageCommand,
  CreateRepositoryCommand,
  DeregisterPullTimeUpdateExclusionCommand,
  ListPullTimeUpdateExclusionsCommand,
  PutImageCommand,
  RegisterPullTimeUpdateExclusionCommand,
} from '@aws-sdk/client-ecr';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from '@jest/globals';
import { localConfiguration } from '../../../local/demo/clients.ts';
import { stackResources } from '../../../local/demo/deploy.ts';
import { pulledImages } from '../support/image-indexes.ts';
import { newStack } from '../support/new-stack.ts';
import { clients, inlineFunction, uniqueName } from '../support/stacks.ts';

const { ecr } = clients;
const lambda = new LambdaClient(localConfiguration({ endpoint: clients.endpoint, environment: {} }));

// The inline code has no SDK; the local AWS reads the key of a signature and does not verify it.
const code = `
exports.handler = async (body) => {
  const target = 'AmazonEC2ContainerRegistry_V20150921.BatchGetImage';
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20261101/us-east-1/ecr/aws4_request';
  const headers = { 'x-amz-target': target, authorization };
  return (await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', headers, body: JSON.stringify(body) })).status;
};`;

test('a manifest that is read counts as pulled, unless the role that reads it is excluded', async () => {
  const statement = { Effect: 'Allow', Action: 'ecr:BatchGetImage', Resource: '*' };
  const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const stack = newStack();
  const resources = (isExcluded: boolean) => ({
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        Path: '/teams/scans/',
        AssumeRolePolicyDocument: { Statement: [trust] },
        Policies: [{ PolicyName: 'read', PolicyDocument: { Statement: [statement] } }],
      },
    },
    Function: {
      ...inlineFunction(code),
      Properties: { ...Object(inlineFunction(code).Properties), Role: { 'Fn::GetAtt': ['Role', 'Arn'] } },
    },
    ...(isExcluded && {
      Exclusion: {
        Type: 'AWS::ECR::PullTimeUpdateExclusion',
        Properties: { PrincipalArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      },
    }),
  });
  const repositoryName = uniqueName('excluded');
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
  const imageIds: { imageDigest: string }[] = [];
  for (const imageTag of ['by-function', 'by-you', 'left-alone']) {
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, annotations: { imageTag } });
    const { image } = await ecr.send(new PutImageCommand({ repositoryName, imageManifest, imageTag }));
    imageIds.push({ imageDigest: image?.imageId?.imageDigest ?? '' });
  }
  const [first, second] = imageIds.map(({ imageDigest }) => imageDigest);
  const readByFunction = async () => {
    const all = await stackResources(clients.cloudformation, stack.stackName);
    const FunctionName = all.find(({ logicalId }) => logicalId === 'Function')?.physicalId;
    const Payload = JSON.stringify({ repositoryName, imageIds: imageIds.slice(0, 1) });
    const { Payload: answer } = await lambda.send(new InvokeCommand({ FunctionName, Payload }));
    expect(Buffer.from(answer ?? []).toString()).toBe('200');
  };
  await stack.deploy({ Resources: resources(true) });
  await readByFunction();
  expect(await pulledImages(repositoryName)).toEqual([]);
  await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: imageIds.slice(1, 2) }));
  expect(await pulledImages(repositoryName)).toEqual([second]);
  await stack.deploy({ Resources: resources(false) });
  await readByFunction();
  expect(await pulledImages(repositoryName)).toEqual([first, second]);
});

test('exclusions are registered once, listed in pages and removed', async () => {
  const arns = ['a', 'b'].map((name) => `arn:aws:iam::000000000000:role/${uniqueName(name)}`).toSorted();
  for (const principalArn of arns)
    await ecr.send(new RegisterPullTimeUpdateExclusionCommand({ principalArn }));
  const [principalArn = ''] = arns;
  await expect(ecr.send(new RegisterPullTimeUpdateExclusionCommand({ principalArn }))).rejects.toMatchObject({
    name: 'ExclusionAlreadyExistsException',
  });
  await expect(
    ecr.send(new RegisterPullTimeUpdateExclusionCommand({ principalArn: 'arn:aws:iam::1:role/x' })),
  ).rejects.toMatchObject({ name: 'InvalidParameterException' });
  const listed: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await ecr.send(new ListPullTimeUpdateExclusionsCommand({ maxResults: 1, nextToken }));
    listed.push(...(page.pullTimeUpdateExclusions ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  expect(listed).toEqual(expect.arrayContaining(arns));
  for (const each of arns)
    await ecr.send(new DeregisterPullTimeUpdateExclusionCommand({ principalArn: each }));
  await expect(
    ecr.send(new DeregisterPullTimeUpdateExclusionCommand({ principalArn })),
  ).rejects.toMatchObject({ name: 'ExclusionNotFoundException' });
});
