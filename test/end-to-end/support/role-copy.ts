/** Roles of which each permission can be denied; the local AWS enforces IAM for the functions that have them. */
import {
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { JsonObject } from '../../../core/json.ts';
import { applicationStack } from '../../../local/application.ts';
import { localConfiguration } from '../../../local/demo/clients.ts';
import { stackResources } from '../../../local/demo/deploy.ts';
import { newStack } from './new-stack.ts';
import { clients } from './stacks.ts';

const iam = new IAMClient(localConfiguration({ endpoint: clients.endpoint, environment: {} }));

export interface DeniableRole {
  readonly arn: string;
  /** The actions that its policies allow. */
  readonly actions: readonly string[];
  /** Denies an action and allows the one that was denied before. */
  deny(action: string): Promise<void>;
}

/** @param stackName a stack that has the role */
export async function deniableRole(stackName: string, logicalId = 'Role'): Promise<DeniableRole> {
  const RoleName = await physicalId(stackName, logicalId);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const documents = await policiesOf(RoleName);
  return {
    arn: Role?.Arn ?? '',
    actions: documents.flatMap(({ Statement }) => [Statement].flat().flatMap(({ Action }) => Action)),
    async deny(Action) {
      const PolicyDocument = JSON.stringify({ Statement: { Effect: 'Deny', Action, Resource: '*' } });
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'denied', PolicyDocument }));
    },
  };
}

/**
 * A role with the policies of one of the application's, in a stack of its own.
 *
 * @param logicalId of the role in the application's template
 */
export async function roleCopy(logicalId: string): Promise<DeniableRole> {
  const documents = await policiesOf(await physicalId(applicationStack, logicalId));
  const Policies = documents.map((PolicyDocument, index) => ({
    PolicyName: `policy-${index}`,
    PolicyDocument,
  }));
  const trusted = {
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  };
  const AssumeRolePolicyDocument = { Statement: [trusted] };
  const Properties = { AssumeRolePolicyDocument, Policies };
  const stack = newStack();
  await stack.deploy({ Resources: { Role: { Type: 'AWS::IAM::Role', Properties } } });
  return deniableRole(stack.stackName);
}

/** The physical ID of a stack's resource. */
export async function physicalId(stackName: string, logicalId: string): Promise<string> {
  const resources = await stackResources(clients.cloudformation, stackName);
  return resources.find((resource) => resource.logicalId === logicalId)?.physicalId ?? '';
}

type PolicyDocument = JsonObject & {
  readonly Statement: readonly (JsonObject & { readonly Action: string[] })[];
};

async function policiesOf(RoleName: string): Promise<readonly PolicyDocument[]> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const documents: PolicyDocument[] = [];
  for (const PolicyName of PolicyNames) {
    const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    documents.push(JSON.parse(decodeURIComponent(PolicyDocument)));
  }
  return documents;
}
