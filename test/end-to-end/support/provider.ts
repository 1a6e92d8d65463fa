/** A provider of custom resources that records its requests, and responds as the resource's properties say. */
import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect } from '@jest/globals';
import { deploy } from '../../../local/demo/deploy.ts';
import { clients, inlineFunction, uniqueName } from './stacks.ts';

const lambda = new LambdaClient({
  endpoint: clients.endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
});

/**
 * The requests are in a file, because invocations at the same time are in several processes. `CreateAnswer` and so on are
 * the Status of the response to a request, `None` for no response; `CreateMilliseconds` is the time until then. With `Asks` it
 * asks CloudFormation about itself first.
 */
const recorder = `
const { appendFileSync, existsSync, readFileSync } = require('node:fs');
const file = require('node:path').join(require('node:os').tmpdir(), process.env.AWS_LAMBDA_FUNCTION_NAME + '.jsonl');
const ask = async (event) => {
  const call = async (Action, more) => {
    const body = new URLSearchParams({ Action, StackName: event.StackId, Version: '2010-05-15', ...more });
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=test/20261101/us-east-1/cloudformation/aws4_request' };
    return (await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', body, headers })).text();
  };
  const field = (text, name) => new RegExp('<' + name + '>([^<]*)').exec(text)?.[1] || null;
  const resource = await call('DescribeStackResource', { LogicalResourceId: event.LogicalResourceId });
  const newest = (await call('DescribeStackEvents', {})).split('<member>').slice(1)
    .find((each) => field(each, 'PhysicalResourceId') === event.PhysicalResourceId);
  return [field(resource, 'ResourceStatus'), field(resource, 'PhysicalResourceId'), newest && field(newest, 'ResourceStatus')];
};
exports.handler = async (event) => {
  if (!event.RequestType) {
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\\n').map((line) => JSON.parse(line)) : [];
  }
  const properties = event.ResourceProperties;
  const reported = properties.Asks === undefined ? undefined : await ask(event);
  appendFileSync(file, JSON.stringify({ ...event, reported }) + '\\n');
  const given = (name) => properties[event.RequestType + name];
  await new Promise((resolve) => setTimeout(resolve, Number(given('Milliseconds') ?? 0)));
  const Status = given('Answer') ?? properties.Answer ?? 'SUCCESS';
  if (Status === 'None') return;
  const response = { Status, Reason: 'because',
    PhysicalResourceId: properties.Id ?? event.PhysicalResourceId ?? 'made-' + event.RequestId,
    StackId: event.StackId, RequestId: event.RequestId, LogicalResourceId: event.LogicalResourceId,
    Data: { Text: 'x'.repeat(Number(properties.Size ?? 1)) } };
  await fetch(event.ResponseURL, { method: 'PUT', body: JSON.stringify(response) });
};`;

/** A request as the provider received it. */
export interface Recorded {
  readonly RequestType: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ServiceToken?: string;
  readonly ResourceProperties: Readonly<Record<string, string>>;
  /** The resource's status and physical id while the request ran, and the status in the newest event of the request's id. */
  readonly reported?: readonly (string | null)[];
}

export interface Provider {
  readonly arn: string;
  /** The requests in their order. */
  events(): Promise<readonly Recorded[]>;
  /** A custom resource of this provider. */
  resource(properties?: Record<string, string>, dependsOn?: string): Record<string, unknown>;
}

/** Deploys a provider: one that records its requests, or another. */
export async function provider(code = recorder): Promise<Provider> {
  const FunctionName = uniqueName('recorder');
  const made = inlineFunction(code);
  const document = {
    Resources: {
      Provider: { ...made, Properties: { ...Object(made.Properties), FunctionName, Timeout: 60 } },
    },
  };
  const stackName = uniqueName('provider');
  expect(await deploy(clients, { stackName, type: 'CREATE', document, parameters: {} })).toEqual({
    kind: 'deployed',
  });
  const { FunctionArn = '' } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  return {
    arn: FunctionArn,
    async events() {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
      return JSON.parse(Payload?.transformToString() ?? '[]');
    },
    resource: (properties = {}, dependsOn) => ({
      Type: 'Custom::Used',
      ...(dependsOn === undefined ? {} : { DependsOn: dependsOn }),
      Properties: { ServiceToken: FunctionArn, ...properties },
    }),
  };
}
