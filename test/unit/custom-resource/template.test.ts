import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { repositoryStackActions, stackTagActions, usageActions } from '../../../aws/usage/actions.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../../../core/json.ts';
import { accountSettingNames } from '../../../functions/custom-resource/properties/account-settings.ts';
import { actionsReachableFrom } from '../../support/imports.ts';

const root = join(__dirname, '../../..');
// The short forms of intrinsics are read as what stands behind them.
const template: Json = parse(readFileSync(join(root, 'template.yaml'), 'utf8'), { logLevel: 'silent' });

function at(...path: (string | number)[]): Json | undefined {
  let value: Json | undefined = template;
  for (const key of path) {
    if (isList(value)) value = value[Number(key)];
    else value = isObject(value) ? member(value, String(key)) : undefined;
  }
  return value;
}

const listed = (value: Json | undefined): readonly Json[] =>
  isList(value) ? value : value === undefined ? [] : [value];

/** The policies of a role, those under a condition too. */
function policiesOf(role: string): readonly JsonObject[] {
  return listed(at('Resources', role, 'Properties', 'Policies'))
    .flatMap(listed)
    .filter(isObject);
}

/** The actions of a role's policy, by its name. */
function actionsOf(role: string, policy: string): readonly Json[] {
  const document = policiesOf(role).find((each) => member(each, 'PolicyName') === policy)?.PolicyDocument;
  const statements = isObject(document) ? listed(document.Statement) : [];
  return statements.flatMap((each) => (isObject(each) ? listed(member(each, 'Action')) : []));
}

/** Every statement of a role's policies. */
function statementsOf(role: string): readonly JsonObject[] {
  return policiesOf(role).flatMap((policy) => {
    const document = member(policy, 'PolicyDocument');
    return isObject(document) ? listed(member(document, 'Statement')).filter(isObject) : [];
  });
}

const roles = ['MacroRole', 'SettingsRole'];

/** What the macro's look at live repositories calls beside ECR, by its tables of actions. */
const lookActions = [
  ...Object.values(usageActions).flat(),
  ...stackTagActions,
  ...repositoryStackActions,
].toSorted();

/** What reads image indexes, by roles of which ECR records no pulls. */
const indexActions = ['ecr:BatchGetImage', 'ecr:ListPullTimeUpdateExclusions'];

describe('what template.yaml lets the macro do', () => {
  test('is each call of its look, and no other', () => {
    const ofEcr = actionsReachableFrom('functions/macro/look.ts').filter((name) => name.startsWith('ecr:'));
    expect(ofEcr.length).toBeGreaterThan(0);
    expect([...actionsOf('MacroRole', 'look'), ...indexActions].toSorted()).toEqual(
      [...ofEcr, ...lookActions].toSorted(),
    );
    expect(actionsOf('MacroRole', 'image-indexes')).toEqual(indexActions);
  });

  test('is only to write its log where it does not look', () => {
    const policies = listed(at('Resources', 'MacroRole', 'Properties', 'Policies'));
    expect(policies.filter(isObject).map(({ PolicyName }) => PolicyName)).toEqual(['logs']);
    expect(policies.filter(isList).map(([condition, , otherwise]) => [condition, otherwise])).toEqual([
      ['GuardsLifecyclePolicies', 'AWS::NoValue'],
      ['MacroReadsImageIndexes', 'AWS::NoValue'],
    ]);
    expect(at('Conditions', 'MacroReadsImageIndexes')).toEqual([
      'ReadsImageIndexes',
      'GuardsLifecyclePolicies',
    ]);
    expect(at('Conditions', 'GuardsLifecyclePolicies')).toEqual([['LifecycleGuard', 'Off']]);
  });
});

