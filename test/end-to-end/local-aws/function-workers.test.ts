import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteFunctionCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { expect, test } from '@jest/globals';
import { type Clients, connect, localConfiguration } from '../../../local/demo/clients.ts';
import { deploy } from '../../../local/demo/deploy.ts';
import { clients, inlineFunction, uniqueName } from '../support/stacks.ts';

const code = `
exports.handler = async ({ milliseconds }) => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return process.env.Told ?? 'nothing';
};`;

const lambda = new LambdaClient(localConfiguration({ endpoint: clients.endpoint, environment: {} }));

const elsewhere = (environment: Readonly<Record<string, string>>) =>
  connect({ endpoint: clients.endpoint, environment });

async function make(FunctionName: string, where: Clients = clients): Promise<void> {
  const made = inlineFunction(code);
  const Properties = { ...Object(made.Properties), FunctionName, Timeout: 60 };
  const document = { Resources: { Function: { ...made, Properties } } };
  const stackName = uniqueName('workers');
  expect(await deploy(where, { stackName, type: 'CREATE', document, parameters: {} })).toEqual({
    kind: 'deployed',
  });
}

/** What an invocation responds: its error, if it failed. */
async function invoke(FunctionName: string, milliseconds: number): Promise<unknown> {
  const { Payload } = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: JSON.stringify({ milliseconds }) }),
  );
  return JSON.parse(Payload?.transformToString() ?? '');
}

test.each([
  [
    'is updated',
    (FunctionName: string) =>
      lambda.send(
        new UpdateFunctionConfigurationCommand({
          FunctionName,
          Environment: { Variables: { Told: 'news' } },
        }),
      ),
    'news',
  ],
  [
    'of another Region has its name',
    (FunctionName: string) => make(FunctionName, elsewhere({ AWS_REGION: 'eu-central-1' })),
    'nothing',
  ],
  [
    'of another account has its name',
    (FunctionName: string) => make(FunctionName, elsewhere({ AWS_ACCESS_KEY_ID: '222222222222' })),
    'nothing',
  ],
])('a function finishes what it runs when one %s', async (_title, change, next) => {
  const FunctionName = uniqueName('worker');
  await make(FunctionName);
  expect(await invoke(FunctionName, 0)).toBe('nothing');
  const running = [invoke(FunctionName, 3_000), invoke(FunctionName, 3_000)];
  await sleep(1_000);
  await change(FunctionName);
  expect(await invoke(FunctionName, 0)).toBe(next);
  expect(await Promise.all(running)).toEqual(['nothing', 'nothing']);
});

test('a function that is deleted finishes what it runs', async () => {
  const FunctionName = uniqueName('worker');
  await make(FunctionName);
  const running = invoke(FunctionName, 3_000);
  await sleep(1_500);
  await lambda.send(new DeleteFunctionCommand({ FunctionName }));
  expect(await running).toBe('nothing');
});
