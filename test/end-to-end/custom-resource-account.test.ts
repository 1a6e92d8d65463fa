import { GetAccountSettingCommand } from '@aws-sdk/client-ecr';
import { expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { deploy } from '../../local/demo/deploy.ts';
import { connect } from './support/clients.ts';
import { functionCopy } from './support/function-copy.ts';
import { newStack } from './support/new-stack.ts';
import { attributes, reasonOf, settingsTemplate } from './support/settings-stack.ts';
import { clients, uniqueName } from './support/stacks.ts';

/** Account settings are kept by region: here nobody else reads or writes them. */
const region = 'eu-west-1';
const elsewhere = connect({ endpoint: clients.endpoint, environment: { AWS_REGION: region } });
const blobMounting = async (ecr = elsewhere.ecr) =>
  (await ecr.send(new GetAccountSettingCommand({ name: 'BLOB_MOUNTING' }))).value;

test('account settings alone need no selection, and what is set already is no change', async () => {
  const stack = newStack();
  const properties = {
    AccountSettings: { REGISTRY_POLICY_SCOPE: 'V2', BASIC_SCAN_TYPE_VERSION: 'AWS_NATIVE' },
  };
  const outputs = attributes('Matched', 'Changed');
  expect(await stack.deploy(settingsTemplate(properties, outputs))).toEqual({ kind: 'deployed' });
  expect(await stack.outputs()).toEqual({ Matched: '0', Changed: '0' });
  await stack.delete();
});

test.each<[string, JsonObject, string]>([
  [
    'a name that there is not',
    { BLOB_MOUNTIN: 'ENABLED' },
    'AccountSettings has an unknown name; did you mean BLOB_MOUNTING?',
  ],
  [
    'a change of the account that the application does not allow',
    { BLOB_MOUNTING: 'ENABLED' },
    'is refused unless the application is deployed with AllowAccountSettings: true.',
  ],
])('%s is refused', async (_what, AccountSettings, reason) => {
  expect(reasonOf(await newStack().deploy(settingsTemplate({ AccountSettings })))).toContain(reason);
});

test('an account setting is written and read back, and an update of it that is rolled back gives it back', async () => {
  const copy = await functionCopy({ AllowAccountSettings: 'true' }, region);
  const stackName = uniqueName('account');
  const settingsOf = (BLOB_MOUNTING: string, resources: JsonObject = {}): JsonObject => ({
    Resources: {
      Function: copy,
      Settings: {
        Type: 'Custom::EcrSettings',
        Properties: {
          ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] },
          AccountSettings: { BLOB_MOUNTING },
        },
      },
      ...resources,
    },
  });
  const change = (type: 'CREATE' | 'UPDATE', document: JsonObject) =>
    deploy(elsewhere, { stackName, type, document, parameters: {} });
  expect(await blobMounting()).toBe('DISABLED');
  expect(await change('CREATE', settingsOf('ENABLED'))).toEqual({ kind: 'deployed' });
  expect(await blobMounting()).toBe('ENABLED');
  expect(await blobMounting(clients.ecr)).toBe('DISABLED');

  const failing = {
    Failing: {
      Type: 'Custom::EcrSettings',
      DependsOn: 'Settings',
      Properties: { ServiceToken: { 'Fn::GetAtt': ['Function', 'Arn'] }, RepositoryName: 'not a name' },
    },
  };
  // ECR does not take such a value.
  expect(reasonOf(await change('UPDATE', settingsOf('V9')))).toContain('ECR refuses the settings: ');
  const outcome = await change('UPDATE', settingsOf('DISABLED', failing));
  expect(reasonOf(outcome)).toMatch(/^Failing: /);
  expect(await blobMounting()).toBe('ENABLED');
  expect(await change('UPDATE', settingsOf('DISABLED'))).toEqual({ kind: 'deployed' });
  expect(await blobMounting()).toBe('DISABLED');
});
