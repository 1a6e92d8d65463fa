import {
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { describe, expect, test } from '@jest/globals';
import { directStack, type Template } from '../support/direct-stack.ts';
import { clients } from '../support/stacks.ts';

const queue = { Type: 'AWS::SQS::Queue' };
const named = (QueueName: unknown) => ({ ...queue, Properties: { QueueName } });
const inResources = (Resource: unknown) => ({ Resources: { Resource } });
const never = { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } };
const unresolved = (names: string, section: string) =>
  `Template format error: Unresolved resource dependencies [${names}] in the ${section} block of the template`;
const noCondition = (section: string) =>
  `Template format error: Unresolved condition dependency No in the ${section} block of the template`;

describe('a template that CloudFormation refuses, in its words', () => {
  test.each<[string, Template, string]>([
    [
      'no resource',
      { Resources: {} },
      'Template format error: At least one Resources member must be defined.',
    ],
    ['a section', { ...inResources(queue), Extra: {} }, 'Invalid template property or properties [Extra]'],
    ['an attribute', inResources({ ...queue, Extra: 1 }), "Invalid template resource property 'Extra'"],
    [
      'null',
      { ...inResources(queue), Outputs: { Out: { Value: null } } },
      "[/Outputs/Out/Value] 'null' values are not allowed in templates",
    ],
    [
      'an output',
      { ...inResources(queue), Outputs: { Out: {} } },
      'Template format error: Every Outputs member must contain a Value object',
    ],
    [
      'a name',
      { Resources: { 'a-b': queue } },
      'Template format error: Resource name a-b is non alphanumeric.',
    ],
    [
      'no type',
      inResources({}),
      'Template format error: [/Resources/Resource] Every Resources object must contain a Type member.',
    ],
    ['DependsOn', inResources({ ...queue, DependsOn: 'No' }), unresolved('No', 'Resources')],
    ['Ref', inResources(named({ Ref: 'No' })), unresolved('No', 'Resources')],
    ['Sub', inResources(named({ 'Fn::Sub': `\${No}` })), unresolved('No', 'Resources')],
    [
      'a Ref of an output',
      { ...inResources(queue), Outputs: { Out: { Value: { Ref: 'No' } } } },
      unresolved('No', 'Outputs'),
    ],
    [
      'a Ref to a resource without its condition',
      {
        ...never,
        Resources: { Resource: { ...queue, Condition: 'Never' }, Other: named({ Ref: 'Resource' }) },
      },
      unresolved('Resource', 'Resources'),
    ],
    [
      'GetAtt',
      inResources(named({ 'Fn::GetAtt': ['No', 'Arn'] })),
      'Template error: instance of Fn::GetAtt references undefined resource No',
    ],
    ['a condition', inResources({ ...queue, Condition: 'No' }), noCondition('Resources')],
    [
      'a condition of a condition',
      { ...inResources(queue), Conditions: { C: { 'Fn::Not': [{ Condition: 'No' }] } } },
      noCondition('Conditions'),
    ],
    [
      'If',
      inResources(named({ 'Fn::If': ['No', 'a', 'b'] })),
      'Template error: unresolved condition dependency No in Fn::If',
    ],
    [
      'a function',
      inResources(named({ 'Fn::Odd': 1 })),
      'Template format error: Encountered unsupported function: Fn::Odd',
    ],
    [
      'a circle',
      { Resources: { A: { ...queue, DependsOn: 'B' }, B: named({ Ref: 'A' }) } },
      'Circular dependency between resources: [A, B]',
    ],
    [
      'a parameter',
      { ...inResources(queue), Parameters: { P: {} } },
      'Template format error: Every Parameters object must contain a Type member.',
    ],
  ])('%s', async (_what, document, message) => {
    const refused = await directStack()
      .create(document)
      .catch((error: Error) => error.message);
    expect(String(refused).slice(0, message.length)).toBe(message);
  });

  test('the branch that its condition does not select is not looked at', async () => {
    const stack = directStack();
    const Gone = { ...queue, Condition: 'Never' };
    await stack.create({
      ...never,
      Resources: { Gone, Kept: named({ 'Fn::If': ['Never', { Ref: 'Gone' }, { Ref: 'AWS::NoValue' }] }) },
    });
    expect(await stack.settled()).toBe('CREATE_COMPLETE');
  });

  test('the type of a resource cannot change', async () => {
    const stack = directStack();
    await stack.create(inResources(queue));
    await stack.settled();
    await expect(stack.update(inResources({ Type: 'AWS::SNS::Topic' }))).rejects.toThrow(
      'Update of resource type is not permitted. The new template modifies resource type of the following resources: [Resource]',
    );
  });
});

