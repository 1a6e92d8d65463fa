import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudFormationClient, StackEvent } from '@aws-sdk/client-cloudformation';
import {
  CloudFormationServiceException,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { pages } from '../../aws/pages.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Clients } from './clients.ts';
import { templateSource } from './template-source.ts';

/** The result of a deployment; `reason` is CloudFormation's message. */
export type Outcome =
  | { readonly kind: 'deployed' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Deployment {
  readonly stackName: string;
  /** CREATE for a new stack, UPDATE for an existing one. */
  readonly type: 'CREATE' | 'UPDATE';
  readonly document: JsonObject;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The SDK's waiters poll every few seconds; the local AWS finishes in a fraction of a second. */
const pollMilliseconds = 100;
/** A custom resource that never responds blocks a stack for an hour, which is too long for a demo. */
const timeoutMilliseconds = 120_000;

/** Deploys one template through a change set, which runs macros. */
export async function deploy(clients: Clients, deployment: Deployment): Promise<Outcome> {
  try {
    const changeSet = await createChangeSet(clients, deployment);
    if (changeSet.kind !== 'ready') return changeSet;
    const { cloudformation } = clients;
    await cloudformation.send(new ExecuteChangeSetCommand({ ChangeSetName: changeSet.id }));
    const status = await finalStatus(cloudformation, deployment.stackName);
    if (status === undefined) {
      return { kind: 'failed', reason: await waitingReason(cloudformation, deployment.stackName) };
    }
    if (status === `${deployment.type}_COMPLETE`) return { kind: 'deployed' };
    return { kind: 'failed', reason: await failureReason(cloudformation, deployment.stackName, status) };
  } catch (error) {
    if (error instanceof CloudFormationServiceException) return { kind: 'failed', reason: error.message };
    const status = unreadableStatus(error);
    if (status === undefined) throw error;
    return {
      kind: 'failed',
      reason: `the local AWS failed (HTTP ${status}): the log of one that --keep leaves running shows why`,
    };
  }
}

async function createChangeSet(
  clients: Clients,
  { stackName, type, document, parameters }: Deployment,
): Promise<{ kind: 'ready'; id: string } | Outcome> {
  const { cloudformation } = clients;
  const created = await cloudformation.send(
    new CreateChangeSetCommand({
      StackName: stackName,
      ChangeSetName: `change-${Date.now()}`,
      ChangeSetType: type,
      ...(await templateSource(clients, stackName, document)),
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      // A macro may add IAM resources, which AWS requires to be acknowledged.
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
    }),
  );
  const id = created.Id ?? '';
  const changeSet = await pollUntilDone(async () => {
    const described = await cloudformation.send(new DescribeChangeSetCommand({ ChangeSetName: id }));
    return /_(PENDING|IN_PROGRESS)$/.test(described.Status ?? '') ? undefined : described;
  });
  if (changeSet === undefined)
    return { kind: 'failed', reason: 'its change set was not ready within two minutes' };
  const { Status, StatusReason } = changeSet;
  if (Status === 'CREATE_COMPLETE') return { kind: 'ready', id };
  const reason = StatusReason ?? `the change set ended in ${Status}`;
  return /didn't contain changes|No updates are to be performed/.test(reason)
    ? { kind: 'unchanged' }
    : { kind: 'failed', reason };
}

async function finalStatus(
  cloudformation: CloudFormationClient,
  stackName: string,
): Promise<string | undefined> {
  return await pollUntilDone(async () => {
    const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: stackName }));
    const status = Stacks?.[0]?.StackStatus ?? '';
    return status.endsWith('_IN_PROGRESS') ? undefined : status;
  });
}

/** Polls until there is a result; undefined after the timeout. */
async function pollUntilDone<T>(poll: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = Date.now() + timeoutMilliseconds;
  while (Date.now() < deadline) {
    const result = await poll();
    if (result !== undefined) return result;
    await sleep(pollMilliseconds);
  }
  return undefined;
}

async function waitingReason(cloudformation: CloudFormationClient, stackName: string): Promise<string> {
  const waiting = (await stackResources(cloudformation, stackName)).filter(({ status }) =>
    status.endsWith('_IN_PROGRESS'),
  );
  const names = waiting.map(({ logicalId, type }) => `${logicalId} (${type})`).join(', ');
  return `it was still waiting for ${names || 'its stack'} after two minutes`;
}

/** The HTTP status of a response that is not AWS's; the SDK attaches it to its parse error. */
function unreadableStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$response' in error)) return undefined;
  const response = error.$response;
  const status = typeof response === 'object' && response !== null && 'statusCode' in response;
  return status && typeof response.statusCode === 'number' ? response.statusCode : undefined;
}

/** The reason of the first resource that failed; later ones were cancelled or rolled back. */
async function failureReason(
  cloudformation: CloudFormationClient,
  stackName: string,
  status: string,
): Promise<string> {
  // The newest event is first; the operation began with the latest IN_PROGRESS event of the stack itself.
  const failures: StackEvent[] = [];
  const read = (NextToken: string | undefined) =>
    cloudformation.send(
      new DescribeStackEventsCommand({
        StackName: stackName,
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    );
  operation: for await (const { StackEvents = [] } of pages(read, ({ NextToken }) => NextToken)) {
    for (const event of StackEvents) {
      if (event.ResourceStatus?.endsWith('_FAILED')) failures.push(event);
      const isOfStack = event.PhysicalResourceId === event.StackId;
      if (isOfStack && /^(CREATE|UPDATE)_IN_PROGRESS$/.test(event.ResourceStatus ?? '')) break operation;
    }
  }
  const first = failures.at(-1);
  return first === undefined
    ? `the stack ended in ${status}`
    : `${first.LogicalResourceId}: ${first.ResourceStatusReason ?? first.ResourceStatus}`;
}

/** A resource of a stack. */
export interface StackResource {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
}

export async function stackResources(
  cloudformation: CloudFormationClient,
  stackName: string,
): Promise<readonly StackResource[]> {
  const resources: StackResource[] = [];
  const read = (NextToken: string | undefined) =>
    cloudformation.send(
      new ListStackResourcesCommand({
        StackName: stackName,
        ...(NextToken === undefined ? {} : { NextToken }),
      }),
    );
  for await (const { StackResourceSummaries = [] } of pages(read, ({ NextToken }) => NextToken)) {
    for (const resource of StackResourceSummaries) {
      resources.push({
        logicalId: resource.LogicalResourceId ?? '',
        physicalId: resource.PhysicalResourceId ?? '',
        type: resource.ResourceType ?? '',
        status: resource.ResourceStatus ?? '',
      });
    }
  }
  return resources;
}
