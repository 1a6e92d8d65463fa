import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { withConnection } from '../../../cli/connection.ts';
import { bin, buildBin, compiledBefore } from '../../support/command.ts';
import { isSentence, Workplace } from './run.ts';

let place: Workplace;
beforeAll(() => {
  buildBin();
  place = new Workplace();
  const profile = [
    '[profile sso]',
    'sso_session = none',
    'sso_account_id = 111122223333',
    'sso_role_name = a',
  ];
  const signedOut = ['[profile out]', 'sso_session = corp', ...profile.slice(2), '[sso-session corp]'];
  const corp = ['sso_start_url = https://corp.awsapps.com/start', 'sso_region = eu-west-1'];
  const mfa = ['[profile mfa]', 'role_arn = arn:aws:iam::111122223333:role/a', 'source_profile = keys'];
  const source = [
    'mfa_serial = arn:aws:iam::111122223333:mfa/a',
    '[profile keys]',
    'aws_access_key_id = AKID',
  ];
  const secret = ['aws_secret_access_key = secret', '[profile process]', 'credential_process = false'];
  place.write({
    'sso.ini': profile.join('\n'),
    'profiles.ini': [...signedOut, ...corp, ...mfa, ...source, ...secret].join('\n'),
  });
});
afterAll(() => place.remove());

const keys = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' };

/** Not synchronous, so that a stub in this process can answer. */
async function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: place.folder,
    env: {
      PATH: process.env.PATH,
      HOME: place.folder,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...compiledBefore,
      ...env,
    },
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

const commands: readonly (readonly [string, readonly string[]])[] = [
  ['audit', ['audit']],
  ['sweep', ['sweep']],
  ['sweep --report', ['sweep', '--report', 'latest']],
  ['claims', ['claims']],
  ['claims --table', ['claims', '--table', 'any']],
  ['uses', ['uses']],
];

describe.each(commands)('%s', (_name, args) => {
  test('asks for a Region if there is none', async () => {
    const { code, err } = await run(args, keys);
    expect(err).toBe(
      "No region is known (Region is missing): set --region, AWS_REGION or the profile's region.\n",
    );
    expect(code).toBe(2);
  });

  test.each([
    [
      'a Region that is no name of one',
      { AWS_REGION: 'us east' },
      /^No region is known \(Region not accepted: .*us east/,
    ],
    ['an endpoint that is no URL', { AWS_ENDPOINT_URL: '127.0.0.1:4566' }, /^AWS_ENDPOINT_URL is no URL/],
    ['one without a protocol', { AWS_ENDPOINT_URL: 'localhost:4566' }, /^AWS_ENDPOINT_URL is no URL/],
    [
      'a profile of which the SDK can make no request',
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_PROFILE: 'sso', AWS_CONFIG_FILE: 'sso.ini' },
      /^AWS cannot be called with this configuration \(.*\): check the profile, /,
    ],
  ])('says in one sentence what is wrong with %s', async (_what, env, words) => {
    const { code, err } = await run(args, { ...keys, AWS_REGION: 'eu-west-1', ...env });
    expect({ code, isSentence: isSentence(err) }).toEqual({ code: 2, isSentence: true });
    expect(err).toMatch(words);
  });

  test('asks for credentials if there are none', async () => {
    const { code, err } = await run([...args, '--region', 'eu-west-1']);
    expect(err).toMatch(/^No AWS credentials were found \(.+\): set AWS_PROFILE or --profile, or /);
    expect({ code, isSentence: isSentence(err) }).toEqual({ code: 2, isSentence: true });
  });

  test('refuses an endpoint that is no URL', async () => {
    const { code, err } = await run([...args, '--endpoint-url', 'localhost:4566'], keys);
    expect(err).toContain('It must be a URL, such as http://127.0.0.1:4566.');
    expect(code).toBe(2);
  });
});