describe('what template.yaml lets the custom resource do', () => {
  test('is each ECR action for which the code has a command, and no other', () => {
    const commands = actionsReachableFrom('functions/custom-resource/handler.ts').filter((name) =>
      name.startsWith('ecr:'),
    );
    expect(commands.length).toBeGreaterThan(0);
    expect([...actionsOf('SettingsRole', 'settings'), ...indexActions].sort()).toEqual([...commands].sort());
    expect(actionsOf('SettingsRole', 'image-indexes')).toEqual(indexActions);
  });

  test.each([
    ['MacroRole', 'MacroPullTimeExclusion', 'MacroFunction', 'MacroReadsImageIndexes'],
    ['SettingsRole', 'SettingsPullTimeExclusion', 'SettingsFunction', 'ReadsImageIndexes'],
  ])(
    'is for %s to read image indexes where it has an exclusion, and no layer',
    (role, exclusion, name, condition) => {
      expect(at('Resources', exclusion)).toEqual({
        Type: 'AWS::ECR::PullTimeUpdateExclusion',
        Condition: condition,
        Properties: { PrincipalArn: `${role}.Arn` },
      });
      const policies = listed(at('Resources', role, 'Properties', 'Policies')).filter(isList);
      const conditions = policies.flatMap(([given, policy]) =>
        isObject(policy ?? null) && JSON.stringify(policy).includes('image-indexes') ? [given] : [],
      );
      expect(conditions).toEqual([condition]);
      expect(at('Resources', name, 'Properties', 'Environment', 'Variables', 'FunctionRoleArn')).toEqual([
        condition,
        `${role}.Arn`,
        '',
      ]);
      expect(JSON.stringify(statementsOf(role))).not.toContain('GetDownloadUrlForLayer');
    },
  );

  test('is to ask CloudFormation as the code does, about stacks of its own account and Region', () => {
    const calls = actionsReachableFrom('functions/custom-resource/handler.ts').filter((name) =>
      name.startsWith('cloudformation:'),
    );
    expect(calls).toEqual(['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStackResource']);
    expect(actionsOf('SettingsRole', 'authenticity')).toEqual(calls);
    const statement = statementsOf('SettingsRole').find((each) =>
      listed(each.Action).includes(`${calls[0]}`),
    );
    expect(statement?.Resource).toBe(
      'arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/*',
    );
  });

  test('is to read what may use an image as the code does, and nothing of it can change anything', () => {
    const others = ['ecr:', 'cloudformation:', 'dynamodb:'];
    const calls = actionsReachableFrom('functions/custom-resource/handler.ts').filter(
      (name) => !others.some((service) => name.startsWith(service)),
    );
    expect(calls).toEqual(Object.values(usageActions).flat().toSorted());
    expect(actionsOf('SettingsRole', 'usage').toSorted()).toEqual(calls);
    for (const name of calls) expect(name).toMatch(/:(List|Describe|Get|BatchGet)/);
    const statement = statementsOf('SettingsRole').find((each) =>
      listed(each.Action).includes('lambda:GetFunction'),
    );
    expect(statement?.Resource).toBe(
      'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*',
    );
  });

  test('is not more by other policies', () => {
    const names = (role: string) => policiesOf(role).map((each) => member(each, 'PolicyName'));
    expect(names('SettingsRole')).toEqual([
      ...['logs', 'settings', 'usage', 'authenticity', 'claims'],
      'image-indexes',
    ]);
    expect(names('MacroRole')).toEqual(['logs', 'look', 'image-indexes']);
    for (const role of roles) {
      expect(actionsOf(role, 'logs')).toEqual(['logs:CreateLogStream', 'logs:PutLogEvents']);
      expect(at('Resources', role, 'Properties', 'ManagedPolicyArns')).toBeUndefined();
    }
  });

  test('names no action by a wildcard, and every resource where it has one', () => {
    for (const role of roles) {
      const statements = statementsOf(role);
      expect(
        statements.flatMap((each) => listed(each.Action)).filter((name) => /\*/.test(`${name}`)),
      ).toEqual([]);
      const unnamed = statements.filter((each) => listed(each.Resource).includes('*'));
      // The registry and its settings are no resource that a policy could name.
      expect(unnamed.flatMap((each) => listed(each.Action))).toEqual(
        role === 'SettingsRole'
          ? [
              ...['ecr:GetAccountSetting', 'ecr:GetRegistryScanningConfiguration', 'ecr:PutAccountSetting'],
              // Lists, and what they list.
              ...actionsOf('SettingsRole', 'usage').filter((name) => name !== 'lambda:GetFunction'),
              'ecr:ListPullTimeUpdateExclusions',
            ]
          : [
              ...lookActions.filter((name) => !/^ecr:|^lambda:GetFunction$/.test(name)),
              'ecr:ListPullTimeUpdateExclusions',
            ],
      );
    }
  });

  test('changes account settings only where a parameter allows it, and those that it knows', () => {
    const [statement, ...others] = statementsOf('SettingsRole').filter((each) =>
      listed(each.Action).includes('ecr:PutAccountSetting'),
    );
    expect(others).toEqual([]);
    expect(listed(statement?.Action)).toEqual(['ecr:PutAccountSetting']);
    expect(statement?.Condition).toEqual({
      StringEquals: {
        'ecr:AccountSetting': [
          'AccountSettingsAllowed',
          accountSettingNames,
          ['AllowAccountSettings is false'],
        ],
      },
    });
    expect(at('Conditions', 'AccountSettingsAllowed')).toEqual(['AllowAccountSettings', 'true']);
    expect(at('Parameters', 'AllowAccountSettings', 'Default')).toBe('false');
    expect(at('Parameters', 'AllowExpiringImagesInUse', 'Default')).toBe('false');
  });

  test('writes and takes away no tag', () => {
    const tagging = statementsOf('SettingsRole').filter((each) =>
      listed(each.Action).some((name) => /ag(ged|Resource)$/.test(`${name}`) && !/List/.test(`${name}`)),
    );
    expect(tagging).toEqual([]);
  });
});

