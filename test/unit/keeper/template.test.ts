import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { isList, isObject, type Json, type JsonObject, member } from '../../../core/json.ts';
import { watchedCalls } from '../../../core/registry-events/event.ts';
import { sourceRegions } from '../../../functions/keeper/configuration.ts';
import { metricNamespace, metricsOf } from '../../../functions/keeper/metrics.ts';
import { maxReceives } from '../../../functions/keeper/queued-events.ts';
import { projectRoot } from '../../../local/paths.ts';
import { centralDetailType, centralSource } from '../../../sweep/central/event.ts';
import { keeperModes } from '../../../sweep/sweep-info.ts';
import { actionsReachableFrom } from '../../support/imports.ts';
import { world } from '../sweep/support/world.ts';

// The short forms of intrinsics are read as what stands behind them.
const template: Json = parse(readFileSync(join(projectRoot, 'template.yaml'), 'utf8'), {
  logLevel: 'silent',
});
const definition: Json = JSON.parse(
  readFileSync(join(projectRoot, 'functions/keeper/sweep.asl.json'), 'utf8'),
);

function at(start: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let value = start;
  for (const key of path)
    value = isList(value) ? value[Number(key)] : isObject(value) ? member(value, String(key)) : undefined;
  return value;
}
const listed = (value: Json | undefined): readonly Json[] =>
  isList(value) ? value : value === undefined ? [] : [value];
const keysOf = (value: Json | undefined) => (isObject(value) ? Object.keys(value) : []);
const resource = (...path: (string | number)[]) => at(template, 'Resources', ...path);
const resources = keysOf(resource()).filter((name) => name.startsWith('Keeper'));
const ofType = (type: string) => resources.filter((name) => resource(name, 'Type') === type);

function statementsOf(role: string): readonly JsonObject[] {
  // Also those under a condition.
  return listed(resource(role, 'Properties', 'Policies'))
    .flatMap(listed)
    .flatMap((policy) =>
      listed(at(policy, 'PolicyDocument', 'Statement'))
        .flatMap(listed)
        .filter(isObject),
    );
}
const actionsOf = (role: string) => statementsOf(role).flatMap(({ Action }) => listed(Action).map(String));

/** The actions of calls that have none of their own name. */
const actionOf: Readonly<Record<string, readonly string[]>> = {
  's3:ListObjectsV2': ['s3:ListBucket'],
  's3:CreateMultipartUpload': ['s3:PutObject'],
  's3:UploadPart': ['s3:PutObject'],
  's3:CompleteMultipartUpload': ['s3:PutObject'],
  // A transaction needs those of its writes, each of which the code also makes by itself.
  'dynamodb:TransactWriteItems': [],
};

/** What is only there where events are acted on. */
const ofEvents = [
  ...['KeeperEventsFunction', 'KeeperEventsRole', 'KeeperEventsQueue', 'KeeperEventsQueuePolicy'],
  ...['KeeperEventsMapping', 'KeeperCallsRule', 'KeeperPushesRule', 'KeeperCopiesRule'],
];

/** What the files of a function have commands for beside those that it calls; the end-to-end tests run under its role. */
const notCalled: Readonly<Record<string, readonly string[]>> = {
  List: ['dynamodb:BatchGetItem', 'dynamodb:PutItem'],
  Evidence: ['ecr:BatchGetRepositoryScanningConfiguration'],
  Batch: ['dynamodb:Scan', 'ecr:GetAccountSetting', 'ecr:PutAccountSetting', 'ecr:SetRepositoryPolicy'],
  Events: ['dynamodb:Scan', 'ecr:GetAccountSetting', 'ecr:PutAccountSetting', 'ecr:SetRepositoryPolicy'],
};

