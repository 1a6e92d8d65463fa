/** What the policies of a deployed role allow, by IAM's simulator. */
import { type CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import {
  type ContextEntry,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  SimulateCustomPolicyCommand,
} from '@aws-sdk/client-iam';
import { applicationStack } from '../../../local/application.ts';
import { clients } from './stacks.ts';

const iam = new IAMClient({
  endpoint: clients.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/** Every operation of a service, as the SDK knows them. */
export const operationsOf = (prefix: string, sdk: object) =>
  Object.keys(sdk)
    .filter((name) => name.endsWith('Command'))
    .map((name) => `${prefix}:${name.replace(/Command$/, '')}`);

/** Where a role is. */
export interface RolePlace {
  readonly cloudformation: CloudFormationClient;
  readonly iam: IAMClient;
}

/** The policies of a role of the deployed application, as they stand in IAM. */
export async function policiesOf(
  logicalId: string,
  StackName = applicationStack,
  // Of another account or Region.
  { cloudformation, iam: of }: RolePlace = { cloudformation: clients.cloudformation, iam },
): Promise<string[]> {
  const { StackResources } = await cloudformation.send(
    new DescribeStackResourcesCommand({
      StackName,
      LogicalResourceId: logicalId,
    }),
  );
  const RoleName = StackResources?.[0]?.PhysicalResourceId ?? '';
  const { PolicyNames } = await of.send(new ListRolePoliciesCommand({ RoleName }));
  return Promise.all(
    (PolicyNames ?? []).map(async (PolicyName) => {
      const { PolicyDocument } = await of.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
      return decodeURIComponent(PolicyDocument ?? '');
    }),
  );
}

/** The actions that the policies allow on a resource, in a context. */
export async function allowed(
  policies: string[],
  actions: string[],
  resource: string,
  context: ContextEntry[] = [],
): Promise<readonly string[]> {
  const { EvaluationResults } = await iam.send(
    new SimulateCustomPolicyCommand({
      PolicyInputList: policies,
      ActionNames: actions,
      ResourceArns: [resource],
      ContextEntries: context,
    }),
  );
  return (EvaluationResults ?? [])
    .filter(({ EvalDecision }) => EvalDecision === 'allowed')
    .map(({ EvalActionName }) => EvalActionName ?? '')
    .toSorted();
}
