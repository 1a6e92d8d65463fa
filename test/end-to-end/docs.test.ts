import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateRepositoryCommand } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bin, buildBin, compiledBefore } from '../support/command.ts';
import { commandsOf, pages } from '../unit/docs-support/pages.ts';
import { connect } from './support/clients.ts';
import { clients, uniqueName } from './support/stacks.ts';

/** Those that say they need an account too: the local AWS has the account, and a file the profile. */
const audits = pages
  .flatMap((file) => commandsOf(file))
  .filter(({ text }) => /^(npx )?ecr-hardening audit\b/.test(text));
const named = (option: string) =>
  audits.flatMap(({ text }) =>
    [...text.matchAll(new RegExp(`--${option} (\\S+)`, 'g'))].map(([, value = '']) => value),
  );

/** A region in which no other test makes repositories, whose rows could take the table. */
const ownRegion = 'ap-southeast-2';

describe('the audits that the documentation shows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-docs-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const repositoryName = uniqueName('documented').toLowerCase();

  beforeAll(async () => {
    buildBin();
    const profiles = named('profile').map((profile) => `[profile ${profile}]\nregion = ${ownRegion}\n`);
    const keys = 'aws_access_key_id = test\naws_secret_access_key = test\n';
    writeFileSync(join(folder, 'config'), profiles.map((profile) => profile + keys).join('\n'));
    // As `sam deploy --guided` writes it.
    writeFileSync(
      join(folder, 'samconfig.toml'),
      'version = 0.1\n[default.deploy.parameters]\nparameter_overrides = "MutableTags=\\"latest\\""\n',
    );
    // The key of the local AWS's other accounts is their number.
    const accounts = ['test', ...named('role-arn').flatMap((arn) => arn.split(':')[4] ?? [])];
    for (const account of new Set(accounts))
      for (const region of new Set([ownRegion, ...named('region')]))
        await connect({
          endpoint: clients.endpoint,
          environment: { AWS_REGION: region, AWS_ACCESS_KEY_ID: account },
        }).ecr.send(new CreateRepositoryCommand({ repositoryName }));
  });

  test('are found', () => {
    expect(audits.length).toBeGreaterThan(2);
  });

  test.each(audits)('`$text` ($where) reads the local AWS', ({ text }) => {
    const args = text
      .replace(/^(npx )?ecr-hardening /, '')
      .replace(/http:\/\/127\.0\.0\.1:\d+/, clients.endpoint)
      .split(/\s+/)
      .map((word) => word.replace(/^'(.*)'$/, '$1'));
    // Who has profiles has no keys in the environment.
    const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...bare } = process.env;
    const { status, stderr, stdout } = spawnSync(process.execPath, [bin, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...(args.includes('--profile') ? bare : process.env),
        AWS_CONFIG_FILE: join(folder, 'config'),
        AWS_ENDPOINT_URL: clients.endpoint,
        ...compiledBefore,
        AWS_REGION: ownRegion,
        AWS_DEFAULT_REGION: ownRegion,
      },
    });
    // 1 is what --fail-on gives; 2 would be a registry that could not be read.
    expect({ text, stderr, isRead: status === 0 || status === 1 }).toEqual({
      text,
      stderr: expect.not.stringMatching(/internal error|warning|could not/i),
      isRead: true,
    });
    const output = /(?:-o|--output) (\S+)/.exec(text)?.[1];
    expect(output === undefined ? stdout : readFileSync(join(folder, output), 'utf8')).toContain(
      repositoryName,
    );
  });
});
