import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { usageActions } from '../../../aws/usage/actions.ts';
import { hardenedTypes } from '../../../cloudformation/resource-types.ts';
import {
  asObject,
  entriesOf,
  isList,
  isObject,
  type Json,
  type JsonObject,
  member,
} from '../../../core/json.ts';
import { builtInPolicy, namesAt } from '../../../core/policy/policy.ts';
import { enforcements, lifecycleGuards, parseUsageSources } from '../../../core/policy/values.ts';
import { usageSources } from '../../../core/usage/evidence.ts';
import { projectRoot } from '../../../local/paths.ts';
import { parseTemplate } from '../../../template-text/parse.ts';
import { actionsReachableFrom } from '../../support/imports.ts';

const template = parseTemplate(readFileSync(join(projectRoot, 'hook.yaml'), 'utf8'), 'hook.yaml');
const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

function at(...path: readonly string[]): Json {
  let value: Json = template;
  for (const key of path) value = member(asObject(value), key) ?? null;
  return value;
}
const listed = (value: Json | undefined): readonly Json[] =>
  isList(value) ? value : value === undefined ? [] : [value];

/** The policies of a role; one under a condition is its first branch. */
function policiesOf(role: string): ReadonlyMap<string, readonly JsonObject[]> {
  return new Map(
    entriesOf(at('Resources', role, 'Properties', 'Policies')).map((each) => {
      const [, chosen] = entriesOf(asObject(each)['Fn::If']);
      const { PolicyName, PolicyDocument } = asObject(chosen ?? each);
      return [String(PolicyName), listed(asObject(PolicyDocument).Statement).filter(isObject)];
    }),
  );
}
const actionsOf = (statements: readonly JsonObject[] = []) =>
  statements.flatMap((each) => listed(each.Action).map(String)).toSorted();

describe('the parameters of hook.yaml', () => {
  const own = Object.keys(asObject(at('Parameters')));
  const ofPolicy = namesAt('application').filter((name) => own.includes(name));

  test('have the defaults and the values of the application’s, and warn by default', () => {
    expect(ofPolicy).toEqual([
      'Enforcement',
      'KmsKey',
      'AllowExemptions',
      'LifecycleGuard',
      'LifecycleGuardSources',
      'ProtectPulledWithinDays',
    ]);
    for (const name of ofPolicy) {
      const value = builtInPolicy[name];
      expect({ name, default: String(at('Parameters', name, 'Default')) }).toEqual({
        name,
        default: Array.isArray(value) ? value.join(',') : String(value),
      });
    }
    expect(at('Parameters', 'Enforcement', 'AllowedValues')).toEqual([...enforcements]);
    expect(listed(at('Parameters', 'LifecycleGuard', 'AllowedValues')).toSorted()).toEqual(
      lifecycleGuards.toSorted(),
    );
    expect(at('Parameters', 'FailureMode', 'Default')).toBe('WARN');
  });

  test('take only sources that the function can use: with others it would check nothing', () => {
    const allowed = new RegExp(String(at('Parameters', 'LifecycleGuardSources', 'AllowedPattern')));
    const all = usageSources.join(', ');
    for (const value of ['', all, ...usageSources, 'ecs, pulls', 'ec', 'ecs pulls', 'ecss', 'pulls,eks'])
      expect({ value, isAllowed: allowed.test(value) }).toEqual({
        value,
        isAllowed: 'value' in parseUsageSources(value),
      });
  });

  test('reach the function under their own names', () => {
    expect(at('Resources', 'HookFunction', 'Properties', 'Environment', 'Variables')).toEqual({
      ...Object.fromEntries(ofPolicy.map((Ref) => [Ref, { Ref }])),
      Version: version,
      FunctionRoleArn: {
        'Fn::If': ['ReadsImageIndexes', { 'Fn::GetAtt': ['HookFunctionRole', 'Arn'] }, ''],
      },
    });
  });

  test('are each shown once, in a group and with a label', () => {
    const shown = entriesOf(at('Metadata', 'AWS::CloudFormation::Interface', 'ParameterGroups')).flatMap(
      (group) => entriesOf(asObject(group).Parameters),
    );
    expect(shown.toSorted()).toEqual(own.toSorted());
    const labels = at('Metadata', 'AWS::CloudFormation::Interface', 'ParameterLabels');
    expect(Object.keys(asObject(labels)).toSorted()).toEqual(own.toSorted());
  });
});

