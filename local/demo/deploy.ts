import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudFormationClient, StackEvent } from '@aws-sdk/client-cloudformation';
import {
  CloudFormationServiceException,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import type { JsonObject } from '../../core/json.ts';
import type { Clients } from './clients.ts';
import { templateSource } from './template-source.ts';

/** How a deployment ended; `reason` is CloudFormation's own. */
export type Outcome =
  | { readonly kind: 'deployed' }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'failed'; readonly reason: string };

export interface Deployment {
  readonly stackName: string;
  /** CREATE for a stack that is not there yet, UPDATE for one that is. */
  readonly type: 'CREATE' | 'UPDATE';
  readonly document: JsonObject;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The SDK's waiters begin at seconds; the local AWS is done in a fraction of one. */
const pollMilliseconds = 100;
/** A custom resource that never answers holds a stack for an hour; nobody waits that long for a look. */
const patienceMilliseconds = 60_000;

/** Deploys one template through a change set, the way that runs macros and shows what they made. */
export async function deploy(clients: Clients, deployment: Deployment): Promise<Outcome> {
  try {
    const changeSet = await createChangeSet(clients, deployment);
    if (changeSet.kind !== 'ready') return changeSet;
    const { cloudformation } = clients;
    await cloudformation.send(new ExecuteChangeSetCommand({ ChangeSetName: changeSet.id }));
    const status = await settledStatus(cloudformation, deployment.stackName);
    if (status === undefined) {
      return { kind: 'failed', reason: await waitingReason(cloudformation, deployment.stackName) };
    }
    if (status === `${deployment.type}_COMPLETE`) return { kind: 'deployed' };
    return { kind: 'failed', reason: await failureReason(cloudformation, deployment.stackName, status) };
  } catch (error) {
    if (error instanceof CloudFormationServiceException) return { kind: 'failed', reason: error.message };
    const status = unreadableStatus(error);
    if (status === undefined) throw error;
    return { kind: 'failed', reason: `the local AWS broke over it (HTTP ${status}); its log says where` };
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
      // A macro may add IAM resources, and AWS wants it said that this is known.
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
    }),
  );
  const id = created.Id ?? '';
  const changeSet = await settled(async () => {
    const described = await cloudformation.send(new DescribeChangeSetCommand({ ChangeSetName: id }));
    return /_(PENDING|IN_PROGRESS)$/.test(described.Status ?? '') ? undefined : described;
  });
  if (changeSet === undefined)
    return { kind: 'failed', reason: 'its change set was not ready within a minute' };
  const { Status, StatusReason } = changeSet;
  if (Status === 'CREATE_COMPLETE') return { kind: 'ready', id };
  const reason = StatusReason ?? `the change set ended in ${Status}`;
  return /didn't contain changes|No updates are to be performed/.test(reason)
    ? { kind: 'unchanged' }
    : { kind: 'failed', reason };
}

async function settledStatus(
  cloudformation: CloudFormationClient,
  stackName: string,
): Promise<string | undefined> {
  return await settled(async () => {
    const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: stackName }));
    const status = Stacks?.[0]?.StackStatus ?? '';
    return status.endsWith('_IN_PROGRESS') ? undefined : status;
  });
}

/** Looks until there is an answer; undefined when patience ends first. */
async function settled<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = Date.now() + patienceMilliseconds;
  while (Date.now() < deadline) {
    const answer = await look();
    if (answer !== undefined) return answer;
    await sleep(pollMilliseconds);
  }
  return undefined;
}

async function waitingReason(cloudformation: CloudFormationClient, stackName: string): Promise<string> {
  const waiting = (await stackResources(cloudformation, stackName)).filter(({ status }) =>
    status.endsWith('_IN_PROGRESS'),
  );
  const names = waiting.map(({ logicalId, type }) => `${logicalId} (${type})`).join(', ');
  return `it was still waiting for ${names || 'its stack'} after a minute`;
}

/** The HTTP status of an answer that was no AWS's answer at all, which the SDK hangs on its parse error. */
function unreadableStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$response' in error)) return undefined;
  const response = error.$response;
  const status = typeof response === 'object' && response !== null && 'statusCode' in response;
  return status && typeof response.statusCode === 'number' ? response.statusCode : undefined;
}

/** The reason of the first resource that failed: later ones were only cancelled or rolled back. */
async function failureReason(
  cloudformation: CloudFormationClient,
  stackName: string,
  status: string,
): Promise<string> {
  // Events come newest first; the operation began where the stack itself last was in progress.
  const failures: StackEvent[] = [];
  pages: for await (const page of paginateDescribeStackEvents(
    { client: cloudformation },
    { StackName: stackName },
  )) {
    for (const event of page.StackEvents ?? []) {
      if (event.ResourceStatus?.endsWith('_FAILED')) failures.push(event);
      const ofTheStack = event.PhysicalResourceId === event.StackId;
      if (ofTheStack && /^(CREATE|UPDATE)_IN_PROGRESS$/.test(event.ResourceStatus ?? '')) break pages;
    }
  }
  const first = failures.at(-1);
  return first === undefined
    ? `the stack ended in ${status}`
    : `${first.LogicalResourceId}: ${first.ResourceStatusReason ?? first.ResourceStatus}`;
}

/** A resource of a stack as CloudFormation made it. */
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
  for await (const page of paginateListStackResources({ client: cloudformation }, { StackName: stackName })) {
    for (const resource of page.StackResourceSummaries ?? []) {
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
