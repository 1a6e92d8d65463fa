import { DeleteRolePolicyCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { localConfiguration } from '../../../local/demo/clients.ts';
import { stackResources } from '../../../local/demo/deploy.ts';
import { newStack } from '../support/new-stack.ts';
import { clients, inlineFunction } from '../support/stacks.ts';

const configuration = localConfiguration({ endpoint: clients.endpoint, environment: {} });
const iam = new IAMClient(configuration);
const lambda = new LambdaClient(configuration);

// The inline code has no SDK; the local AWS reads the key of a signature and does not verify it.
const code = `
exports.handler = async ({ target, body }) => {
  const service = target.startsWith('SageMaker') ? 'sagemaker' : 'ecr';
  const scope = process.env.AWS_ACCESS_KEY_ID + '/20261101/us-east-1/' + service + '/aws4_request';
  const headers = { 'x-amz-target': target, authorization: 'AWS4-HMAC-SHA256 Credential=' + scope };
  const response = await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', headers, body: JSON.stringify(body) });
  const { __type, message } = await response.json();
  return { code: __type, message };
};`;
const registry = 'AmazonEC2ContainerRegistry_V20150921';

test('a function may call what its role allows at the time, and hears which action it lacks', async () => {
  const stack = newStack();
  const trust: JsonObject = {
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  };
  const unprivileged = inlineFunction(code);
  const Properties = { ...Object(unprivileged.Properties), Role: { 'Fn::GetAtt': ['Role', 'Arn'] } };
  await stack.deploy({
    Resources: {
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust } },
      Function: { ...unprivileged, Properties },
    },
  });
  const resources = await stackResources(clients.cloudformation, stack.stackName);
  const [RoleName = '', FunctionName = ''] = ['Role', 'Function'].map(
    (name) => resources.find(({ logicalId }) => logicalId === name)?.physicalId,
  );
  const call = async (target: string, body: JsonObject) => {
    const Payload = JSON.stringify({ target, body });
    const { Payload: answer } = await lambda.send(new InvokeCommand({ FunctionName, Payload }));
    return JSON.parse(Buffer.from(answer ?? []).toString());
  };
  const describeImages = (repositoryName: string) => call(`${registry}.DescribeImages`, { repositoryName });
  const denied = (action: string, resource: string) => ({
    code: 'AccessDeniedException',
    message: `User: arn:aws:sts::000000000000:assumed-role/${RoleName}/${FunctionName} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  });
  const arn = (name: string) => `arn:aws:ecr:us-east-1:000000000000:repository/${name}`;
  expect(await describeImages('team/a')).toEqual(denied('ecr:DescribeImages', arn('team/a')));
  expect(await call('SageMaker.ListModels', {})).toEqual(denied('sagemaker:ListModels', '*'));

  const statement = {
    Effect: 'Allow',
    Action: ['ecr:Describe*', 'sagemaker:ListModels'],
    Resource: [arn('team/*'), '*'],
  };
  const policy = { RoleName, PolicyName: 'reads' };
  const allow = (Resource: string[]) =>
    iam.send(
      new PutRolePolicyCommand({
        ...policy,
        PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: { ...statement, Resource } }),
      }),
    );
  await allow([arn('team/*')]);
  expect(await describeImages('team/a')).toMatchObject({ code: 'RepositoryNotFoundException' });
  expect(await describeImages('other')).toEqual(denied('ecr:DescribeImages', arn('other')));
  // A list of all repositories needs all of them, and what names no repository needs the registry.
  expect(await call(`${registry}.DescribeRepositories`, {})).toEqual(
    denied('ecr:DescribeRepositories', arn('*')),
  );
  expect(await call(`${registry}.DescribeRegistry`, {})).toEqual(denied('ecr:DescribeRegistry', '*'));
  await allow(['*']);
  for (const target of [`${registry}.DescribeRegistry`, 'SageMaker.ListModels'])
    expect(await call(target, {})).toEqual({});
  await iam.send(new DeleteRolePolicyCommand(policy));
  expect(await describeImages('team/a')).toEqual(denied('ecr:DescribeImages', arn('team/a')));
});
