import {
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { JsonObject } from '../../../core/json.ts';
import { connect } from './clients.ts';

/** Clients of the local AWS that the set-up started. */
export const clients = connect({ endpoint: process.env.AWS_ENDPOINT_URL ?? '', environment: {} });

let names = 0;
/** A name that no other test uses: of a stack, a macro, a function. */
export function uniqueName(what: string): string {
  names += 1;
  return `${what}-${process.env.JEST_WORKER_ID ?? '1'}-${Date.now().toString(36)}-${names}`;
}

/** A role and a function of inline code, for templates that need one. */
export function inlineFunction(code: string, runtime = 'nodejs24.x'): JsonObject {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: runtime,
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/any',
      Code: { ZipFile: code },
    },
  };
}

/** A change set of a new stack, as it ended. */
export async function changeSetOf(
  document: JsonObject,
  parameters: Readonly<Record<string, string>> = {},
): Promise<DescribeChangeSetCommandOutput> {
  const { Id } = await clients.cloudformation.send(
    new CreateChangeSetCommand({
      StackName: uniqueName('stack'),
      ChangeSetName: 'first',
      ChangeSetType: 'CREATE',
      TemplateBody: JSON.stringify(document),
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Capabilities: ['CAPABILITY_IAM'],
    }),
  );
  for (;;) {
    const changeSet = await clients.cloudformation.send(new DescribeChangeSetCommand({ ChangeSetName: Id }));
    if (!/_(PENDING|IN_PROGRESS)$/.test(changeSet.Status ?? '')) return changeSet;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
