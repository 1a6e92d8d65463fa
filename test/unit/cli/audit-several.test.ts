import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { failure } from '../../../bench/stub-answers.ts';
import { type StubRegistry, startStubRegistry } from '../../../bench/stub-registry.ts';
import { bin, buildBin, compiledBefore } from '../../support/command.ts';
import { type Ended, Workplace } from './run.ts';
import { sarifValidator } from './sarif-validator.ts';

const dev = '111111111111';
const prod = '222222222222';
const role = (account: string) => `arn:aws:iam::${account}:role/audit`;
const regions = ['--region', 'eu-west-1', '--region', 'us-east-1'];
const everywhere = [...regions, '--role-arn', role(dev), '--role-arn', role(prod)];

let place: Workplace;
let stub: StubRegistry;

beforeAll(async () => {
  buildBin();
  place = new Workplace();
  place.write({
    'aws/config': `[profile dev]\nregion = us-east-1\n[profile prod]\nregion = us-east-1\n`,
    'aws/credentials': ['dev', 'prod', 'twin']
      .map(
        (name) =>
          `[${name}]\naws_access_key_id = ${name === 'prod' ? prod : dev}\naws_secret_access_key = secret\n`,
      )
      .join(''),
  });
  stub = await startStubRegistry({
    ...{ repositories: 10, imagesEach: 3, latencyMs: 0 },
    answers: {
      DescribeRepositories: (_, { account, region }) =>
        account === prod && region === 'eu-west-1' ? failure('AccessDeniedException', 'no') : undefined,
      AssumeRole: ({ RoleArn }) =>
        String(RoleArn).includes('333333333333')
          ? failure('AccessDenied', 'not trusted')
          : String(RoleArn).includes('444444444444')
            ? failure('ExpiredToken', 'The security token included in the request is expired')
            : undefined,
    },
  });
});
afterAll(async () => {
  place.remove();
  await stub.stop();
});

