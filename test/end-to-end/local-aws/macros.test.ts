import {
  CreateStackCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { deploy } from '../../../local/demo/deploy.ts';
import { directStack } from '../support/direct-stack.ts';
import { changeSetOf, clients, inlineFunction, uniqueName } from '../support/stacks.ts';

/** Macros that show what reached them, or fail in each way that there is. */
const behaviours = {
  // Puts the event into the description of the template, or into a Description beside what stands there.
  Echo: `exports.handler = async (event) => ({ requestId: event.requestId, status: 'SUCCESS',
    fragment: { ...event.fragment, Description: JSON.stringify(event) } })`,
  First: `exports.handler = async (event) => ({ requestId: event.requestId, status: 'success',
    fragment: { ...event.fragment, Description: (event.fragment.Description ?? '') + ' first' } })`,
  Second: `exports.handler = async (event) => ({ requestId: event.requestId, status: 'success',
    fragment: { ...event.fragment, Description: (event.fragment.Description ?? '') + ' second' } })`,
  Failing: `exports.handler = async ({ requestId }) => ({ requestId, status: 'failure', errorMessage: 'no luck' })`,
  Silent: `exports.handler = async ({ requestId }) => ({ requestId, status: 'failure' })`,
  Throwing: `exports.handler = async () => { throw new Error('broken') }`,
  Mistaken: `exports.handler = async ({ fragment }) => ({ requestId: 'another', status: 'success', fragment })`,
  Empty: `exports.handler = async ({ requestId }) => ({ requestId, status: 'success' })`,
  Calling: `exports.handler = async ({ requestId, fragment }) => {
    const { status } = await fetch(process.env.AWS_ENDPOINT_URL + '/_ministack/health');
    return { requestId, status: 'success', fragment: { ...fragment, Description: 'heard ' + status } } }`,
  Text: `exports.handler = async ({ requestId }) => ({ requestId, status: 'success', fragment: 'text' })`,
  Worded: `exports.handler = async ({ requestId, fragment }) =>
    ({ requestId, status: 'success', fragment: { ...fragment, DisplayName: fragment.DisplayName + '-worded' } })`,
  Wrong: `exports.handler = async ({ requestId, fragment }) =>
    ({ requestId, status: 'success', fragment: { ...fragment, Sections: {} } })`,
  Nesting: `exports.handler = async ({ requestId, fragment }) =>
    ({ requestId, status: 'success', fragment: { ...fragment, Transform: 'Echo' } })`,
};
const suffix = uniqueName('').replaceAll('-', '');
const macro = (name: keyof typeof behaviours) => `${name}${suffix}`;
const queue = { Queue: { Type: 'AWS::SQS::Queue' } };
/** Deploys a template and gives what its macros made of it. */
async function processed(document: JsonObject, parameters: Record<string, string> = {}) {
  const stackName = uniqueName('processed');
  const outcome = await deploy(clients, { stackName, type: 'CREATE', document, parameters });
  expect(outcome).toEqual({ kind: 'deployed' });
  const { TemplateBody } = await clients.cloudformation.send(
    new GetTemplateCommand({ StackName: stackName, TemplateStage: 'Processed' }),
  );
  return JSON.parse(TemplateBody ?? '{}');
}

beforeAll(async () => {
  const resources = Object.entries(behaviours).flatMap(([name, code]) => [
    [`${name}Function`, inlineFunction(code)],
    [
      `${name}Macro`,
      {
        Type: 'AWS::CloudFormation::Macro',
        Properties: { Name: `${name}${suffix}`, FunctionName: { 'Fn::GetAtt': [`${name}Function`, 'Arn'] } },
      },
    ],
  ]);
  const document = { Resources: Object.fromEntries(resources) };
  const outcome = await deploy(clients, {
    stackName: uniqueName('macros'),
    type: 'CREATE',
    document,
    parameters: {},
  });
  expect(outcome).toEqual({ kind: 'deployed' });
});

describe('a top-level macro', () => {
  test('is sent the whole contract: the template without Transform, parameters resolved, lists as lists', async () => {
    const { Description } = await processed(
      {
        Transform: [{ Name: macro('Echo'), Parameters: { Given: { Ref: 'Names' }, Plain: 7 } }],
        Parameters: {
          Names: { Type: 'CommaDelimitedList' },
          Count: { Type: 'Number', Default: 3 },
        },
        Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { Ref: 'AWS::NoValue' } } } },
      },
      { Names: 'a,b' },
    );
    const event = JSON.parse(Description);
    expect(event).toMatchObject({
      accountId: expect.stringMatching(/^\d{12}$/),
      region: 'us-east-1',
      transformId: expect.stringMatching(new RegExp(`^\\d{12}::${macro('Echo')}$`)),
      requestId: expect.any(String),
      params: { Given: ['a', 'b'], Plain: 7 },
      templateParameterValues: { Names: ['a', 'b'], Count: '3' },
    });
    expect(Object.keys(event.fragment)).toEqual(['Parameters', 'Resources']);
    expect(event.fragment.Resources.Queue.Properties).toEqual({ QueueName: { Ref: 'AWS::NoValue' } });
  });

  test('is processed in the order of the list', async () => {
    const { Description } = await processed({
      Transform: [macro('First'), macro('Second')],
      Resources: queue,
    });
    expect(Description).toBe(' first second');
  });

  test('before AWS::LanguageExtensions sees the loop, after it what the loop made', async () => {
    const template = (Transform: string[]) => ({
      Transform,
      Resources: {
        'Fn::ForEach::Queues': ['Name', ['A', 'B'], { 'Queue${Name}': { Type: 'AWS::SQS::Queue' } }],
      },
    });
    const seen = async (order: string[]) =>
      Object.keys(JSON.parse((await processed(template(order))).Description).fragment.Resources);
    expect(await seen([macro('Echo'), 'AWS::LanguageExtensions'])).toEqual(['Fn::ForEach::Queues']);
    expect(await seen(['AWS::LanguageExtensions', macro('Echo')])).toEqual(['QueueA', 'QueueB']);
  });
});

