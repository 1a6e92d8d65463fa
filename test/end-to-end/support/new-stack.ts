import { DeleteStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { JsonObject } from '../../../core/json.ts';
import { deploy, type Outcome, stackResources } from '../../../local/demo/deploy.ts';
import { readSettings } from '../../../local/demo/repository-settings.ts';
import { settingsLog } from './settings-log.ts';
import { clients, uniqueName } from './stacks.ts';

/** A repository as a template has it. */
export const repository = (properties: JsonObject) => ({
  Type: 'AWS::ECR::Repository',
  Properties: properties,
});

/** A stack of its own for each test; the answer updates or creates it. */
export function newStack() {
  const stackName = uniqueName('application');
  let type: 'CREATE' | 'UPDATE' = 'CREATE';
  return {
    stackName,
    async deploy(document: JsonObject, parameters: Record<string, string> = {}): Promise<Outcome> {
      const outcome = await deploy(clients, { stackName, type, document, parameters });
      if (outcome.kind === 'deployed') type = 'UPDATE';
      // Of an invocation that has not ended the local AWS has no log: what went before it may say why.
      if (outcome.kind === 'failed' && outcome.reason.includes('still waiting'))
        console.error(await settingsLog());
      return outcome;
    },
    async outputs(): Promise<Record<string, string>> {
      const { Stacks } = await clients.cloudformation.send(
        new DescribeStacksCommand({ StackName: stackName }),
      );
      return Object.fromEntries(
        (Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [
          OutputKey ?? '',
          OutputValue ?? '',
        ]),
      );
    },
    async delete(): Promise<void> {
      await clients.cloudformation.send(new DeleteStackCommand({ StackName: stackName }));
      // A Delete waits for some seconds where reads may lag behind a change that was just made.
      for (let look = 0; look < 3_000; look += 1) {
        const resources = await stackResources(clients.cloudformation, stackName).catch(() => []);
        if (resources.every(({ status }) => status === 'DELETE_COMPLETE')) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`${stackName} was not deleted`);
    },
  };
}

/** What ECR says of a repository, which must exist. */
export const settings = async (name: string) => {
  const found = await readSettings(clients.registry, name);
  if (found === undefined) throw new Error(`${name} does not exist`);
  return found;
};
