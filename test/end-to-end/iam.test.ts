import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import * as ecr from '@aws-sdk/client-ecr';
import {
  type ContextEntry,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  SimulateCustomPolicyCommand,
} from '@aws-sdk/client-iam';
import { expect, test } from '@jest/globals';
import { applicationStack } from '../../local/application.ts';
import { projectRoot } from '../../local/paths.ts';
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

/** The operations of ECR that the sources of the custom resource name. */
function callsOfCustomResource(): readonly string[] {
  const folder = join(projectRoot, 'functions', 'custom-resource');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const named = sources.flatMap((file) =>
    Array.from(
      readFileSync(join(folder, file), 'utf8').matchAll(/\bnew (\w+)Command\(/g),
      ([, operation]) => `ecr:${operation}`,
    ),
  );
  return [...new Set(named)].toSorted();
}

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

/** The actions that the policies allow on a resource, in a context. */
async function allowed(
  policies: string[],
  actions: string[],
  resource: string,
  context: ContextEntry[] = [],
): Promise<readonly string[]> {
  const { EvaluationResults } = await iam.send(
    new SimulateCustomPolicyCommand({
      PolicyInputList: policies,
      ActionNames: actions,
      ResourceArns: [resource],
      ContextEntries: context,
    }),
  );
  return (EvaluationResults ?? [])
    .filter(({ EvalDecision }) => EvalDecision === 'allowed')
    .map(({ EvalActionName }) => EvalActionName ?? '')
    .toSorted();
}

/** What IAM knows of a call that writes or takes away tags. */
const tagKeys = (...keys: string[]): ContextEntry[] => [
  { ContextKeyName: 'aws:TagKeys', ContextKeyType: 'stringList', ContextKeyValues: keys },
];
const tagging = ['ecr:TagResource', 'ecr:UntagResource'];

test('the custom resource may make the calls that it makes, and no other of ECR', async () => {
  expect(operations.length).toBeGreaterThan(50);
  const policies = await policiesOf('SettingsRole');
  const calls = callsOfCustomResource();
  expect(calls.length).toBeGreaterThan(10);
  expect(await allowed(policies, operations, repository, tagKeys('ecr-hardening:holder'))).toEqual(calls);
});

test('it may write and take away its own tags, and nobody else’s', async () => {
  const policies = await policiesOf('SettingsRole');
  const given = (...keys: string[]) => allowed(policies, operations, repository, tagKeys(...keys));
  const calls = callsOfCustomResource();
  const others = calls.filter((call) => !tagging.includes(call));
  expect(await given('ecr-hardening:found', 'ecr-hardening:found.2')).toEqual(calls);
  expect(await given('team')).toEqual(others);
  expect(await given('ecr-hardening:holder', 'team')).toEqual(others);
  expect(await given('ECR-HARDENING:holder')).toEqual(others);
});

test('outside its own account and region it may do nothing to a repository', async () => {
  const policies = await policiesOf('SettingsRole');
  // Those that name no repository, so that no policy could.
  const ofTheRegistry = [
    'ecr:GetAccountSetting',
    'ecr:GetRegistryScanningConfiguration',
    'ecr:PutAccountSetting',
  ];
  for (const elsewhere of [
    repository.replace('us-east-1', 'eu-west-1'),
    repository.replace('000000000000', '111111111111'),
  ])
    expect(await allowed(policies, operations, elsewhere, tagKeys('ecr-hardening:holder'))).toEqual(
      ofTheRegistry,
    );
});

test('the macro may do nothing in ECR', async () => {
  expect(await allowed(await policiesOf('MacroRole'), operations, repository)).toEqual([]);
});