describe('what template.yaml deploys for the keeper', () => {
  test('is there only when it is not Off, which is the default', () => {
    expect(at(template, 'Parameters', 'Keeper', 'Default')).toBe('Off');
    expect(at(template, 'Parameters', 'Keeper', 'AllowedValues')).toEqual(['Off', ...keeperModes]);
    expect(at(template, 'Conditions', 'HasKeeper')).toEqual([['Keeper', 'Off']]);
    const narrower: Readonly<Record<string, string>> = {
      KeeperAlarmTopic: 'HasOwnAlarmTopic',
      KeeperPullTimeExclusion: 'KeeperReadsImageIndexes',
      KeeperCentralFunction: 'HasCentre',
      KeeperCentralRole: 'HasCentre',
      KeeperCentralRule: 'HasCentralBus',
      KeeperCentralEventsRole: 'HasCentralBus',
      ...Object.fromEntries(ofEvents.map((name) => [name, 'HasKeeperEvents'])),
    };
    const conditions = (name: string) => listed(at(template, 'Conditions', name));
    expect(conditions('HasCentre')).toEqual(['HasCentralBus', 'HasCentralBucket']);
    for (const condition of [...Object.values(narrower), ...conditions('HasCentre').map(String)])
      if (condition !== 'HasCentre') expect(conditions(condition)).toContain('HasKeeper');
    expect(resources.length).toBeGreaterThan(20);
    for (const name of resources)
      expect({ name, condition: resource(name, 'Condition') }).toEqual({
        name,
        condition: narrower[name] ?? 'HasKeeper',
      });
  });

  test.each(['List', 'Evidence', 'Batch', 'Summary', 'Events', 'Central'])(
    'the function %s may do what its code does',
    (name) => {
      const file = `functions/keeper/${name.toLowerCase()}.ts`;
      const calls = actionsReachableFrom(file)
        .flatMap((call) => actionOf[call] ?? [call])
        .filter((call) => !notCalled[name]?.includes(call));
      expect(calls.length).toBeGreaterThan(0);
      const logs = ['logs:CreateLogStream', 'logs:PutLogEvents'];
      const bucket =
        name === 'Events'
          ? []
          : [
              's3:AbortMultipartUpload',
              's3:GetObject',
              // Without it, S3 denies what does not exist.
              's3:ListBucket',
              's3:PutObject',
            ];
      expect([...new Set(actionsOf(`Keeper${name}Role`))].toSorted()).toEqual(
        [...new Set([...calls, ...logs, ...bucket, ...(name === 'Events' ? receiving : [])])].toSorted(),
      );
      const properties = (...path: string[]) => resource(`Keeper${name}Function`, 'Properties', ...path);
      expect(properties('Role')).toBe(`Keeper${name}Role.Arn`);
      expect(properties('Environment', 'Variables', 'Step')).toBe(name.toLowerCase());
      expect(properties('Environment', 'Variables', 'Bucket')).toBe(
        name === 'Events' ? undefined : 'KeeperBucket',
      );
      expect(properties('LoggingConfig', 'LogGroup')).toBe('KeeperLogGroup');
    },
  );

  test('the functions that find out what is a replica know the Regions that replicate', () => {
    const allowed = new RegExp(String(at(template, 'Parameters', 'KeeperSourceRegions', 'AllowedPattern')));
    for (const given of ['', 'us-east-1', 'us-gov-west-1, eu-west-1']) expect(given).toMatch(allowed);
    for (const given of ['us-east-1 eu-west-1', 'us-east-1,', 'US']) expect(given).not.toMatch(allowed);
    expect(sourceRegions({ KeeperSourceRegions: 'us-east-1, eu-west-1' })).toEqual([
      'us-east-1',
      'eu-west-1',
    ]);
    expect(sourceRegions({ KeeperSourceRegions: '' })).toEqual([]);
    for (const name of ['Evidence', 'Events'])
      expect(
        resource(`Keeper${name}Function`, 'Properties', 'Environment', 'Variables', 'KeeperSourceRegions'),
      ).toBe('KeeperSourceRegions');
  });

  test('the functions are one build', () => {
    const builds = ofType('AWS::Serverless::Function').map((name) => ({
      handler: resource(name, 'Properties', 'Handler'),
      metadata: resource(name, 'Metadata'),
    }));
    expect(builds).toHaveLength(6);
    for (const build of builds) expect(build).toEqual(builds[0]);
  });

  test('every role has the boundary, and every log its retention', () => {
    const boundary = ['HasPermissionsBoundary', 'PermissionsBoundaryArn', 'AWS::NoValue'];
    expect(ofType('AWS::IAM::Role')).toHaveLength(9);
    for (const name of ofType('AWS::IAM::Role')) {
      expect(resource(name, 'Properties', 'PermissionsBoundary')).toEqual(boundary);
      expect(actionsOf(name).filter((action) => action.includes('*'))).toEqual([]);
    }
    expect(ofType('AWS::Logs::LogGroup')).toHaveLength(2);
    for (const name of ofType('AWS::Logs::LogGroup'))
      expect(resource(name, 'Properties', 'RetentionInDays')).toBe('LogRetentionInDays');
  });

  test('the bucket is encrypted, private, over TLS only, empties itself, and outlives the stack', () => {
    const bucket = (...path: (string | number)[]) => resource('KeeperBucket', ...path);
    expect(bucket('Properties', 'BucketName')).toBeUndefined();
    expect(bucket('DeletionPolicy')).toBe('RetainExceptOnCreate');
    expect(bucket('UpdateReplacePolicy')).toBe('Retain');
    const [encryption] = listed(
      bucket('Properties', 'BucketEncryption', 'ServerSideEncryptionConfiguration'),
    );
    expect(at(encryption, 'ServerSideEncryptionByDefault', 'SSEAlgorithm')).toBe('AES256');
    const blocked = bucket('Properties', 'PublicAccessBlockConfiguration');
    expect(isObject(blocked) && Object.values(blocked)).toEqual([true, true, true, true]);
    const [sweeps, uploads] = listed(bucket('Properties', 'LifecycleConfiguration', 'Rules'));
    expect(sweeps).toMatchObject({ Status: 'Enabled', Prefix: 'sweeps/', ExpirationInDays: 90 });
    expect(uploads).toMatchObject({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } });
    const statements = listed(resource('KeeperBucketPolicy', 'Properties', 'PolicyDocument', 'Statement'));
    expect(statements).toMatchObject([
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: ['KeeperBucket.Arn', '${KeeperBucket.Arn}/*'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  });

  test('every alarm notifies, and what the schedule cannot start is kept', () => {
    expect(ofType('AWS::CloudWatch::Alarm')).toHaveLength(4);
    for (const name of ofType('AWS::CloudWatch::Alarm')) {
      expect(resource(name, 'Properties', 'AlarmActions')).toEqual([
        ['HasOwnAlarmTopic', 'KeeperAlarmTopic', 'AlertTopicArn'],
      ]);
      expect(resource(name, 'Properties', 'AlarmDescription')).toEqual(expect.any(String));
    }
    expect(resource('KeeperScheduleRule', 'Properties', 'Targets', 0, 'DeadLetterConfig', 'Arn')).toBe(
      'KeeperDeadLetters.Arn',
    );
  });

  test('the dashboard is JSON, and all that it and the alarms name exists', async () => {
    const { write, summarise } = world();
    await write({ sweep: 'one', listed: [], batches: [] });
    const metricNames = Object.keys(metricsOf(await summarise('one')));
    const body = String(resource('KeeperDashboard', 'Properties', 'DashboardBody'));
    const widgets = listed(at(JSON.parse(body), 'widgets'));
    expect(widgets).toHaveLength(6);
    for (const [, name = ''] of body.matchAll(/\$\{([^}.:]+)(?:\.\w+)?\}/g))
      expect(resources).toContain(name);
    const metrics = widgets.flatMap((widget) => listed(at(widget, 'properties', 'metrics')));
    const own = metrics.filter((metric) => at(metric, 0) === metricNamespace).map((metric) => at(metric, 1));
    expect(own.length).toBeGreaterThan(8);
    expect(metricNames).toEqual(expect.arrayContaining(own));
    for (const name of ['KeeperLateAlarm', 'KeeperImagesAtRiskAlarm'])
      expect(metricNames).toContain(resource(name, 'Properties', 'MetricName'));
  });
});

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html: of the role that reads the queue. */
const receiving = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];

