import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type StubOptions, type StubRegistry, startStubRegistry } from '../../../bench/stub-registry.ts';
import { bin, buildBin, compiledBefore } from '../../support/command.ts';
import { type Ended, Workplace } from './run.ts';
import { sarifValidator } from './sarif-validator.ts';

let place: Workplace;
let stub: StubRegistry | undefined;

beforeAll(() => {
  buildBin();
  place = new Workplace();
});
afterEach(async () => {
  await stub?.stop();
  stub = undefined;
});
afterAll(() => place.remove());

const usual = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'us-east-1' };

/** Runs the bin beside the stub, which answers in this process. */
async function run(
  args: readonly string[],
  during?: (pid: number) => Promise<void>,
  environment: Readonly<Record<string, string>> = usual,
): Promise<Ended> {
  const { PATH = '' } = process.env;
  const child = spawn(process.execPath, [bin, 'audit', ...args], {
    cwd: place.folder,
    // Nothing of the user's own: no profile, no region.
    env: { PATH, HOME: place.folder, AWS_EC2_METADATA_DISABLED: 'true', ...compiledBefore, ...environment },
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
    during?.(child.pid ?? 0),
  ]);
  return { code, out, err };
}

async function audit(options: Partial<StubOptions>, ...args: readonly string[]): Promise<Ended> {
  stub ??= await startStubRegistry({ repositories: 100, imagesEach: 3, latencyMs: 0, ...options });
  return run(['--endpoint-url', stub.url, ...args]);
}

