import * as cloudformation from '@aws-sdk/client-cloudformation';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as ecr from '@aws-sdk/client-ecr';
import type { ContextEntry } from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import * as sfn from '@aws-sdk/client-sfn';
import * as sqs from '@aws-sdk/client-sqs';
import { describe, expect, test } from '@jest/globals';
import { applicationStack } from '../../local/application.ts';
import { actionsReachableFrom } from '../support/imports.ts';
import { allowed, operationsOf, policiesOf } from './support/iam.ts';
import { physicalId } from './support/role-copy.ts';
import { clients } from './support/stacks.ts';

const repository = 'arn:aws:ecr:us-east-1:000000000000:repository/team/orders';

const operations = operationsOf('ecr', ecr);

/** The operations of ECR that the sources of the custom resource name. */
function callsOfCustomResource(): readonly string[] {
  return actionsReachableFrom('functions/custom-resource/handler.ts').filter((name) =>
    name.startsWith('ecr:'),
  );
}

/** What IAM knows of a call that writes or takes away tags. */
const tagKeys = (...keys: string[]): ContextEntry[] => [
  { ContextKeyName: 'aws:TagKeys', ContextKeyType: 'stringList', ContextKeyValues: keys },
];
/** What IAM knows of a call about an account setting. */
const accountSetting = (name: string): ContextEntry[] => [
  { ContextKeyName: 'ecr:AccountSetting', ContextKeyType: 'string', ContextKeyValues: [name] },
];
const tagging = ['ecr:TagResource', 'ecr:UntagResource'];

test('the custom resource may make the calls that it makes, and no other of ECR', async () => {
  expect(operations.length).toBeGreaterThan(50);
  const policies = await policiesOf('SettingsRole');
  const calls = callsOfCustomResource();
  expect(calls.length).toBeGreaterThan(10);
  // Account settings are not allowed by default.
  expect(await allowed(policies, operations, repository)).toEqual(
    calls.filter((name) => name !== 'ecr:PutAccountSetting'),
  );
  expect(await allowed(policies, operations, repository, accountSetting('BLOB_MOUNTING'))).not.toContain(
    'ecr:PutAccountSetting',
  );
});

test('it may write and take away no tag, whatever its key', async () => {
  const policies = await policiesOf('SettingsRole');
  for (const keys of [['ecr-hardening:found'], ['ecr-hardening:holder', 'team'], ['team']])
    expect(await allowed(policies, tagging, repository, tagKeys(...keys))).toEqual([]);
});

test('outside its own account and region it may do nothing to a repository', async () => {
  const policies = await policiesOf('SettingsRole');
  // Those that name no repository, so that no policy could.
  const ofTheRegistry = [
    'ecr:GetAccountSetting',
    'ecr:GetRegistryScanningConfiguration',
    'ecr:ListPullTimeUpdateExclusions',
  ];
  for (const elsewhere of [
    repository.replace('us-east-1', 'eu-west-1'),
    repository.replace('000000000000', '111111111111'),
  ])
    expect(await allowed(policies, operations, elsewhere)).toEqual(ofTheRegistry);
});

test('it may read and write items of the claims table, and do nothing else in DynamoDB', async () => {
  const policies = await policiesOf('SettingsRole');
  const ofDynamodb = operationsOf('dynamodb', dynamodb);
  expect(ofDynamodb.length).toBeGreaterThan(40);
  const { StackResources } = await clients.cloudformation.send(
    new cloudformation.DescribeStackResourcesCommand({
      StackName: applicationStack,
      LogicalResourceId: 'ClaimsTable',
    }),
  );
  const table = `arn:aws:dynamodb:us-east-1:000000000000:table/${StackResources?.[0]?.PhysicalResourceId}`;
  expect(await allowed(policies, ofDynamodb, table)).toEqual([
    'dynamodb:BatchGetItem',
    'dynamodb:PutItem',
    'dynamodb:Scan',
  ]);
  expect(await allowed(policies, ofDynamodb, `${table}-of-others`)).toEqual([]);
  expect(await allowed(await policiesOf('MacroRole'), ofDynamodb, table)).toEqual([]);
});

