import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { failure } from '../../../bench/stub-answers.ts';
import { type StubRegistry, startStubRegistry } from '../../../bench/stub-registry.ts';
import { bin, buildBin, compiledBefore } from '../../support/command.ts';
import { Workplace } from './run.ts';

const dev = '111111111111';
const role = (account: string) => `arn:aws:iam::${account}:role/sweep`;
let place: Workplace;
let stub: StubRegistry;
let started: string[] = [];

beforeAll(async () => {
  buildBin();
  place = new Workplace();
  place.write({
    credentials: ['dev', 'twin']
      .map((name) => `[${name}]\naws_access_key_id = ${dev}\naws_secret_access_key = secret\n`)
      .join(''),
  });
  stub = await startStubRegistry({
    ...{ repositories: 1, imagesEach: 0, latencyMs: 0 },
    answers: {
      AssumeRole: ({ RoleArn }) =>
        String(RoleArn).includes('333333333333') ? failure('AccessDenied', 'not trusted') : undefined,
      DescribeStacks: (_, { account, region }) => ({
        body: {
          xml: `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member><StackName>ecr-hardening</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-29T00:00:00Z</CreationTime><Outputs><member><OutputKey>KeeperStateMachineArn</OutputKey><OutputValue>arn:aws:states:${region}:${account}:stateMachine:keeper</OutputValue></member><member><OutputKey>KeeperBucketName</OutputKey><OutputValue>keeper</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
        },
      }),
      StartExecution: ({ stateMachineArn }) => {
        started.push(String(stateMachineArn));
        return failure('StateMachineDeleting', 'so that nothing is followed');
      },
    },
  });
});
beforeEach(() => {
  started = [];
});
afterAll(async () => {
  place.remove();
  await stub.stop();
});

async function sweep(...args: readonly string[]) {
  const child = spawn(process.execPath, [bin, 'sweep', '--endpoint-url', stub.url, ...args], {
    cwd: place.folder,
    env: {
      ...{ PATH: process.env.PATH, HOME: place.folder, AWS_EC2_METADATA_DISABLED: 'true', ...compiledBefore },
      AWS_CONFIG_FILE: join(place.folder, 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(place.folder, 'credentials'),
    },
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

describe('a sweep whose report could not be saved', () => {
  test.each([
    [
      'in a folder that is not there',
      ['-o', 'none/report.html'],
      'none/report.html',
      'there is no such folder',
    ],
    ['in a file', ['-o', 'credentials/report.html'], 'credentials/report.html', 'there is no such folder'],
    ['as a folder', ['-o', '.'], '.', 'it is a folder'],
  ])('%s is not started', async (_what, options, file, reason) => {
    const { code, out, err } = await sweep('--profile', 'dev', '--region', 'eu-west-1', ...options);
    expect({ code, out, err }).toEqual({
      ...{ code: 2, out: '' },
      err: `${file} could not be written (${reason}): specify another file with --output.\n`,
    });
    expect(started).toEqual([]);
  });

  test('is started with a link to a file that is not there yet, which it can write', async () => {
    symlinkSync('to-come.html', join(place.folder, 'link.html'));
    await sweep('--profile', 'dev', '--region', 'eu-west-1', '-o', 'link.html');
    expect(started).toHaveLength(1);
  });

  test('is started with a device for a file, which needs no folder that it could write to', async () => {
    await sweep('--profile', 'dev', '--region', 'eu-west-1', '-o', '/dev/null');
    expect(started).toHaveLength(1);
  });
});

describe('a sweep of several accounts', () => {
  test('starts the keeper of an account once, also if two profiles are of it', async () => {
    const { code, err } = await sweep('--profile', 'dev', '--profile', 'twin', '--region', 'eu-west-1');
    expect(started).toEqual([`arn:aws:states:eu-west-1:${dev}:stateMachine:keeper`]);
    expect(code).toBe(2);
    expect(err).toContain(`The registry ${dev} in eu-west-1 is already covered`);
  });

  test('names a role that cannot be assumed in one sentence, and uses the others', async () => {
    const other = role('333333333333');
    const sentence = `The role ${other} could not be assumed (AccessDenied): check --role-arn, the role's trust policy, and sts:AssumeRole.`;
    const only = await sweep('--profile', 'dev', '--role-arn', other, '--region', 'eu-west-1');
    expect(only).toEqual({ code: 2, out: '', err: `${sentence}\n` });
    const both = await sweep(
      ...['--profile', 'dev', '--role-arn', other, '--role-arn', role(dev), '--region', 'eu-west-1'],
    );
    expect(both.err).toContain(sentence);
    expect(both.err).toContain('The keeper of ecr-hardening could not be used (StateMachineDeleting)');
    expect(started).toHaveLength(1);
  });
});