describe('audit', () => {
  test('prints the most severe first, the errors to fix first, and a summary', async () => {
    const { code, out, err } = await audit({});
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const lines = out.split('\n');
    expect(lines[0]).toBe('Registry 123456789012 in us-east-1');
    expect(lines[1]).toMatch(
      /^repository +stack +tags +scanned +lifecycle +images +size +\$\/month +would expire +keep +make immutable$/,
    );
    // The only one that is public.
    expect(lines[2]).toMatch(/^team-19\/service-99 /);
    expect(out).toContain('... and 70 more: --top 0 shows all, --format html sorts them.');
    expect(out).toContain(
      'Fix first\n  team-19/service-99  Its repository policy: Statement[0].Principal allows every AWS account',
    );
    expect(out).toContain(
      '10 of 100 repositories are safe: immutable, scanned, with a lifecycle policy and not public.',
    );
  });

  test('shows as many rows as are wanted', async () => {
    const { out } = await audit({}, '--top', '0');
    expect(out.match(/^team-/gm)).toHaveLength(100);
  });

  test('says what is unknown and why, and goes on', async () => {
    const { code, out } = await audit({ denied: ['DescribeImages'] });
    expect(code).toBe(0);
    expect(out).toContain('Unknown (repositories affected)\n  ecr:DescribeImages is not allowed (100)');
  });

  test('writes JSON that holds every repository and what it is made from', async () => {
    const { out } = await audit({}, '--format', 'json');
    const { version, registry, repositories, summary, total } = JSON.parse(out);
    expect({ version, registry, total, read: repositories.length }).toEqual({
      version: '1',
      registry: {
        region: 'us-east-1',
        registryId: '123456789012',
        scanType: 'BASIC',
        pushesSince: { unknown: 'CloudTrail has no push events' },
        pullThroughRules: 0,
        replicationSources: 0,
      },
      total: 100,
      read: 100,
    });
    expect(repositories[0]).toMatchObject({
      name: 'team-19/service-99',
      readiness: { verdict: 'not-known-yet' },
      stack: null,
    });
    expect(summary.bySubject).toContainEqual({ subject: 'TagImmutability', repositories: 90 });
  });

  test('writes CSV with one line for each repository', async () => {
    const { out } = await audit({}, '--format', 'csv');
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(101);
    expect(lines[0]).toMatch(/^repository,arn,stack,tag_mutability,/);
  });

  test('writes SARIF that the schema allows', async () => {
    const { out } = await audit({}, '--format', 'sarif');
    const log = JSON.parse(out);
    const validate = sarifValidator();
    validate(log);
    expect(validate.errors ?? []).toEqual([]);
    const { results, tool } = log.runs[0];
    expect(new Set(results.map(({ ruleId }: { ruleId: string }) => ruleId))).toEqual(
      new Set(['PublicAccess', 'TagImmutability', 'ScanOnPush', 'LifecyclePolicy', 'Encryption']),
    );
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
  });

  test.each([
    ['never', 0],
    ['error', 1],
    ['warning', 1],
  ])('ends with --fail-on %s by code %i', async (level, expected) => {
    const { code } = await audit({}, '--fail-on', level);
    expect(code).toBe(expected);
  });

  test('ends with 0 where nothing is as bad as what fails', async () => {
    const { code } = await audit({ repositories: 50 }, '--fail-on', 'error');
    expect(code).toBe(0);
  });

  test('writes the report into a file, and what matters beside it', async () => {
    const { code, out, err } = await audit({}, '--format', 'html', '-o', 'registry.html');
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toContain('10 of 100 repositories are safe');
    expect(err).toContain('The report is in registry.html.');
    expect(readFileSync(join(place.folder, 'registry.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  });

  test('takes the lifecycle policy from the application or its parameters', async () => {
    const { out } = await audit({ imagesEach: 20 }, '-p', 'KeepImages=0', '-p', 'ExpireUntaggedAfterDays=0');
    expect(out).not.toContain('KeepImages');
    place.write({ 'ours.yaml': 'KeepImages: 15\n' });
    const ours = await audit({}, '--config', 'ours.yaml');
    expect(ours.out).toContain('would expire 500 images, 500 of which were pulled within 90 days.');
    expect(ours.out).toContain('5 (5 pulled recently)');
    const typo = await audit({}, '-p', 'KeepImges=3');
    expect(typo).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('did you mean KeepImages?'),
    });
  });

  test('sees by a file of tags which have moved since the last audit', async () => {
    let digest = 'a';
    stub = await startStubRegistry({
      repositories: 1,
      imagesEach: 0,
      latencyMs: 0,
      answers: {
        DescribeRepositories: () => ({
          body: { repositories: [{ repositoryName: 'orders', repositoryArn: 'arn:orders' }] },
        }),
        DescribeImages: () => ({
          body: {
            imageDetails: [
              {
                imageDigest: `sha256:${digest.repeat(64)}`,
                imageTags: ['blue', '__proto__'],
                imagePushedAt: 1,
              },
            ],
          },
        }),
      },
    });
    const args = ['--tags-file', 'tags.jsonl', '--format', 'json'];
    const readiness = async () => JSON.parse((await audit({}, ...args)).out).repositories[0].readiness;
    expect(await readiness()).toMatchObject({ verdict: 'not-known-yet', moving: [] });
    digest = 'b';
    const moved = { verdict: 'with-exclusions', confidence: 'seen', exclusions: ['__proto__', 'blue'] };
    expect(await readiness()).toMatchObject(moved);
    // It is remembered, though the tag has not moved again.
    expect(await readiness()).toMatchObject(moved);
  });

  test('is reported even if the tags cannot be read or saved, or the report not be written', async () => {
    place.write({
      'closed.jsonl':
        '{"ecr-hardening":"tags","version":1}\n{"arn":"arn:aws:ecr:us-east-1:123456789012:repository/r',
    });
    chmodSync(join(place.folder, 'closed.jsonl'), 0o444);
    const unsaved = await audit({ repositories: 1 }, '--tags-file', 'closed.jsonl', '--fail-on', 'never');
    expect(unsaved).toMatchObject({
      code: 2,
      out: expect.stringContaining('Registry 123456789012'),
      err: 'closed.jsonl could not be written (it is read-only): specify another file with --tags-file.\n',
    });
    const unwritten = await audit({}, '-o', 'no/such/folder/x');
    expect(unwritten).toMatchObject({ code: 2, out: expect.stringContaining('Registry 123456789012') });
  });

  test('is written whole or not at all, in the place of what was there', async () => {
    place.write({ 'old.txt': 'old\n' });
    chmodSync(join(place.folder, 'old.txt'), 0o640);
    symlinkSync('old.txt', join(place.folder, 'link.txt'));
    const before = statSync(join(place.folder, 'old.txt'));
    expect((await audit({ repositories: 1 }, '-o', 'link.txt', '--fail-on', 'never')).code).toBe(0);
    const after = statSync(join(place.folder, 'old.txt'));
    // Another file, which was written before it was put there.
    expect(after.ino).not.toBe(before.ino);
    expect({ mode: after.mode, uid: after.uid }).toEqual({ mode: before.mode, uid: before.uid });
    expect(lstatSync(join(place.folder, 'link.txt')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(place.folder, 'old.txt'), 'utf8')).toContain('Registry 123456789012');
  });

  test('overwrites no file that is none of its own', async () => {
    place.write({ 'mine.txt': 'precious\n' });
    const { code, err } = await audit({}, '--tags-file', 'mine.txt');
    expect({ code, err }).toEqual({
      code: 2,
      err: 'mine.txt is not a tags file of an earlier audit: specify another file with --tags-file.\n',
    });
    expect(readFileSync(join(place.folder, 'mine.txt'), 'utf8')).toBe('precious\n');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('ends at %s with what was read by then', async (signal) => {
    const slow = await startStubRegistry({ repositories: 400, imagesEach: 1, latencyMs: 40 });
    stub = slow;
    const { code, out, err } = await run(['--endpoint-url', slow.url], async (pid) => {
      while ((slow.calls.get('GetLifecyclePolicy') ?? 0) < 60)
        await new Promise((resolve) => setTimeout(resolve, 5));
      process.kill(pid, signal);
    });
    expect(code).toBe(130);
    expect(out).toMatch(/Incomplete: \d+ of 400 repositories were read\./);
    expect(err).toMatch(/^Ended early: \d+ of 400 repositories were read\.\n$/);
  });

  test.each([
    [
      ['--region', 'us-east-1', '--endpoint-url', 'http://127.0.0.1:9'],
      'ECR does not respond at http://127.0.0.1:9 (ECONNREFUSED): check --endpoint-url, and whether it is running.\n',
    ],
    [
      ['--endpoint-url', 'nonsense'],
      "error: option '--endpoint-url <url>' argument 'nonsense' is invalid. It must be a URL, such as http://127.0.0.1:4566.\n(run ecr-hardening --help for usage)\n",
    ],
    [
      ['--registry-id', '12'],
      "error: option '--registry-id <account>' argument '12' is invalid. It must be a 12-digit AWS account ID.\n(run ecr-hardening --help for usage)\n",
    ],
    [['-o', 'no/such/folder/x'], 'no/such/folder/x could not be written'],
  ])(
    'says in one sentence what is wrong with %j',
    async (args, sentence) => {
      const { code, err } = args[0] === '-o' ? await audit({ repositories: 1 }, ...args) : await run(args);
      expect(code).toBe(2);
      expect(err).toContain(sentence);
    },
    180_000,
  );

  test('says so where there are no credentials, or no region', async () => {
    const { AWS_REGION } = usual;
    const nobody = await run(['--endpoint-url', 'http://127.0.0.1:9'], undefined, { AWS_REGION });
    expect({ code: nobody.code, err: nobody.err }).toEqual({
      code: 2,
      err: 'No AWS credentials were found (Could not load credentials from any providers): set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; aws sts get-caller-identity tests a profile.\n',
    });
    const nowhere = await run([], undefined, {});
    expect({ code: nowhere.code, err: nowhere.err }).toEqual({
      code: 2,
      err: "No region is known (Region is missing): set --region, AWS_REGION or the profile's region.\n",
    });
  });
});