test('it may ask CloudFormation about stacks of its own account and region, and do nothing else there', async () => {
  const policies = await policiesOf('SettingsRole');
  const ofCloudFormation = operationsOf('cloudformation', cloudformation);
  expect(ofCloudFormation.length).toBeGreaterThan(60);
  const stack =
    'arn:aws:cloudformation:us-east-1:000000000000:stack/orders/51af3dc0-da77-11e4-872e-1234567db123';
  expect(await allowed(policies, ofCloudFormation, stack)).toEqual([
    'cloudformation:DescribeStackEvents',
    'cloudformation:DescribeStackResource',
  ]);
  for (const elsewhere of [
    stack.replace('us-east-1', 'eu-west-1'),
    stack.replace('000000000000', '111111111111'),
  ])
    expect(await allowed(policies, ofCloudFormation, elsewhere)).toEqual([]);
});

test('the macro may make the calls of its look, which read, and no other of ECR', async () => {
  const policies = await policiesOf('MacroRole');
  const calls = actionsReachableFrom('functions/macro/look.ts').filter((name) => name.startsWith('ecr:'));
  expect(calls).toEqual([
    'ecr:BatchGetImage',
    'ecr:DescribeImages',
    'ecr:DescribeRepositories',
    'ecr:GetLifecyclePolicy',
    'ecr:ListPullTimeUpdateExclusions',
  ]);
  expect(await allowed(policies, operations, repository)).toEqual(calls);
  // It names no repository, so that no policy could.
  for (const elsewhere of [
    repository.replace('us-east-1', 'eu-west-1'),
    repository.replace('000000000000', '111111111111'),
  ])
    expect(await allowed(policies, operations, elsewhere)).toEqual(['ecr:ListPullTimeUpdateExclusions']);
});