test('a macro may itself call the local AWS', async () => {
  expect((await processed({ Transform: macro('Calling'), Resources: queue })).Description).toBe('heard 200');
});

test('AWS::Include is processed with the snippets, before the macros at the top', async () => {
  const bucket = uniqueName('snippets');
  await fetch(`${clients.endpoint}/${bucket}`, { method: 'PUT' });
  const body = JSON.stringify({ Included: { Type: 'AWS::SNS::Topic' } });
  await fetch(`${clients.endpoint}/${bucket}/topic.json`, { method: 'PUT', body });
  const { Description, Resources } = await processed({
    Transform: macro('Echo'),
    Resources: {
      ...queue,
      'Fn::Transform': { Name: 'AWS::Include', Parameters: { Location: `s3://${bucket}/topic.json` } },
    },
  });
  expect(Object.keys(Resources)).toEqual(['Queue', 'Included']);
  expect(Object.keys(JSON.parse(Description).fragment.Resources)).toEqual(['Queue', 'Included']);
});

test('a loop without AWS::LanguageExtensions is refused, beside a macro too', async () => {
  const document = {
    Transform: macro('First'),
    Resources: { 'Fn::ForEach::Queues': ['Name', ['A'], { 'Queue${Name}': { Type: 'AWS::SQS::Queue' } }] },
  };
  const outcome = await deploy(clients, {
    stackName: uniqueName('loop'),
    type: 'CREATE',
    document,
    parameters: {},
  });
  expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('Fn::ForEach') });
});

test('the template as it was sent is kept beside the processed one, in a stack and in its change set', async () => {
  const document = { Transform: macro('First'), Resources: queue };
  const { ChangeSetId, StackId } = await changeSetOf(document);
  const stage = async (
    TemplateStage: 'Original' | 'Processed',
    of: { StackName?: string; ChangeSetName?: string },
  ) => {
    const { TemplateBody } = await clients.cloudformation.send(
      new GetTemplateCommand({ ...of, TemplateStage }),
    );
    return JSON.parse(TemplateBody ?? '{}');
  };
  const changeSet = { StackName: StackId ?? '', ChangeSetName: ChangeSetId ?? '' };
  expect(await stage('Original', changeSet)).toEqual(document);
  expect(await stage('Processed', changeSet)).toEqual({ Description: ' first', Resources: queue });
  await clients.cloudformation.send(new ExecuteChangeSetCommand(changeSet));
  const stack = { StackName: StackId ?? '' };
  expect(await stage('Original', stack)).toEqual(document);
  expect(await stage('Processed', stack)).toEqual({ Description: ' first', Resources: queue });
});

describe('a snippet macro', () => {
  test('is sent the siblings of Fn::Transform with its parameters, the innermost first', async () => {
    const { Resources } = await processed({
      Resources: {
        Topic: {
          Type: 'AWS::SNS::Topic',
          Metadata: {
            'Fn::Transform': { Name: macro('First') },
            Inner: { 'Fn::Transform': { Name: macro('Echo'), Parameters: { Word: 'x' } }, Some: 'thing' },
          },
        },
      },
    });
    const { Inner, Description } = Resources.Topic.Metadata;
    expect(Description).toBe(' first');
    expect(JSON.parse(Inner.Description)).toMatchObject({
      fragment: { Some: 'thing' },
      params: { Word: 'x' },
    });
  });
});