async function audit(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, [bin, 'audit', '--no-usage', '--endpoint-url', stub.url, ...args], {
    cwd: place.folder,
    env: {
      ...{ PATH: process.env.PATH, HOME: place.folder, AWS_EC2_METADATA_DISABLED: 'true', ...compiledBefore },
      AWS_CONFIG_FILE: join(place.folder, 'aws', 'config'),
      AWS_SHARED_CREDENTIALS_FILE: join(place.folder, 'aws', 'credentials'),
      // Profiles count before keys of the environment only where they are named.
      ...(args.includes('--profile') ? {} : { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' }),
    },
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

const denied =
  'These credentials are not allowed to list the repositories in eu-west-1: allow ecr:DescribeRepositories, or specify another profile or registry.';

describe('an audit of two accounts in two Regions, one of which may not be read', () => {
  test('is one table, which names what was not read, and ends as for a registry that cannot be read', async () => {
    const { code, out, err } = await audit(...everywhere, '--fail-on', 'warning');
    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect(out.split('\n').slice(0, 8)).toEqual([
      '4 ECR registries of 2 accounts in 2 Regions',
      'account       region     repositories  safe  $/month',
      '111111111111  eu-west-1            10     1     0.14',
      '111111111111  us-east-1            10     1     0.14',
      '222222222222  eu-west-1      not read',
      '222222222222  us-east-1            10     1     0.14',
      '',
      expect.stringMatching(/^account +region +repository +stack +tags/),
    ]);
    expect(out).toContain('Incomplete: 1 of 4 registries could not be read.');
    expect(out).toContain(`Not read: 222222222222 in eu-west-1. ${denied}`);
    expect(out).toContain('3 of 30 repositories are safe');
    expect(out).toMatch(/^222222222222 +us-east-1 +team-9\/service-9 /m);
  });

  test('is one JSON document: a list of registries, and the place of each repository', async () => {
    const { out } = await audit(...everywhere, '--format', 'json');
    const { registry, registries, repositories, total, read } = JSON.parse(out);
    expect({ registry, total, read }).toEqual({ registry: undefined, total: 30, read: 30 });
    expect(registries).toMatchObject([
      { account: dev, region: 'eu-west-1', by: `role ${role(dev)}`, total: 10, safe: 1 },
      { account: dev, region: 'us-east-1' },
      { account: prod, region: 'eu-west-1', failure: denied, total: 0 },
      { account: prod, region: 'us-east-1' },
    ]);
    for (const { arn, place } of repositories)
      expect(arn).toMatch(`arn:aws:ecr:${place.region}:${place.account}:repository/`);
    // Of equal repositories the order is that of the registries, however fast each was read.
    expect(repositories.slice(0, 3).map((each: { place: object }) => each.place)).toEqual([
      { account: dev, region: 'eu-west-1' },
      { account: dev, region: 'us-east-1' },
      { account: prod, region: 'us-east-1' },
    ]);
  });

  test('is one CSV with columns for account and Region, and a line for what was not read', async () => {
    const { out } = await audit(...everywhere, '--format', 'csv');
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(32);
    expect(lines[0]).toMatch(/^account,region,repository,arn,/);
    expect(lines.at(-1)).toMatch(/^222222222222,eu-west-1,,.*Not read: These credentials/);
  });

  test('is one page', async () => {
    const { code, err } = await audit(...everywhere, '--format', 'html', '-o', 'all.html');
    expect(code).toBe(2);
    expect(err).toContain(`Not read: 222222222222 in eu-west-1. ${denied}`);
    const page = readFileSync(join(place.folder, 'all.html'), 'utf8');
    expect(page).toContain('<h1>4 ECR registries of 2 accounts in 2 Regions</h1>');
    expect(page).toContain('role="alert">Incomplete: 1 of 4 registries could not be read.');
    expect(page).toContain(`class="bad">Not read: ${denied}</td>`);
    expect(page).toContain('<p class="lead">3 of 30 repositories are safe');
    expect(page.match(/<td>222222222222<\/td><td class="date">us-east-1<\/td>/g)).toHaveLength(10);
  });

  test('is SARIF that the schema allows, with the address of each repository', async () => {
    const { out } = await audit(...everywhere, '--format', 'sarif');
    const log = JSON.parse(out);
    const validate = sarifValidator();
    validate(log);
    expect(validate.errors ?? []).toEqual([]);
    expect(out).toContain('222222222222.dkr.ecr.us-east-1.amazonaws.com/team-9/service-9');
    expect(out).toContain('Not read: 222222222222 in eu-west-1.');
  });
});

describe('profiles', () => {
  test('are read with their own Regions; two of the same account are not counted twice', async () => {
    const { code, out } = await audit(
      '--profile',
      'dev',
      '--profile',
      'twin',
      '--profile',
      'prod',
      '--format',
      'json',
    );
    expect(code).toBe(2);
    const { registries, total } = JSON.parse(out);
    expect(total).toBe(20);
    expect(registries.map(({ by, failure }: { by: string; failure?: string }) => [by, failure])).toEqual([
      ['profile dev', undefined],
      ['profile twin', expect.stringContaining('No region is known')],
      ['profile prod', undefined],
    ]);
    const twice = await audit(
      '--profile',
      'dev',
      '--profile',
      'twin',
      '--region',
      'us-east-1',
      '--format',
      'json',
    );
    expect(JSON.parse(twice.out)).toMatchObject({
      total: 10,
      registries: expect.arrayContaining([
        expect.objectContaining({
          failure: `The registry ${dev} in us-east-1 is already covered: specify each account and Region once.`,
        }),
      ]),
    });
  });

  test('that there are not are named beside those that there are', async () => {
    const { code, out } = await audit('--profile', 'dev', '--profile', 'missing', '--format', 'csv');
    expect(code).toBe(2);
    expect(out).toContain('profile missing');
    expect(out).toContain('There is no profile missing');
  });
});

describe('a role', () => {
  test('is one registry as any other', async () => {
    const { code, out } = await audit('--role-arn', role(prod), '--region', 'us-east-1');
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toBe(`Registry ${prod} in us-east-1`);
  });

  test('that cannot be assumed is named, with what to check', async () => {
    const other = role('333333333333');
    const { code, out, err } = await audit('--role-arn', other, '--region', 'us-east-1');
    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: `The role ${other} could not be assumed (AccessDenied): check --role-arn, the role's trust policy, and sts:AssumeRole.\n`,
    });
    // What is wrong with the credentials, or with the way to AWS, is no matter of the role.
    const { err: expired } = await audit('--role-arn', role('444444444444'), '--region', 'us-east-1');
    expect(expired).toMatch(/^The AWS credentials have expired: sign in again/);
    const nowhere = ['--endpoint-url', 'http://127.0.0.1:1', '--region', 'us-east-1'];
    const { err: unreached } = await audit('--role-arn', role(prod), ...nowhere);
    expect(unreached).toMatch(
      /does not respond at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\): check --endpoint-url/,
    );
    const { err: usage } = await audit('--role-arn', 'audit');
    expect(usage).toContain('It must be the ARN of an IAM role.');
  });
});

describe('--repositories', () => {
  test('chooses by patterns, and the report says so', async () => {
    const args = ['--region', 'us-east-1', '--repositories', 'team-*,!*/service-9'];
    const { out } = await audit(...args, '--format', 'json');
    const { total, repositories, summary } = JSON.parse(out);
    expect({ total, read: repositories.length }).toEqual({ total: 9, read: 9 });
    expect(repositories.map(({ name }: { name: string }) => name)).not.toContain('team-9/service-9');
    expect(summary.sentences).toContain('Only repositories that match team-*,!*/service-9 were read.');
    const none = await audit('--region', 'us-east-1', '--repositories', 'other/*');
    expect(none.out).toContain('Registry 123456789012 in us-east-1');
    expect(none.out).toContain('The registry has no repositories that match other/*.');
  });
});