describe('the keeper', () => {
  const elsewhere = [
    repository.replace('us-east-1', 'eu-west-1'),
    repository.replace('000000000000', '111111111111'),
  ];
  const ofS3 = operationsOf('s3', s3);
  const objects = ['s3:AbortMultipartUpload', 's3:GetObject', 's3:PutObject'];
  const bucketArn = async () => `arn:aws:s3:::${await physicalId(applicationStack, 'KeeperBucket')}`;

  test.each([
    ['KeeperListRole', ['ecr:DescribeRepositories'], []],
    // The registry is no resource that a policy could name.
    [
      'KeeperEvidenceRole',
      [],
      ['ecr:DescribePullThroughCacheRules', 'ecr:DescribeRegistry', 'ecr:GetRegistryScanningConfiguration'],
    ],
    [
      'KeeperBatchRole',
      [
        'ecr:BatchGetImage',
        'ecr:BatchGetRepositoryScanningConfiguration',
        'ecr:DeleteLifecyclePolicy',
        'ecr:DescribeImages',
        'ecr:DescribeRepositories',
        'ecr:GetLifecyclePolicy',
        'ecr:GetLifecyclePolicyPreview',
        'ecr:GetRepositoryPolicy',
        'ecr:ListTagsForResource',
        'ecr:PutImageScanningConfiguration',
        'ecr:PutImageTagMutability',
        'ecr:PutLifecyclePolicy',
        'ecr:StartLifecyclePolicyPreview',
      ],
      ['ecr:GetRegistryScanningConfiguration', 'ecr:ListPullTimeUpdateExclusions'],
    ],
    [
      'KeeperEventsRole',
      [
        'ecr:BatchGetRepositoryScanningConfiguration',
        'ecr:DeleteLifecyclePolicy',
        'ecr:DescribeImages',
        'ecr:DescribeRepositories',
        'ecr:GetLifecyclePolicy',
        'ecr:GetLifecyclePolicyPreview',
        'ecr:GetRepositoryPolicy',
        'ecr:ListTagsForResource',
        'ecr:PutImageScanningConfiguration',
        'ecr:PutImageTagMutability',
        'ecr:PutLifecyclePolicy',
        'ecr:StartLifecyclePolicyPreview',
      ],
      ['ecr:DescribePullThroughCacheRules', 'ecr:DescribeRegistry', 'ecr:GetRegistryScanningConfiguration'],
    ],
    ['KeeperSummaryRole', [], []],
    ['KeeperSweepRole', [], []],
    ['KeeperScheduleRole', [], []],
  ])('%s may make these calls of ECR, and no other', async (role, ofRepositories, ofTheRegistry) => {
    const policies = await policiesOf(role);
    expect(await allowed(policies, operations, repository)).toEqual(
      [...ofRepositories, ...ofTheRegistry].toSorted(),
    );
    for (const each of elsewhere) expect(await allowed(policies, operations, each)).toEqual(ofTheRegistry);
  });

  test('a function may read and write what a sweep has in the bucket, and only the summary what is the latest', async () => {
    const bucket = await bucketArn();
    for (const name of ['List', 'Evidence', 'Batch', 'Summary']) {
      const policies = await policiesOf(`Keeper${name}Role`);
      const may = (resource: string) => allowed(policies, [...ofS3, 's3:ListBucket'], resource);
      expect(await may(`${bucket}/sweeps/one/sweep.json`)).toEqual(objects);
      expect(await may(bucket)).toEqual(['s3:ListBucket']);
      expect(await may(`${bucket}/latest.json`)).toEqual(
        name === 'Summary' ? ['s3:GetObject', 's3:PutObject'] : [],
      );
      expect(await may('arn:aws:s3:::another/sweeps/one/sweep.json')).toEqual([]);
    }
  });

  test('the function of events may receive from its queue, send to the dead letters and the topic, and ask for stacks', async () => {
    const policies = await policiesOf('KeeperEventsRole');
    const queueArn = async (logicalId: string) => {
      const id = await physicalId(applicationStack, logicalId);
      return `arn:aws:sqs:us-east-1:000000000000:${id.replace(/^.*\//, '')}`;
    };
    const ofSqs = operationsOf('sqs', sqs);
    expect(ofSqs.length).toBeGreaterThan(15);
    expect(await allowed(policies, ofSqs, await queueArn('KeeperEventsQueue'))).toEqual([
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:ReceiveMessage',
    ]);
    expect(await allowed(policies, ofSqs, await queueArn('KeeperDeadLetters'))).toEqual(['sqs:SendMessage']);
    expect(await allowed(policies, ofSqs, 'arn:aws:sqs:us-east-1:000000000000:others')).toEqual([]);
    const topic = await physicalId(applicationStack, 'AlertTopic');
    expect(await allowed(policies, ['sns:Publish', 'sns:Subscribe'], topic)).toEqual(['sns:Publish']);
    expect(await allowed(policies, [...ofS3, 's3:ListBucket'], await bucketArn())).toEqual([]);
    const ofCloudFormation = operationsOf('cloudformation', cloudformation);
    const stack = 'arn:aws:cloudformation:us-east-1:000000000000:stack/orders/1';
    expect(await allowed(policies, ofCloudFormation, stack)).toEqual([
      'cloudformation:DescribeStackResources',
    ]);
  });

  test('the state machine may read its items, write its results, and start executions of itself', async () => {
    const policies = await policiesOf('KeeperSweepRole');
    const bucket = await bucketArn();
    const inBucket = (key: string) =>
      allowed(policies, [...ofS3, 's3:ListMultipartUploadParts'], `${bucket}/${key}`);
    expect(await inBucket('sweeps/one/items.jsonl')).toEqual(['s3:GetObject']);
    expect(await inBucket('sweeps/one/map/run/FAILED_0.json')).toEqual(
      [...objects, 's3:ListMultipartUploadParts'].toSorted(),
    );
    expect(await inBucket('sweeps/one/results/00000000.jsonl')).toEqual([]);
    const ofStates = operationsOf('states', sfn);
    const machine = await physicalId(applicationStack, 'KeeperSweep');
    expect(await allowed(policies, ofStates, machine)).toEqual(['states:StartExecution']);
    expect(await allowed(policies, ofStates, `${machine}-of-others`)).toEqual([]);
    expect(
      await allowed(policies, ofStates, `${machine.replace(':stateMachine:', ':execution:')}:one`),
    ).toEqual(['states:DescribeExecution', 'states:StopExecution']);
    const settings = await physicalId(applicationStack, 'SettingsFunction');
    const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${settings}`;
    expect(await allowed(policies, ['lambda:InvokeFunction'], functionArn)).toEqual([]);
  });
});