test.each<[string, Template, string]>([
  ['a property', { Extra: 1 }, '#: extraneous key [Extra] is not permitted'],
  [
    'a nested one',
    { ImageScanningConfiguration: { scanOnPush: true } },
    '#/ImageScanningConfiguration: extraneous key [scanOnPush] is not permitted',
  ],
  [
    'a value',
    { ImageTagMutability: 'FROZEN' },
    '#/ImageTagMutability: failed validation constraint for keyword [enum]',
  ],
  [
    'a type',
    { ImageScanningConfiguration: { ScanOnPush: 'perhaps' } },
    '#/ImageScanningConfiguration/ScanOnPush: expected type: Boolean, found: String',
  ],
  ['a structure', { LifecyclePolicy: 'text' }, '#/LifecyclePolicy: expected type: JSONObject, found: String'],
  [
    'what is required',
    { EncryptionConfiguration: {} },
    '#/EncryptionConfiguration: required key [EncryptionType] not found',
  ],
  [
    'two of them',
    { Extra: 1, EmptyOnDelete: [] },
    '#: extraneous key [Extra] is not permitted\n#/EmptyOnDelete: expected type: Boolean, found: JSONArray',
  ],
])('the schema of AWS::ECR::Repository: %s', async (_what, Properties, message) => {
  const stack = directStack();
  await stack.create(inResources({ Type: 'AWS::ECR::Repository', Properties }));
  expect(await stack.settled()).toBe('ROLLBACK_COMPLETE');
  const failure = (await stack.events()).find(({ what }) => what === 'Resource CREATE_FAILED');
  expect(failure?.reason).toBe(`Properties validation failed for resource Resource with message: ${message}`);
});

describe('a change set', () => {
  const conditional = {
    Parameters: { Wanted: { Type: 'String', Default: 'yes' } },
    Conditions: { IsWanted: { 'Fn::Equals': [{ Ref: 'Wanted' }, 'yes'] } },
    Resources: { Always: queue, Sometimes: { ...queue, Condition: 'IsWanted' } },
  };
  const { cloudformation } = clients;
  const create = async (
    StackName: string,
    ChangeSetType: 'CREATE' | 'UPDATE',
    document: Template,
    wanted = 'yes',
  ) => {
    await cloudformation.send(
      new CreateChangeSetCommand({
        StackName,
        ChangeSetName: 'same',
        ChangeSetType,
        TemplateBody: JSON.stringify(document),
        ...('Parameters' in document
          ? { Parameters: [{ ParameterKey: 'Wanted', ParameterValue: wanted }] }
          : {}),
      }),
    );
    return cloudformation.send(new DescribeChangeSetCommand({ StackName, ChangeSetName: 'same' }));
  };
  const execute = async (stack: ReturnType<typeof directStack>) => {
    await cloudformation.send(new ExecuteChangeSetCommand({ StackName: stack.name, ChangeSetName: 'same' }));
    return stack.settled();
  };

  test('lists what a condition adds and removes, and its name can be used again after its execution', async () => {
    const stack = directStack();
    await stack.create(conditional);
    await stack.settled();
    for (const [wanted, Action] of [
      ['no', 'Remove'],
      ['yes', 'Add'],
    ]) {
      const { Changes } = await create(stack.name, 'UPDATE', conditional, wanted);
      expect(Changes).toMatchObject([{ ResourceChange: { Action, LogicalResourceId: 'Sometimes' } }]);
      expect(await execute(stack)).toBe('UPDATE_COMPLETE');
    }
  });

  test('of a new stack can be deleted and made again, also without any resource, for the same stack', async () => {
    const stack = directStack();
    const empty = { ...conditional, Resources: { Sometimes: conditional.Resources.Sometimes } };
    const { StackId } = await create(stack.name, 'CREATE', conditional);
    await expect(create(stack.name, 'CREATE', conditional)).rejects.toThrow(/already exists/);
    await cloudformation.send(new DeleteChangeSetCommand({ StackName: stack.name, ChangeSetName: 'same' }));
    const again = await create(stack.name, 'CREATE', empty, 'no');
    expect(again).toMatchObject({
      StackId,
      Changes: [],
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
    });
    expect(await execute(stack)).toBe('CREATE_COMPLETE');
  });
});