describe('the hook of hook.yaml', () => {
  test('is called for the types that are checked, before they are created or updated', () => {
    expect(at('Resources', 'Hook', 'Properties', 'TargetFilters')).toEqual({
      TargetNames: [...hardenedTypes],
      Actions: ['CREATE', 'UPDATE'],
      InvocationPoints: ['PRE_PROVISION'],
    });
    expect(at('Resources', 'Hook', 'Properties', 'FailureMode')).toEqual({ Ref: 'FailureMode' });
  });

  test('has a function that ends before CloudFormation gives up, of this version', () => {
    expect(Number(at('Resources', 'HookFunction', 'Properties', 'Timeout'))).toBeLessThan(30);
    expect([
      at('Resources', 'HookFunction', 'Properties', 'Tags', 'ecr-hardening-version'),
      at('Outputs', 'Version', 'Value'),
    ]).toEqual([version, version]);
  });

  test('has a role of CloudFormation’s that can invoke the function, and do nothing else', () => {
    const [trust] = entriesOf(
      asObject(at('Resources', 'HookExecutionRole', 'Properties', 'AssumeRolePolicyDocument')).Statement,
    );
    expect(asObject(trust).Principal).toEqual({ Service: 'hooks.cloudformation.amazonaws.com' });
    expect([...policiesOf('HookExecutionRole').values()]).toEqual([
      [
        {
          Effect: 'Allow',
          Action: 'lambda:InvokeFunction',
          Resource: { 'Fn::GetAtt': ['HookFunction', 'Arn'] },
        },
      ],
    ]);
  });
});

describe('what hook.yaml lets the function do', () => {
  test('is each call of its look, and no other', () => {
    const calls = actionsReachableFrom('functions/hook/look.ts').filter((name) =>
      /^(ecr|cloudformation):/.test(name),
    );
    const ofIndexes = ['ecr:BatchGetImage', 'ecr:ListPullTimeUpdateExclusions'];
    const others = ['cloudformation:DescribeStackResource', 'ecr:DescribeImages', 'ecr:GetLifecyclePolicy'];
    expect(calls).toEqual([...ofIndexes, ...others].toSorted());
    expect(actionsOf(policiesOf('HookFunctionRole').get('look'))).toEqual(
      [...others, ...Object.values(usageActions).flat()].toSorted(),
    );
    expect(actionsOf(policiesOf('HookFunctionRole').get('image-indexes'))).toEqual(ofIndexes);
  });

  test('is in its own account and Region, where a resource can be named', () => {
    for (const [name, statements] of policiesOf('HookFunctionRole'))
      for (const { Resource: resource, Action: action } of statements)
        if (resource === '*')
          expect({
            name,
            actions: listed(action).filter((each) => /^(ecr|cloudformation|logs):/.test(String(each))),
          }).toEqual(
            name === 'look'
              ? { name, actions: [] }
              : // It names no repository, so that no policy could.
                { name: 'image-indexes', actions: ['ecr:ListPullTimeUpdateExclusions'] },
          );
        else expect(JSON.stringify(resource)).toContain('${AWS::Region}:${AWS::AccountId}:');
  });

  test('is only to write its log where it does not look', () => {
    const policies = entriesOf(at('Resources', 'HookFunctionRole', 'Properties', 'Policies'));
    expect(
      policies.map((each) => asObject(each).PolicyName ?? entriesOf(asObject(each)['Fn::If'])[0]),
    ).toEqual(['logs', 'GuardsLifecyclePolicies', 'ReadsImageIndexes']);
    expect(JSON.stringify(at('Conditions', 'ReadsImageIndexes'))).toContain('GuardsLifecyclePolicies');
  });
});