describe('the events of the keeper', () => {
  const rules = ['KeeperCallsRule', 'KeeperPushesRule', 'KeeperCopiesRule'];
  const pattern = (...path: (string | number)[]) =>
    resource('KeeperCallsRule', 'Properties', 'EventPattern', 'detail', ...path);

  test('are those of the calls that the code knows, by others than the application', () => {
    expect(pattern('eventName')).toEqual(Object.keys(watchedCalls));
    const [without, others] = listed(pattern('$or')).map((each) =>
      at(each, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn', 0),
    );
    expect(without).toEqual({ exists: false });
    const roles = ['SettingsRole.Arn', 'KeeperBatchRole.Arn', 'KeeperEventsRole.Arn'];
    expect(others).toEqual({ 'anything-but': roles });
    const variables = resource('KeeperEventsFunction', 'Properties', 'Environment', 'Variables');
    expect(at(variables, 'OwnRoles')).toEqual([',', roles]);
  });

  test('come from these rules alone, over TLS, and none is lost', () => {
    for (const rule of rules)
      expect(resource(rule, 'Properties', 'Targets')).toEqual([
        { Id: 'queue', Arn: 'KeeperEventsQueue.Arn', DeadLetterConfig: { Arn: 'KeeperDeadLetters.Arn' } },
      ]);
    const sources = rules.map((rule) => `${rule}.Arn`);
    const [allow, deny] = listed(
      resource('KeeperEventsQueuePolicy', 'Properties', 'PolicyDocument', 'Statement'),
    );
    expect(at(allow, 'Condition', 'ArnEquals', 'aws:SourceArn')).toEqual(sources);
    expect(deny).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    const queue = (...path: string[]) => resource('KeeperEventsQueue', 'Properties', ...path);
    expect(queue('SqsManagedSseEnabled')).toBe(true);
    // The function reports the reason before the queue itself gives up.
    expect(queue('RedrivePolicy')).toEqual({
      deadLetterTargetArn: 'KeeperDeadLetters.Arn',
      maxReceiveCount: maxReceives + 1,
    });
  });

  test('are taken together, and have time enough', () => {
    const mapping = (...path: string[]) => resource('KeeperEventsMapping', 'Properties', ...path);
    expect(mapping('FunctionResponseTypes')).toEqual(['ReportBatchItemFailures']);
    expect(mapping('BatchSize')).toBe(100);
    expect(Number(mapping('MaximumBatchingWindowInSeconds'))).toBeGreaterThan(0);
    const timeout = Number(resource('KeeperEventsFunction', 'Properties', 'Timeout'));
    expect(resource('KeeperEventsQueue', 'Properties', 'VisibilityTimeout')).toBe(6 * timeout);
  });

  test('change nothing unless the keeper mends', () => {
    expect(at(template, 'Conditions', 'KeeperMends')).toEqual(['Keeper', 'Mend']);
    const policies = listed(resource('KeeperEventsRole', 'Properties', 'Policies'));
    const writing = policies.filter((policy) => /ecr:(?:Put|Delete)/.test(JSON.stringify(policy)));
    expect(writing).toHaveLength(1);
    expect(at(writing[0], 0)).toBe('KeeperMends');
  });
});

describe('the state machine of the keeper', () => {
  const states = (...path: (string | number)[]) => at(definition, 'States', ...path);
  const batches = (...path: (string | number)[]) => states('Batches', ...path);

  test('has a value for each name in its definition, and no other', () => {
    const names = [...JSON.stringify(definition).matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(new Set(keysOf(resource('KeeperSweep', 'Properties', 'DefinitionSubstitutions')))).toEqual(
      new Set(names),
    );
  });

  test('runs batches of 25 in Express executions, and no failure of one ends the others', () => {
    expect(batches('ItemBatcher', 'MaxItemsPerBatch')).toBe(25);
    expect(batches('ToleratedFailurePercentage')).toBe(100);
    expect(batches('ItemProcessor', 'ProcessorConfig')).toEqual({
      Mode: 'DISTRIBUTED',
      ExecutionType: 'EXPRESS',
    });
  });

  test('all attempts of a batch fit into the five minutes of an Express execution', () => {
    const [retry, ...others] = listed(batches('ItemProcessor', 'States', 'Batch', 'Retry'));
    expect(others).toEqual([]);
    const [interval, rate, attempts] = ['IntervalSeconds', 'BackoffRate', 'MaxAttempts'].map((name) =>
      Number(at(retry, name)),
    );
    const timeout = Number(resource('KeeperBatchFunction', 'Properties', 'Timeout'));
    let seconds = timeout;
    for (let retried = 0; retried < (attempts ?? 0); retried += 1)
      seconds += timeout + (interval ?? 0) * (rate ?? 1) ** retried;
    expect(seconds).toBeGreaterThan(2 * timeout);
    expect(seconds).toBeLessThan(300);
  });

  test('accounts for every repository, whatever fails after the list', () => {
    for (const name of ['Evidence', 'Batches'])
      expect(states(name, 'Catch')).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'Summary' }]);
    for (const name of ['List', 'Summary'])
      expect(states(name, 'Catch')).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'Notify' }]);
  });

  test('ends as its summary says, whatever comes of the centre', () => {
    for (const name of ['Central', 'Send'])
      expect(states(name, 'Catch')).toMatchObject([{ ErrorEquals: ['States.ALL'], Next: 'NotCentral' }]);
    expect(states('NotCentral', 'Catch')).toMatchObject([
      { ErrorEquals: ['States.ALL'], Next: 'IsFinished' },
    ]);
    for (const name of ['HasCentre', 'HasCentralBus']) expect(states(name, 'Default')).toBe('IsFinished');
    const [entry] = listed(states('Send', 'Arguments', 'Entries'));
    expect(entry).toMatchObject({ Source: centralSource, DetailType: centralDetailType });
    const pattern = resource('KeeperCentralRule', 'Properties', 'EventPattern');
    expect(pattern).toEqual({
      ...{ source: [centralSource], 'detail-type': [centralDetailType], account: ['AWS::AccountId'] },
    });
  });

  test('may do what its states do', () => {
    expect(actionsOf('KeeperSweepRole').filter((name) => !name.startsWith('logs:'))).toEqual([
      'lambda:InvokeFunction',
      'sns:Publish',
      // With a centre.
      'lambda:InvokeFunction',
      'events:PutEvents',
      // https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
      'states:StartExecution',
      'states:DescribeExecution',
      'states:StopExecution',
      's3:GetObject',
      's3:AbortMultipartUpload',
      's3:GetObject',
      's3:ListMultipartUploadParts',
      's3:PutObject',
    ]);
    const unnamed = statementsOf('KeeperSweepRole').filter((each) => listed(each.Resource).includes('*'));
    expect(unnamed.flatMap((each) => listed(each.Action)).every((name) => /^logs:/.test(`${name}`))).toBe(
      true,
    );
    // A role that names its state machine by reference would be a circle.
    const name = resource('KeeperSweep', 'Properties', 'Name');
    expect(JSON.stringify(statementsOf('KeeperSweepRole'))).toContain(`:stateMachine:${name}"`);
  });
});
