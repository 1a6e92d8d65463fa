import '../custom-resource/support/one-realm.ts';

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { connectClaims } from '../../../aws/claims/claims-table.ts';
import { clientSettings } from '../../../aws/client-settings.ts';
import { connectStackResources } from '../../../aws/cloudformation/stack-resources.ts';
import { deadlineIn } from '../../../aws/deadline.ts';
import { connectEcr } from '../../../aws/ecr/settings.ts';
import { startStubClaims } from '../../../bench/stub-claims.ts';
import { startStubRegistry } from '../../../bench/stub-registry.ts';
import { startStack } from '../../../bench/stub-stack.ts';

/** A file of which every setting that the SDK looks for makes a call fail, or shows in it. */
const configuration = `[default]
region = nowhere
defaults_mode = nonsense
max_attempts = nonsense
retry_mode = nonsense
use_dualstack_endpoint = nonsense
use_fips_endpoint = nonsense
disable_clock_skew_correction = nonsense
account_id_endpoint_mode = nonsense
endpoint_discovery_enabled = nonsense
sdk_ua_app_id = from-a-file
`;

describe('the clients of functions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-'));
  const before = { ...process.env };
  const deadline = deadlineIn(30_000);
  const opened: (() => unknown)[] = [];

  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  beforeAll(() => {
    const file = join(folder, 'config');
    writeFileSync(file, configuration);
    Object.assign(process.env, {
      AWS_CONFIG_FILE: file,
      AWS_SHARED_CREDENTIALS_FILE: file,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    });
  });

  afterAll(() => {
    process.env = before;
    deadline.dispose();
    rmSync(folder, { recursive: true });
  });

  test('take nothing from configuration files: that of ECR', async () => {
    const agents: string[] = [];
    const stub = await startStubRegistry({
      ...{ repositories: 3, imagesEach: 0, latencyMs: 0 },
      onRequest: ({ headers }) => agents.push(String(headers['user-agent'])),
    });
    const connection = connectEcr(clientSettings({ AWS_ENDPOINT_URL_ECR: stub.url }, 'ECR'));
    opened.push(connection.close, stub.stop);
    expect(await connection.until(deadline).repositories()).toHaveLength(3);
    expect(agents).toEqual([expect.not.stringContaining('from-a-file')]);
  });

  test('ask for keys again once they have expired', async () => {
    const keys: string[] = [];
    const stub = await startStubRegistry({
      ...{ repositories: 3, imagesEach: 0, latencyMs: 0 },
      onRequest: ({ headers }) =>
        keys.push(...(/Credential=(\w+)/.exec(headers.authorization ?? '') ?? []).slice(1)),
    });
    const expired = new Date();
    let asked = 0;
    const credentials = async () => {
      asked += 1;
      return { accessKeyId: `key${asked}`, secretAccessKey: 'test', expiration: expired };
    };
    const connection = connectEcr({
      ...clientSettings({ AWS_ENDPOINT_URL_ECR: stub.url }, 'ECR'),
      credentials,
    });
    opened.push(connection.close, stub.stop);
    for (let call = 0; call < 3; call += 1) await connection.until(deadline).repositories();
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(3);
  });

  test('take nothing from configuration files: that of the claims table', async () => {
    const stub = await startStubClaims(0);
    const environment = { ClaimsTable: 'claims', AWS_ENDPOINT_URL_DYNAMODB: stub.url };
    const connection = connectClaims({ environment });
    opened.push(connection.close, stub.stop);
    expect((await connection.until(deadline).read(['none'])).size).toBe(0);
  });

  test('take nothing from configuration files: that of CloudFormation', async () => {
    const stack = await startStack();
    const connection = connectStackResources({ AWS_ENDPOINT_URL_CLOUDFORMATION: stack.url });
    opened.push(connection.close, stack.stop);
    const stackId = 'arn:aws:cloudformation:us-east-1:123456789012:stack/shop/one';
    expect(await connection.until(deadline).resource(stackId, 'Settings')).toMatchObject({
      status: 'CREATE_IN_PROGRESS',
    });
  });
});
