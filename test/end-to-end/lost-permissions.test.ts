import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import {
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from '@jest/globals';
import { usageActions } from '../../aws/usage/actions.ts';
import type { JsonObject } from '../../core/json.ts';
import { applicationStack } from '../../local/application.ts';
import { localConfiguration } from '../../local/demo/clients.ts';
import { stackResources } from '../../local/demo/deploy.ts';
import { fillWithFleet } from './support/fleet-in-use.ts';
import { macroCopy } from './support/function-copy.ts';
import { newStack } from './support/new-stack.ts';
import { clients, uniqueName } from './support/stacks.ts';

const configuration = localConfiguration({ endpoint: clients.endpoint, environment: {} });
const iam = new IAMClient(configuration);
const lambda = new LambdaClient(configuration);

// One look after the other; each reads everything that the tests have made in the local AWS.
const patience = 240_000;

const physicalId = async (stackName: string, name: string) =>
  (await stackResources(clients.cloudformation, stackName)).find(({ logicalId }) => logicalId === name)
    ?.physicalId ?? '';

/** The policies of the deployed macro's role, by name. */
async function macroPolicies(): Promise<ReadonlyMap<string, string>> {
  const RoleName = await physicalId(applicationStack, 'MacroRole');
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const documents = new Map<string, string>();
  for (const PolicyName of PolicyNames) {
    const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    documents.set(PolicyName, decodeURIComponent(PolicyDocument));
  }
  return documents;
}

/** A macro with the deployed one's code and permissions, of which each can be denied. */
async function macroWithPermissions() {
  const stack = newStack();
  const policies = await macroPolicies();
  await stack.deploy({ Resources: await macroCopy(uniqueName('Lost'), { LifecycleGuard: 'Withhold' }) });
  const [RoleName, FunctionName] = [
    await physicalId(stack.stackName, 'Role'),
    await physicalId(stack.stackName, 'Function'),
  ];
  return {
    actions: [...policies.values()].flatMap(actionsIn),
    deny: (Action: string) =>
      iam.send(
        new PutRolePolicyCommand({
          RoleName,
          PolicyName: 'lost',
          PolicyDocument: JSON.stringify({ Statement: { Effect: 'Deny', Action, Resource: '*' } }),
        }),
      ),
    async expand(fragment: JsonObject): Promise<{ readonly status: string; readonly text: string }> {
      const event = {
        accountId: '000000000000',
        region: 'us-east-1',
        transformId: '000000000000::Lost',
        requestId: uniqueName('request'),
        params: { Report: true, KeepImages: 2 },
        templateParameterValues: {},
        fragment,
      };
      const { Payload } = await lambda.send(
        new InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }),
      );
      const text = Buffer.from(Payload ?? []).toString();
      return { status: JSON.parse(text).status, text };
    },
  };
}

/** The actions that a policy document allows. */
function actionsIn(text: string): readonly string[] {
  const { Statement } = JSON.parse(text);
  return [Statement].flat().flatMap(({ Action }) => Action);
}

test(
  'a macro that loses a permission writes no policy that would expire images unseen, and names the action',
  async () => {
    // What uses images of another repository, so that each operation has something to describe.
    const used = uniqueName('used');
    const RepositoryName = uniqueName('unused');
    for (const repositoryName of [used, RepositoryName])
      await clients.ecr.send(new CreateRepositoryCommand({ repositoryName }));
    await fillWithFleet(used, { count: 30 });
    await fillWithFleet(RepositoryName, { count: 3, ways: [] });
    const macro = await macroWithPermissions();
    const Images = { Type: 'AWS::ECR::Repository', Properties: { RepositoryName } };
    const outcomeWithout = async (action: string) => {
      await macro.deny(action);
      const { status, text } = await macro.expand({ Resources: { Images } });
      const written = text.includes('LifecyclePolicyText') ? 'written' : 'withheld';
      return [status === 'success' ? written : 'failed', text.includes(action) ? 'named' : 'not named'].join(
        ', ',
      );
    };
    // Everything is allowed.
    expect(await outcomeWithout('none:Such')).toBe('written, not named');

    const { ecs, lambda: functions, ...optional } = usageActions;
    const required = [...ecs, ...functions];
    const firstOfEach = Object.values(optional).map(([action]) => action);
    expect(macro.actions).toEqual(expect.arrayContaining([...required, ...firstOfEach]));
    const outcomes: Record<string, string> = {};
    for (const action of ['ecr:GetLifecyclePolicy', 'ecr:DescribeImages', ...required, ...firstOfEach])
      outcomes[action] = await outcomeWithout(action);
    const each = (actions: readonly string[], outcome: string) => actions.map((action) => [action, outcome]);
    expect(outcomes).toEqual(
      Object.fromEntries([
        ['ecr:GetLifecyclePolicy', 'failed, named'],
        ...each(['ecr:DescribeImages', ...required], 'withheld, named'),
        // These sources are not required, but whoever reads the report learns that they were not read.
        ...each(firstOfEach, 'written, named'),
      ]),
    );
  },
  patience,
);
