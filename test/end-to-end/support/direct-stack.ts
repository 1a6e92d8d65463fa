/** A stack by CreateStack, UpdateStack and DeleteStack, looked at while it runs. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { clients, uniqueName } from './stacks.ts';

const { cloudformation } = clients;
const Capabilities = ['CAPABILITY_AUTO_EXPAND' as const];

/** A template. */
export type Template = Readonly<Record<string, unknown>>;

/** The status of a resource, and its physical id if it has one. */
export interface ResourceState {
  readonly status: string | undefined;
  readonly id: string | undefined;
}

export interface DirectStack {
  readonly name: string;
  create(document: Template, tags?: Readonly<Record<string, string>>): Promise<void>;
  update(document: Template): Promise<void>;
  delete(retained?: string[]): Promise<void>;
  status(): Promise<string>;
  /** The status when nothing is in progress any longer. */
  settled(): Promise<string>;
  resource(logicalId: string): Promise<ResourceState>;
  /** "LogicalId STATUS" of each event, and its reason, the oldest first. */
  events(): Promise<readonly { readonly what: string; readonly reason: string; readonly id: string }[]>;
}

/** A stack of a new name. */
export function directStack(name = uniqueName('direct')): DirectStack {
  let StackName = name;
  const status = async () => {
    const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0]?.StackStatus ?? '';
  };
  return {
    name,
    status,
    async create(document, tags = {}) {
      const TemplateBody = JSON.stringify(document);
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const made = await cloudformation.send(
        new CreateStackCommand({ StackName: name, TemplateBody, Capabilities, Tags }),
      );
      // A deleted stack is found by its id only.
      StackName = made.StackId ?? name;
    },
    async update(document) {
      const TemplateBody = JSON.stringify(document);
      await cloudformation.send(new UpdateStackCommand({ StackName: name, TemplateBody, Capabilities }));
    },
    async delete(RetainResources) {
      await cloudformation.send(new DeleteStackCommand({ StackName, RetainResources }));
    },
    async settled() {
      for (;;) {
        const current = await status();
        if (!current.endsWith('_IN_PROGRESS')) return current;
        await sleep(50);
      }
    },
    async resource(LogicalResourceId) {
      const { StackResourceDetail: found } = await cloudformation.send(
        new DescribeStackResourceCommand({ StackName, LogicalResourceId }),
      );
      return { status: found?.ResourceStatus, id: found?.PhysicalResourceId };
    },
    async events() {
      const { StackEvents = [] } = await cloudformation.send(new DescribeStackEventsCommand({ StackName }));
      return StackEvents.toReversed().map((event) => ({
        what: `${event.LogicalResourceId === name ? 'stack' : event.LogicalResourceId} ${event.ResourceStatus}`,
        reason: event.ResourceStatusReason ?? '',
        id: event.PhysicalResourceId ?? '',
      }));
    },
  };
}

/** Waits until something is true. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(20);
}