describe('a snippet', () => {
  test('can become text, and a list of macros is processed in order', async () => {
    const { Resources } = await processed({
      Resources: {
        Topic: {
          Type: 'AWS::SNS::Topic',
          Properties: {
            'Fn::Transform': [{ Name: macro('Worded') }, macro('Worded')],
            DisplayName: { 'Fn::Transform': { Name: macro('Text') } },
          },
        },
      },
    });
    expect(Resources.Topic.Properties).toEqual({ DisplayName: 'text-worded-worded' });
  });
});

describe('a macro that fails', () => {
  const account = '\\d{12}';
  test.each<[keyof typeof behaviours | 'Missing', string]>([
    ['Failing', `^Transform ${account}::Failing${suffix} failed with: no luck$`],
    ['Silent', `^Transform ${account}::Silent${suffix} failed without an error message\\.$`],
    ['Throwing', `^Received malformed response from transform ${account}::Throwing${suffix}$`],
    ['Mistaken', `^Received malformed response from transform ${account}::Mistaken${suffix}$`],
    ['Empty', `^Received malformed response from transform ${account}::Empty${suffix}$`],
    ['Nesting', 'another macro'],
    ['Text', '^Template format error: unsupported structure\\.$'],
    ['Wrong', '^Invalid template property or properties \\[Sections\\]$'],
    ['Missing', `^No transform named ${account}::Missing${suffix} found\\.$`],
  ])(
    '%s: its change set ends FAILED with the reason, and its stack stays in review',
    async (name, reason) => {
      const changeSet = await changeSetOf({ Transform: `${name}${suffix}`, Resources: queue });
      expect(changeSet).toMatchObject({ Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE' });
      expect(changeSet.StatusReason).toMatch(new RegExp(reason));
      expect(changeSet.Changes ?? []).toEqual([]);
      const { Stacks } = await clients.cloudformation.send(
        new DescribeStacksCommand({ StackName: changeSet.StackName }),
      );
      expect(Stacks?.[0]?.StackStatus).toBe('REVIEW_IN_PROGRESS');
    },
  );

  test('a name that is not text is an error of the request', async () => {
    const document = { Transform: { Name: { Ref: 'AWS::StackName' } }, Resources: queue };
    await expect(changeSetOf(document)).rejects.toThrow(
      /^Key Name of transform definition must be a string\.$/,
    );
  });

  test('a missing parameter is told as such, before any macro runs', async () => {
    const document = {
      Transform: macro('Echo'),
      Parameters: { Needed: { Type: 'String' } },
      Resources: queue,
    };
    await expect(changeSetOf(document)).rejects.toThrow(/Needed/);
  });
});

describe('CreateStack', () => {
  const create = (Capabilities: 'CAPABILITY_AUTO_EXPAND'[], Transform: string) =>
    clients.cloudformation.send(
      new CreateStackCommand({
        StackName: uniqueName('direct'),
        TemplateBody: JSON.stringify({ Transform, Resources: queue }),
        Capabilities,
      }),
    );

  test('demands CAPABILITY_AUTO_EXPAND for a macro', async () => {
    await expect(create([], macro('First'))).rejects.toMatchObject({
      name: 'InsufficientCapabilitiesException',
      message: 'Requires capabilities : [CAPABILITY_AUTO_EXPAND]',
    });
    await expect(create(['CAPABILITY_AUTO_EXPAND'], macro('First'))).resolves.toHaveProperty('StackId');
  });

  test('rolls back with the reason of a macro that fails', async () => {
    const stack = directStack();
    await stack.create({ Transform: macro('Failing'), Resources: queue });
    expect(await stack.settled()).toBe('ROLLBACK_COMPLETE');
    expect(await stack.events()).toMatchObject([
      { what: 'stack CREATE_IN_PROGRESS' },
      {
        what: 'stack ROLLBACK_IN_PROGRESS',
        reason: expect.stringMatching(/failed with: no luck\. Rollback requested by user\.$/),
      },
      { what: 'stack ROLLBACK_COMPLETE' },
    ]);
  });

  test('an update leaves the stack as it was', async () => {
    const stack = directStack();
    await stack.create({ Resources: queue });
    await stack.settled();
    await stack.update({ Transform: macro('Failing'), Resources: queue });
    expect(await stack.settled()).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(await stack.resource('Queue')).toMatchObject({ status: 'CREATE_COMPLETE' });
  });
});

test('a macro exists once in an account and region', async () => {
  const document = {
    Resources: {
      Again: { Type: 'AWS::CloudFormation::Macro', Properties: { Name: macro('Echo'), FunctionName: 'any' } },
    },
  };
  const outcome = await deploy(clients, {
    stackName: uniqueName('again'),
    type: 'CREATE',
    document,
    parameters: {},
  });
  expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringContaining('already exists') });
});
