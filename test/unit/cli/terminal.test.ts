import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bin, buildBin } from '../../support/command.ts';
import { isSentence, unsafe, Workplace, withoutDefaults } from './run.ts';

const template = `Transform: EcrHardening
Resources:
  Keyed:
    Type: AWS::ECR::Repository
    Properties: { RepositoryName: keyed }
  Plain:
    Type: AWS::ECR::Repository
    Properties: { EncryptionConfiguration: { EncryptionType: AES256 } }
  Safe:
    Type: AWS::ECR::Repository
    Properties:
      ImageTagMutability: IMMUTABLE
      ImageScanningConfiguration: { ScanOnPush: true }
      LifecyclePolicy: { LifecyclePolicyText: '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]}' }
      EncryptionConfiguration: { EncryptionType: AES256 }
  Fn::ForEach::Many:
    - Name
    - [a, b]
    - Repository\${Name}: { Type: AWS::ECR::Repository }
`;
const place = new Workplace();
beforeAll(() => {
  buildBin();
  place.write({ 'unsafe.yaml': unsafe, 'diff.yaml': template });
});
afterAll(() => place.remove());

describe('diff', () => {
  test('says by resource what CloudFormation does: replaces, updates, nothing', () => {
    const args = ['--transform-parameter', 'KmsKey=alias/k', '--transform-parameter', 'Retain=true'];
    const { code, out } = place.run(['diff', ...args, 'diff.yaml']);
    expect(code).toBe(0);
    const said = out.split('\n').filter((line) => /^ {2}\S/.test(line) && !/^ {2}[+-]/.test(line));
    expect(said).toEqual([
      '  the template',
      '  Keyed: CloudFormation replaces it, and cannot where it has a RepositoryName',
      '  Plain: CloudFormation updates it in place',
      '  Safe: CloudFormation does nothing to the resource itself',
      expect.stringMatching(/^ {2}Fn::ForEach::Many: CloudFormation replaces/),
    ]);
    expect(out).toContain('  -Transform: EcrHardening\n');
  });

  test('says that CloudFormation updates what a loop makes', () => {
    expect(place.run(['diff', 'diff.yaml']).out).toMatch(
      /Fn::ForEach::Many: CloudFormation updates it in place\n/,
    );
  });

  test('shows the changed lines only, and of several templates each under its name', () => {
    const { out } = place.run(['diff', 'unsafe.yaml', 'diff.yaml']);
    expect(out).toMatch(/^unsafe\.yaml\n {2}Orders: CloudFormation updates it in place\n {2}\+ /);
    expect(out).toContain('\ndiff.yaml\n');
    expect(out).not.toContain('# as ever');
  });

  test('says so where nothing changes', () => {
    const { out } = place.run(['expand', 'diff.yaml']);
    place.write({ 'done.yaml': out });
    expect(place.run(['diff', 'done.yaml'])).toEqual({
      code: 0,
      out: 'done.yaml: nothing changes\n',
      err: '',
    });
  });
});

describe('colours', () => {
  const escapeSign = '\x1b[';
  test.each([
    ['none in a pipe', {}, false],
    ['some where FORCE_COLOR insists', { FORCE_COLOR: '1' }, true],
    ['none where FORCE_COLOR is 0', { FORCE_COLOR: '0' }, false],
    ['none where NO_COLOR is set as well', { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
    ['some where NO_COLOR is empty', { FORCE_COLOR: '1', NO_COLOR: '' }, true],
  ])('%s', (_what, env, isColoured) => {
    for (const args of [
      ['diff', 'unsafe.yaml'],
      ['check', 'unsafe.yaml'],
      ['explain', 'Retain'],
    ])
      expect(place.run(args, { env }).out.includes(escapeSign)).toBe(isColoured);
    for (const args of [
      ['expand', 'unsafe.yaml'],
      ['check', '--format', 'json', 'unsafe.yaml'],
    ])
      expect(place.run(args, { env }).out).not.toContain(escapeSign);
  });
});

describe('a pipe', () => {
  /** Starts the bin and closes its output after the first piece, or before it. */
  function closeEarly(
    args: readonly string[],
    isAtOnce: boolean,
  ): Promise<{ code: number | null; err: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [bin, ...args], {
        cwd: place.folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let err = '';
      child.stderr.on('data', (piece) => {
        err += piece;
      });
      if (isAtOnce) child.stdout.destroy();
      else child.stdout.once('data', () => child.stdout.destroy());
      child.on('close', (code) => resolve({ code, err }));
    });
  }

  test.each([
    [true, ['expand', 'large.yaml'], 0],
    [false, ['expand', 'large.yaml'], 0],
    [true, ['check', 'large.yaml'], 1],
    [false, ['check', '--format', 'sarif', 'large.yaml'], 1],
    [false, ['check', '--fail-on', 'never', 'large.yaml'], 0],
    [false, ['diff', 'large.yaml'], 0],
    [true, ['explain'], 0],
  ])(
    'that closes early (at once: %s) changes nothing else: %j ends with %d',
    async (isAtOnce, args, expected) => {
      const repositories = Array.from(
        { length: 400 },
        (_, index) => `  R${index}: { Type: AWS::ECR::Repository }\n`,
      );
      place.write({ 'large.yaml': `Resources:\n${repositories.join('')}` });
      const { code, err } = await closeEarly(args, isAtOnce);
      expect({ code, err: withoutDefaults(err) }).toEqual({ code: expected, err: '' });
    },
  );

  const isThere = existsSync('/dev/full');
  (isThere ? test : test.skip)('that cannot be written is told in one sentence', async () => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [bin, 'expand', 'unsafe.yaml'], {
      cwd: place.folder,
      stdio: ['ignore', full, 'pipe'],
    });
    let err = '';
    child.stderr?.on('data', (piece) => {
      err += piece;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, isSentence: isSentence(withoutDefaults(err)) }).toEqual({ code: 2, isSentence: true });
  });
});

// /dev/stdout is a link to whatever file the shell has opened.
test('a report to standard output is added to its file', () => {
  const file = join(place.folder, 'output.log');
  writeFileSync(file, 'earlier\n');
  const descriptor = openSync(file, 'a');
  const { status } = spawnSync(
    process.execPath,
    [bin, 'check', '--report', 'json=/dev/stdout', '--format', 'github', 'unsafe.yaml'],
    { cwd: place.folder, stdio: ['ignore', descriptor, 'ignore'] },
  );
  closeSync(descriptor);
  expect(status).toBe(1);
  expect(readFileSync(file, 'utf8')).toMatch(/^earlier\n\{\n.*\n\}\n::warning /s);
});

describe('--help', () => {
  test.each(['expand', 'diff', 'check', 'explain'])('of %s has examples that are of it', (command) => {
    const { code, out, err } = place.run([command, '--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const examples = out.slice(out.indexOf('\nExamples:\n')).trim().split('\n').slice(1);
    expect(examples.length).toBeGreaterThan(1);
    for (const line of examples) expect(line).toMatch(new RegExp(`^  ecr-hardening ${command}\\b`));
  });

  test('names every command, and so does a wrong one', () => {
    const { code, out } = place.run(['--help']);
    expect(code).toBe(0);
    for (const command of ['expand', 'diff', 'check', 'explain']) expect(out).toContain(`  ${command}`);
    expect(place.run(['chek']).err).toContain('Did you mean check?');
    expect(place.run(['chek']).code).toBe(2);
    expect(place.run([]).code).toBe(2);
    expect(place.run(['--version']).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
