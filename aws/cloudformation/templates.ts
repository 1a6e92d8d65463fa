/** The templates of an account's stacks, as their authors wrote them. */
import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  GetTemplateCommand,
  ListStacksCommand,
  StackStatus,
  type StackSummary,
} from '@aws-sdk/client-cloudformation';
import { rootError } from '../call-error.ts';
import { callsOf } from '../calls.ts';
import type { Deadline } from '../deadline.ts';
import { loggableError } from '../faults.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages } from '../pages.ts';
import { isMissing } from './missing.ts';

/** A stack with its template, before any macro; or the name of the error why it could not be read. */
export type StackTemplate = { readonly stack: string; readonly status: string | undefined } & (
  | { readonly text: string }
  | { readonly error: string }
);

/** The calls. */
export interface StackTemplates {
  /**
   * The templates of all stacks that have one and are not deleted, nested stacks too.
   *
   * @param onProgress called with how many were read, of how many
   * @throws if the stacks cannot be listed
   */
  all(onProgress?: (read: number, all: number) => void): Promise<readonly StackTemplate[]>;
  close(): void;
}

const stacksAtOnce = 4;
// A stack whose first change set was never executed has neither resources nor a template.
const without: readonly StackStatus[] = [StackStatus.DELETE_COMPLETE, StackStatus.REVIEW_IN_PROGRESS];
const statuses = Object.values(StackStatus).filter((status) => !without.includes(status));

export function connectStackTemplates(
  client: CloudFormationClientConfig,
  deadline: Deadline,
): StackTemplates {
  const calls = callsOf(() => new CloudFormationClient({ maxAttempts: 1, ...client }));
  const call = calls.until(deadline);
  const list = (NextToken: string | undefined) =>
    call('ListStacks', (connected, options) =>
      connected.send(new ListStacksCommand({ NextToken, StackStatusFilter: statuses }), options),
    );
  const read = (StackName: string) =>
    call('GetTemplate', (connected, options) =>
      connected.send(new GetTemplateCommand({ StackName, TemplateStage: 'Original' }), options),
    );
  return {
    close: calls.close,
    async all(onProgress = () => {}) {
      const stacks = new Map<string, StackSummary>();
      for await (const { StackSummaries = [] } of pages(list, ({ NextToken }) => NextToken))
        for (const stack of StackSummaries) stacks.set(stack.StackId ?? stack.StackName ?? '', stack);
      let count = 0;
      const found = await mapConcurrently(
        [...stacks],
        async ([id, stack]) => {
          const template = await templateOf(stack, () => read(id));
          count += 1;
          onProgress(count, stacks.size);
          return template;
        },
        stacksAtOnce,
      );
      return found.flatMap((each) => (each === undefined ? [] : [each]));
    },
  };
}

/** @returns undefined for a stack that was deleted meanwhile */
async function templateOf(
  { StackName: stack = '', StackStatus: status }: StackSummary,
  read: () => Promise<{ readonly TemplateBody?: string | undefined }>,
): Promise<StackTemplate | undefined> {
  try {
    return { stack, status, text: (await read()).TemplateBody ?? '' };
  } catch (error) {
    if (isMissing(error)) return undefined;
    const { name } = loggableError(rootError(error));
    // What one stack denies another may allow; what is no answer of CloudFormation's is none for all.
    if (!/^AccessDenied/.test(name)) throw error;
    return { stack, status, error: name };
  }
}
