import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import * as ecr from '@aws-sdk/client-ecr';
import {
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  SimulateCustomPolicyCommand,
} from '@aws-sdk/client-iam';
import { expect, test } from '@jest/globals';
import { applicationStack } from '../../local/application.ts';
import { clients } from './support/stacks.ts';

const iam = new IAMClient({
  endpoint: clients.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});
const repository = 'arn:aws:ecr:us-east-1:000000000000:repository/team/orders';

/** Every operation of ECR, as the SDK knows them. */
const operations = Object.keys(ecr)
  .filter((name) => name.endsWith('Command'))
  .map((name) => `ecr:${name.replace(/Command$/, '')}`);

/** The policies of a role of the deployed application, as they stand in IAM. */
async function policiesOf(logicalId: string): Promise<string[]> {
  const { StackResources } = await clients.cloudformation.send(
    new DescribeStackResourcesCommand({ StackName: applicationStack, LogicalResourceId: logicalId }),
  );
  const RoleName = StackResources?.[0]?.PhysicalResourceId ?? '';
  const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  return Promise.all(
    (PolicyNames ?? []).map(async (PolicyName) => {
      const { PolicyDocument } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return decodeURIComponent(PolicyDocument ?? '');
    }),
  );
}

/** The actions that the policies allow on a resource. */
async function allowed(policies: string[], actions: string[], resource: string): Promise<readonly string[]> {
  const { EvaluationResults } = await iam.send(
    new SimulateCustomPolicyCommand({
      PolicyInputList: policies,
      ActionNames: actions,
      ResourceArns: [resource],
    }),
  );
  return (EvaluationResults ?? [])
    .filter(({ EvalDecision }) => EvalDecision === 'allowed')
    .map(({ EvalActionName }) => EvalActionName ?? '')
    .toSorted();
}

test('the custom resource may make the calls that it makes, and no other of ECR', async () => {
  expect(operations.length).toBeGreaterThan(50);
  const policies = await policiesOf('SettingsRole');
  expect(await allowed(policies, operations, repository)).toEqual([
    'ecr:BatchGetRepositoryScanningConfiguration',
    'ecr:DescribeRepositories',
    'ecr:GetRegistryScanningConfiguration',
    'ecr:PutImageScanningConfiguration',
    'ecr:PutImageTagMutability',
  ]);
});

test('it may make them in its own account and region only', async () => {
  const policies = await policiesOf('SettingsRole');
  const elsewhere = repository.replace('us-east-1', 'eu-west-1');
  expect(await allowed(policies, operations, elsewhere)).toEqual(['ecr:GetRegistryScanningConfiguration']);
});

test('the macro may do nothing in ECR', async () => {
  expect(await allowed(await policiesOf('MacroRole'), operations, repository)).toEqual([]);
});