describe.each([['audit'], ['uses']])('%s', (command) => {
  test.each([
    ['out', /^No AWS credentials were found \([^.]*\): run aws sso login with this profile, then retry\.\n$/],
    [
      'mfa',
      /^No AWS credentials were found \([^.]*\): set those that aws configure export-credentials prints/,
    ],
    ['process', /; aws sts get-caller-identity tests a profile\.\n$/],
  ])('says what to do for the profile %s', async (profile, words) => {
    const env = { AWS_CONFIG_FILE: 'profiles.ini', AWS_REGION: 'eu-west-1' };
    const { code, err } = await run([command, '--profile', profile], env);
    expect({ code, isSentence: isSentence(err) }).toEqual({ code: 2, isSentence: true });
    expect(err).toMatch(words);
  });
});

test('ends within seconds at an endpoint where nothing answers, and names it', async () => {
  const url = 'http://127.0.0.1:1';
  const ended = await Promise.all(
    commands.map(([, args]) => run([...args, '--region', 'eu-west-1', '--endpoint-url', url], keys)),
  );
  for (const { code, err } of ended) {
    expect(err).toContain(`does not respond at ${url} (ECONNREFUSED): check --endpoint-url`);
    expect({ code, isSentence: isSentence(err) }).toEqual({ code: 2, isSentence: true });
  }
});

test('says in one sentence that a certificate is not trusted, such as that of a proxy', async () => {
  const cause = Object.assign(new Error('self-signed certificate'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' });
  const call = withConnection({ profile: '' }, () =>
    Promise.reject(new Error('ListStacks failed', { cause })),
  );
  await expect(call).rejects.toThrow(
    /^The certificate of AWS, or of a proxy before it, is not trusted \(SELF_SIGNED_CERT_IN_CHAIN\): set NODE_EXTRA_CA_CERTS /,
  );
});

describe('uses', () => {
  const denial =
    '<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>';
  let calls: string[] = [];
  let denied: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const parameters = new URLSearchParams(body);
      const operation = parameters.get('Action') ?? '';
      calls.push(operation);
      const isDenied = denied.some((name) => [operation, parameters.get('StackName')].includes(name));
      response.writeHead(isDenied ? 403 : 200, { 'content-type': 'text/xml' });
      response.end(isDenied ? denial : answers[operation]);
    });
  });
  const xml = (name: string, content: string) =>
    `<${name}Response><${name}Result>${content}</${name}Result></${name}Response>`;
  const summary = (name: string) =>
    `<member><StackName>${name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-29T00:00:00Z</CreationTime></member>`;
  const answers: Record<string, string> = {
    ListStacks: xml('ListStacks', `<StackSummaries>${summary('mine')}${summary('secret')}</StackSummaries>`),
    GetTemplate: xml(
      'GetTemplate',
      '<TemplateBody>Transform: EcrHardening\nResources: {A: {Type: X}}</TemplateBody>',
    ),
  };
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  const uses = (...names: string[]) => {
    calls = [];
    denied = names;
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    return run(['uses', '--endpoint-url', `http://127.0.0.1:${port}`, '--region', 'eu-west-1'], keys);
  };

  test('asks once for a template that is denied, and names its stack', async () => {
    const { code, out } = await uses('secret');
    expect(out).toContain('secret could not be read: AccessDenied');
    expect(out).toMatch(/mine +the macro/);
    expect(code).toBe(1);
    expect(calls).toEqual(['ListStacks', 'GetTemplate', 'GetTemplate']);
  });

  test('does not say that the application can be removed where it is not', async () => {
    const { ListStacks = '' } = answers;
    answers.ListStacks = xml('ListStacks', '<StackSummaries></StackSummaries>');
    expect(await uses()).toMatchObject({
      code: 2,
      out: expect.stringMatching(/none is the application itself: check --region and --profile\.\n$/),
    });
    answers.ListStacks = ListStacks;
  });

  test('says at once that stacks cannot be listed', async () => {
    expect(await uses('ListStacks')).toMatchObject({
      code: 2,
      err: 'These credentials cannot list stacks: allow cloudformation:ListStacks.\n',
    });
    expect(calls).toEqual(['ListStacks']);
  });
});