describe('how template.yaml runs the custom resource', () => {
  test('no function has an endpoint of AWS in its environment: only then are local hosts responded to', () => {
    const variables = [
      at('Globals', 'Function', 'Environment', 'Variables'),
      ...Object.keys(Object(at('Resources'))).map((name) =>
        at('Resources', name, 'Properties', 'Environment', 'Variables'),
      ),
    ].flatMap((each) => (isObject(each) ? Object.keys(each) : []));
    expect(variables).toContain('ClaimsTable');
    expect(variables.filter((name) => /ENDPOINT/i.test(name))).toEqual([]);
  });

  test('the function has a name of its own, so that its ARN outlives an installation', () => {
    expect(at('Resources', 'SettingsFunction', 'Properties', 'FunctionName')).toBe('EcrHardening-settings');
  });

  test('an event is never delivered again', () => {
    expect(
      at('Resources', 'SettingsFunction', 'Properties', 'EventInvokeConfig', 'MaximumRetryAttempts'),
    ).toBe(0);
  });

  test("CloudFormation waits a little longer than the function's own time-out", () => {
    const timeout = Number(at('Resources', 'SettingsFunction', 'Properties', 'Timeout'));
    const variables = at('Resources', 'MacroFunction', 'Properties', 'Environment', 'Variables');
    const serviceTimeout = Number(isObject(variables) ? variables.SettingsServiceTimeout : undefined);
    expect(timeout).toBeGreaterThanOrEqual(60);
    expect(timeout).toBeLessThanOrEqual(900);
    expect(serviceTimeout - timeout).toBeGreaterThanOrEqual(10);
    expect(serviceTimeout - timeout).toBeLessThanOrEqual(120);
  });

  test.each([
    ['MacroFunction', 'MacroLogGroup', 'MacroRole'],
    ['SettingsFunction', 'SettingsLogGroup', 'SettingsRole'],
  ])('%s has a time-out, a role and a log group with retention of its own', (name, logGroup, role) => {
    const properties = (...path: string[]) => at('Resources', name, 'Properties', ...path);
    expect(properties('Timeout')).toEqual(expect.any(Number));
    expect(properties('LoggingConfig', 'LogGroup')).toBe(logGroup);
    expect(properties('Role')).toBe(`${role}.Arn`);
    expect(at('Resources', logGroup, 'Properties', 'RetentionInDays')).toBe('LogRetentionInDays');
  });
});
