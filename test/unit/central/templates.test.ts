import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { isList, isObject, type Json, member } from '../../../core/json.ts';
import { metricsOf } from '../../../functions/central/metrics.ts';
import { projectRoot } from '../../../local/paths.ts';
import { centralDetailType, centralSource } from '../../../sweep/central/event.ts';
import { totalsOf } from '../../../sweep/central/registries.ts';
import { actionsReachableFrom } from '../../support/imports.ts';
import { limits, now, organisation } from './support.ts';

// The short forms of intrinsics are read as what stands behind them.
const read = (file: string): Json =>
  parse(readFileSync(join(projectRoot, file), 'utf8'), { logLevel: 'silent' });
const application = read('template.yaml');
const central = read('organization-central.yaml');
const rollOut = read('organization.yaml');
const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

function at(start: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let value = start;
  for (const key of path)
    value = isList(value) ? value[Number(key)] : isObject(value) ? member(value, String(key)) : undefined;
  return value;
}
const listed = (value: Json | undefined): readonly Json[] =>
  isList(value) ? value : value === undefined ? [] : [value];
const keysOf = (value: Json | undefined) => (isObject(value) ? Object.keys(value) : []);

describe('organization-central.yaml', () => {
  const resource = (...path: (string | number)[]) => at(central, 'Resources', ...path);
  const ofType = (type: string) => keysOf(resource()).filter((name) => resource(name, 'Type') === type);

  test('lets the function do what its code does, and no more', () => {
    const calls = actionsReachableFrom('functions/central/handler.ts')
      // Of the bucket it uses two operations; the index and the page are small.
      .filter((call) => !/Multipart|UploadPart|ListObjects/.test(call));
    const actions = listed(resource('CentreRole', 'Properties', 'Policies'))
      .flatMap((policy) => listed(at(policy, 'PolicyDocument', 'Statement')))
      .flatMap((statement) => listed(at(statement, 'Action')));
    expect(actions.toSorted()).toEqual(
      [
        ...new Set([
          ...calls,
          ...['logs:CreateLogStream', 'logs:PutLogEvents', 's3:ListBucket'],
          // By the queue's event source mapping.
          ...['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'],
        ]),
      ].toSorted(),
    );
  });

  test('lets accounts of the organisation alone send events, and write below their own number', () => {
    const organisationOnly = { StringEquals: { 'aws:PrincipalOrgID': 'OrganizationId' } };
    expect(resource('CentralBusPolicy', 'Properties', 'Statement')).toEqual({
      ...{ Effect: 'Allow', Principal: '*', Action: 'events:PutEvents', Resource: 'CentralBus.Arn' },
      Condition: organisationOnly,
    });
    const [tls, accounts, ...others] = listed(
      resource('CentralBucketPolicy', 'Properties', 'PolicyDocument', 'Statement'),
    );
    expect(others).toEqual([]);
    expect(tls).toMatchObject({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    expect(accounts).toMatchObject({
      Action: ['s3:AbortMultipartUpload', 's3:PutObject'],
      Resource: '${CentralBucket.Arn}/accounts/${!aws:PrincipalAccount}/*',
      Condition: organisationOnly,
    });
    const blocked = resource('CentralBucket', 'Properties', 'PublicAccessBlockConfiguration');
    expect(isObject(blocked) && Object.values(blocked)).toEqual([true, true, true, true]);
  });

  test('takes the events that keepers send', () => {
    expect(resource('ReportRule', 'Properties', 'EventPattern')).toEqual({
      source: [centralSource],
      'detail-type': [centralDetailType],
    });
  });

  test('alarms and shows metrics that the function has', () => {
    const totals = totalsOf(organisation, limits, now);
    const names = new Set(metricsOf(organisation, totals, { now, rejected: 0 }).flatMap(Object.keys));
    expect(names).toContain(resource('LateAlarm', 'Properties', 'MetricName'));
    const body = String(resource('Dashboard', 'Properties', 'DashboardBody'));
    expect(listed(at(JSON.parse(body), 'widgets'))).toHaveLength(5);
    const shown = [...body.matchAll(/"EcrHardeningCentral", "(\w+)"|MetricName=\\"(\w+)\\"/g)].map(
      ([, plain, searched]) => plain ?? searched,
    );
    expect(shown.length).toBeGreaterThan(6);
    for (const name of shown) expect(names).toContain(name);
    for (const alarm of ofType('AWS::CloudWatch::Alarm'))
      expect(resource(alarm, 'Properties', 'AlarmActions')).toEqual(['AlarmTopic']);
  });

  test('has the version of the package', () => {
    expect(at(central, 'Outputs', 'Version', 'Value')).toBe(version);
  });
});

const constraints = [
  'AllowedValues',
  'AllowedPattern',
  'MinValue',
  'MaxValue',
  'MaxLength',
  'ConstraintDescription',
];

describe('organization.yaml', () => {
  const properties = (name: string, ...path: (string | number)[]) =>
    at(rollOut, 'Resources', name, 'Properties', ...path);
  const parametersOf = (name: string) =>
    listed(properties(name, 'Parameters')).map((each) => String(at(each, 'ParameterKey')));

  test('passes on parameters that the application has, with its constraints and its defaults, but for Keeper', () => {
    const passed = parametersOf('Application').filter((name) => !name.startsWith('Code'));
    expect(passed.length).toBeGreaterThan(8);
    for (const name of passed) {
      const [own, original] = [rollOut, application].map((template) => at(template, 'Parameters', name));
      // A value that the application refuses would fail in every account and Region.
      for (const constraint of constraints)
        expect({ name, [constraint]: at(own, constraint) }).toEqual({
          name,
          [constraint]: at(original, constraint),
        });
      // Who rolls it out wants the keeper.
      const expected = name === 'Keeper' ? 'Report' : at(original, 'Default');
      expect({ name, default: at(own, 'Default') }).toEqual({ name, default: expected });
    }
  });

  test('deploys the release of this version, from the bucket of the Region', () => {
    expect(at(rollOut, 'Parameters', 'Version', 'Default')).toBe(version);
    expect(properties('Application', 'TemplateURL')).toMatch(
      /^https:\/\/\$\{CodeBucketName\}-\$\{CodeAccountId\}-\$\{AWS::Region\}\..*\/ecr-hardening\/\$\{Version\}\/template-cloudformation\.yaml$/,
    );
    expect(at(rollOut, 'Resources', 'Application', 'Condition')).toBe('DeploysApplication');
    expect(properties('Application', 'AutoDeployment')).toEqual({
      Enabled: true,
      RetainStacksOnAccountRemoval: false,
    });
  });

  test('makes buckets that the organisation alone can read, in plain CloudFormation', () => {
    const buckets: Json = parse(String(properties('CodeBuckets', 'TemplateBody')), { logLevel: 'silent' });
    expect(keysOf(at(buckets, 'Parameters'))).toEqual(parametersOf('CodeBuckets'));
    expect(at(buckets, 'Resources', 'CodeBucket', 'Properties', 'BucketName')).toBe(
      '${CodeBucketName}-${AWS::AccountId}-${AWS::Region}',
    );
    const [, reads, ...others] = listed(
      at(buckets, 'Resources', 'CodeBucketPolicy', 'Properties', 'PolicyDocument', 'Statement'),
    );
    expect(others).toEqual([]);
    expect(reads).toMatchObject({
      Action: 's3:GetObject',
      Condition: { StringEquals: { 'aws:PrincipalOrgID': 'OrganizationId' } },
    });
    expect(at(rollOut, 'Transform')).toBeUndefined();
    expect(at(buckets, 'Transform')).toBeUndefined();
  });
});
