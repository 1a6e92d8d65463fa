import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, jest, test } from '@jest/globals';
import { usageActions } from '../../aws/usage/actions.ts';
import type { JsonObject } from '../../core/json.ts';
import { localConfiguration } from '../../local/demo/clients.ts';
import { claimsOf } from './support/claims.ts';
import { fillWithFleet } from './support/fleet-in-use.ts';
import { functionCopy, macroCopy } from './support/function-copy.ts';
import { newStack, settings } from './support/new-stack.ts';
import { deniableRole, physicalId, roleCopy } from './support/role-copy.ts';
import { existing, reasonOf, settingsTemplate } from './support/settings-stack.ts';
import { clients, uniqueName } from './support/stacks.ts';

// One look after the other; each reads everything that the tests have made in the local AWS.
jest.setTimeout(240_000);

const lambda = new LambdaClient(localConfiguration({ endpoint: clients.endpoint, environment: {} }));
const { ecs, lambda: functions, ...optional } = usageActions;
const required = [...ecs, ...functions];
const firstOfOthers = Object.values(optional).map(([action]) => action);

/** A repository of three images that nothing uses; what uses those of another one gives each operation something to describe. */
async function unusedImages(): Promise<string> {
  await fillWithFleet(await existing(), { count: 30 });
  const name = await existing();
  await fillWithFleet(name, { count: 3, ways: [] });
  return name;
}

/** What the function of a macro makes of a template. */
async function expand(FunctionName: string, fragment: JsonObject) {
  const event = {
    accountId: '000000000000',
    region: 'us-east-1',
    transformId: '000000000000::Lost',
    requestId: uniqueName('request'),
    params: { Report: true, KeepImages: 2 },
    templateParameterValues: {},
    fragment,
  };
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
  const text = Buffer.from(Payload ?? []).toString();
  const policy = text.includes('LifecyclePolicyText') ? 'written' : 'withheld';
  return { text, outcome: JSON.parse(text).status === 'success' ? policy : 'failed' };
}

test('a macro that loses a permission writes no policy that would expire images unseen, and names the action', async () => {
  const RepositoryName = await unusedImages();
  const stack = newStack();
  await stack.deploy({ Resources: await macroCopy(uniqueName('Lost'), { LifecycleGuard: 'Withhold' }) });
  const role = await deniableRole(stack.stackName);
  const name = await physicalId(stack.stackName, 'Function');
  const template = {
    Resources: { Images: { Type: 'AWS::ECR::Repository', Properties: { RepositoryName } } },
  };
  expect(await expand(name, template)).toMatchObject({ outcome: 'written' });

  expect(role.actions).toEqual(expect.arrayContaining([...required, ...firstOfOthers]));
  const outcomes: string[][] = [];
  for (const action of ['ecr:GetLifecyclePolicy', 'ecr:DescribeImages', ...required, ...firstOfOthers]) {
    await role.deny(action);
    const { outcome, text } = await expand(name, template);
    outcomes.push([action, outcome, text.includes(action) ? 'named' : 'not named']);
  }
  const each = (actions: readonly string[], outcome: string) =>
    actions.map((action) => [action, outcome, 'named']);
  expect(outcomes).toEqual([
    ...each(['ecr:GetLifecyclePolicy'], 'failed'),
    ...each(['ecr:DescribeImages', ...required], 'withheld'),
    // Not required, but the report says that they were not read.
    ...each(firstOfOthers, 'written'),
  ]);
});

test('a custom resource that loses one changes nothing, and names the action', async () => {
  const RepositoryName = await unusedImages();
  const role = await roleCopy('SettingsRole');
  const stack = newStack();
  await stack.deploy({
    Resources: { Function: await functionCopy({}, 'us-east-1', role.arn) },
    Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Function', 'Arn'] } } },
  });
  const { Arn: ServiceToken = '' } = await stack.outputs();
  const ImageScanningConfiguration = { ScanOnPush: true };
  const template = settingsTemplate({
    ServiceToken,
    RepositoryName,
    KeepImages: 2,
    ImageScanningConfiguration,
  });
  const untouched = await settings(RepositoryName);
  for (const action of [
    'ecs:ListClusters',
    'ecs:DescribeServiceRevisions',
    'lambda:GetFunction',
    'ecr:DescribeImages',
    'ecr:PutLifecyclePolicy',
  ]) {
    await role.deny(action);
    expect(reasonOf(await newStack().deploy(template))).toContain(action);
    expect(await settings(RepositoryName)).toEqual(untouched);
    expect(await claimsOf(RepositoryName)).toBeUndefined();
  }
  await role.deny('batch:DescribeJobDefinitions');
  expect(await newStack().deploy(template)).toEqual({ kind: 'deployed' });
  expect(await settings(RepositoryName)).toMatchObject({ scanOnPush: true });
  expect((await settings(RepositoryName)).lifecyclePolicyText).toContain('The newest 2 images stay');
});
