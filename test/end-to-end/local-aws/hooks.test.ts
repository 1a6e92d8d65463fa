import * as cloudformation from '@aws-sdk/client-cloudformation';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { newStack } from '../support/new-stack.ts';
import { clients, inlineFunction } from '../support/stacks.ts';

/** A function that answers by the logical ID of what it is asked about. */
const answers = `
exports.handler = async ({ clientRequestToken, requestData: { targetLogicalId: id, targetModel }, requestContext }) => {
  if (id.startsWith('Broken')) throw new Error('broken');
  if (id.startsWith('Token')) return { hookStatus: 'SUCCESS', clientRequestToken: 'another' };
  if (id.startsWith('Late') && requestContext.invocation < 3)
    return { hookStatus: 'IN_PROGRESS', clientRequestToken, callbackContext: requestContext.invocation };
  const isBad = id.startsWith('Bad');
  return { hookStatus: isBad ? 'FAILED' : 'SUCCESS', ...(isBad ? { errorCode: 'NonCompliant' } : {}),
    message: 'x'.repeat(5000), clientRequestToken,
    annotations: [{ annotationName: 'Seen', status: 'PASSED', statusMessage: JSON.stringify(targetModel) }] };
};`;

const hookStack = newStack();
const [checked, other] = [newStack(), newStack()];
const refused = (logicalId: string) => ({
  kind: 'failed',
  reason: `${logicalId}: The following hook(s) failed: [Local::Hooks::Answers]`,
});
const deployed = { kind: 'deployed' };
const queue = (name: string, properties: JsonObject = {}) => ({
  Resources: { [name]: { Type: 'AWS::SQS::Queue', Properties: properties } },
});

/** The hook, as a template has it. */
const hooked = (more: JsonObject = {}): JsonObject => ({
  Resources: {
    Function: inlineFunction(answers),
    Hook: {
      Type: 'AWS::CloudFormation::LambdaHook',
      Properties: {
        Alias: 'Local::Hooks::Answers',
        HookStatus: 'ENABLED',
        FailureMode: 'FAIL',
        LambdaFunction: { 'Fn::GetAtt': ['Function', 'Arn'] },
        ExecutionRole: 'arn:aws:iam::000000000000:role/any',
        TargetOperations: ['RESOURCE'],
        TargetFilters: { TargetNames: ['AWS::SQS::*'], Actions: ['CREATE', 'UPDATE'] },
        StackFilters: { FilteringCriteria: 'ALL', StackNames: { Include: [checked.stackName] } },
        ...more,
      },
    },
  },
  Outputs: { Arn: { Value: { Ref: 'Hook' } } },
});

async function results(Status?: cloudformation.HookStatus) {
  const { Arn: TypeArn } = await hookStack.outputs();
  const { HookResults = [] } = await clients.cloudformation.send(
    new cloudformation.ListHookResultsCommand({ TypeArn, ...(Status && { Status }) }),
  );
  return HookResults;
}

describe('a hook of the local AWS', () => {
  beforeAll(async () => {
    expect(await hookStack.deploy(hooked())).toEqual(deployed);
  });

  test('is asked again while it is in progress, and then lets the resource be created', async () => {
    expect(await checked.deploy(queue('Late'))).toEqual(deployed);
    const [newest] = await results('HOOK_COMPLETE_SUCCEEDED');
    expect(newest?.HookStatusReason).toHaveLength(1024);
  });

  test('is given the properties before and after an update, which it can refuse', async () => {
    const renamed = { ...queue('Late', { DelaySeconds: 3 }) };
    expect(await checked.deploy(renamed)).toEqual(deployed);
    const [{ HookResultId } = {}] = await results();
    const { Annotations } = await clients.cloudformation.send(
      new cloudformation.GetHookResultCommand({ HookResultId }),
    );
    expect(JSON.parse(Annotations?.[0]?.StatusMessage ?? '')).toEqual({
      resourceProperties: { DelaySeconds: 3 },
      previousResourceProperties: {},
    });
    expect(await checked.deploy(queue('Bad'))).toEqual(refused('Bad'));
    expect((await results())[0]).toMatchObject({ Status: 'HOOK_COMPLETE_FAILED', TargetId: 'Bad' });
  });

  test.each(['Broken', 'Token'])('fails if its response is none: %s', async (name) => {
    expect(await checked.deploy(queue(name))).toEqual(refused(name));
    expect((await results('HOOK_FAILED'))[0]).toMatchObject({ TargetId: name, FailureMode: 'FAIL' });
  });

  test('is not asked by other stacks or roles, of other types, nor once it is disabled', async () => {
    const before = (await results()).length;
    expect(await other.deploy(queue('Bad'))).toEqual(deployed);
    const topic = { Resources: { BadTopic: { Type: 'AWS::SNS::Topic', Properties: {} } } };
    expect(await checked.deploy(topic)).toEqual(deployed);
    const StackFilters = { FilteringCriteria: 'ALL', StackNames: { Exclude: [checked.stackName] } };
    const TargetNames = ['AWS::SNS::Topic'];
    expect(
      await hookStack.deploy(hooked({ StackFilters, TargetFilters: { TargetNames: ['AWS::None'] } })),
    ).toEqual(deployed);
    expect(await checked.deploy(queue('Bad'))).toEqual(deployed);
    const Include = [checked.stackName];
    const disabled = { HookStatus: 'DISABLED', TargetFilters: { TargetNames } };
    expect(
      await hookStack.deploy(
        hooked({ ...disabled, StackFilters: { FilteringCriteria: 'ALL', StackNames: { Include } } }),
      ),
    ).toEqual(deployed);
    expect(await checked.deploy(topic)).toEqual(deployed);
    expect(await results()).toHaveLength(before);
  });

  test('must name what it is, in the schema’s words', async () => {
    expect(await newStack().deploy(hooked({ Alias: 'AWS::Hooks::Mine' }))).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('#/Alias: string [AWS::Hooks::Mine] does not match pattern'),
    });
    expect(await newStack().deploy(hooked())).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('already exists'),
    });
  });
});
