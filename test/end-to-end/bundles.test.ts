import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildFolder, projectRoot, pythonEnvironment } from '../../local/paths.ts';
import { importsOf } from '../support/imports.ts';

const kibibyte = 1024;
const bundle = (name: string) => join(buildFolder, name, 'handler.js');
const source = (name: string) => readFileSync(bundle(name), 'utf8');

/** The files that the macro loads only if a template needs them. */
const onDemand = importsOf('functions/macro/on-demand.ts')
  .filter((file) => file.startsWith('functions/macro/'))
  .map((file) => basename(file).replace(/ts$/, 'js'));

describe('what SAM built', () => {
  test('what a cold start of the macro reads is at most 60 KiB', () => {
    expect(statSync(bundle('MacroFunction')).size).toBeLessThanOrEqual(60 * kibibyte);
  });

  // The clients of ECR, the tagging API and seven services that may use an image; loaded only before a default lifecycle policy.
  test('the macro’s look at live repositories is at most 592 KiB, without the credential chain', () => {
    const look = join(buildFolder, 'MacroFunction', 'look.js');
    expect(statSync(look).size).toBeLessThanOrEqual(592 * kibibyte);
    expect(readFileSync(look, 'utf8')).not.toMatch(/credential-provider-(sso|ini|process)|fromSSO|fromIni/);
  });

  // CloudFormation's client, by which requests are authenticated, took it over 340 KiB: 38 KiB of it are that client.
  // What returns with a resource, also over the keeper's claim, took it over 384 KiB, and what a claim that others have built on
  // gives back over 386.
  test('the custom resource is at most 388 KiB, with the clients of ECR, DynamoDB and CloudFormation', () => {
    expect(statSync(bundle('SettingsFunction')).size).toBeLessThanOrEqual(388 * kibibyte);
  });

  // The client of SQS, for the digest, is 20 KiB of it.
  test('the function for scan findings is at most 270 KiB, that of the digest 220 KiB', () => {
    const sizeOf = (name: string) => statSync(join(buildFolder, 'FindingsFunction', name)).size;
    expect(sizeOf('scan.js')).toBeLessThanOrEqual(270 * kibibyte);
    expect(sizeOf('digest.js')).toBeLessThanOrEqual(220 * kibibyte);
  });

  // With the clients of S3 and DynamoDB; the summary has the charts and the script of the page.
  test.each([
    ['list', 448],
    ['evidence', 736],
    ['batch', 576],
    ['summary', 976],
    ['events', 496],
    ['central', 352],
  ])('the keeper’s step %s is at most %i KiB, without the credential chain', (step, size) => {
    const file = join(buildFolder, 'KeeperListFunction', `${step}.js`);
    expect(statSync(file).size).toBeLessThanOrEqual(size * kibibyte);
    expect(readFileSync(file, 'utf8')).not.toMatch(/credential-provider-(sso|ini|process)|fromSSO|fromIni/);
  });

  test('what SAM says of a folder without a package.json is on the page', () => {
    const code =
      'import aws_lambda_builders.workflows.nodejs_npm_esbuild.workflow as builder; print(builder.__file__)';
    const { stdout } = spawnSync(join(pythonEnvironment('sam'), 'bin', 'python3'), ['-c', code], {
      encoding: 'utf8',
    });
    const [, said = ''] =
      /"(package\.json file not found[^"]*)"/.exec(readFileSync(stdout.trim(), 'utf8')) ?? [];
    expect(said).toContain('Bundling source');
    for (const page of ['docs/install.md', 'README.ja.md'])
      expect(readFileSync(join(projectRoot, page), 'utf8')).toContain(said);
  });

  // JSON is what `sam deploy` gets here, and the YAML file what a user's `sam deploy` reads.
  test('the template that is deployed is the one that SAM built, as SAM itself reads it', () => {
    const read =
      'import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1], encoding="utf-8")), sys.stdout)';
    const python = join(pythonEnvironment('sam'), 'bin', 'python3');
    const { stdout } = spawnSync(python, ['-c', read, join(buildFolder, 'template.yaml')], {
      encoding: 'utf8',
    });
    expect(JSON.parse(readFileSync(join(buildFolder, 'template.json'), 'utf8'))).toEqual(JSON.parse(stdout));
  });

  test('the page of a sweep has the script that sorts its table', () => {
    expect(readFileSync(join(buildFolder, 'KeeperListFunction', 'summary.js'), 'utf8')).toContain(
      'sort-start',
    );
  });

  test.each([
    ['MacroFunction', ['handler.js', ...onDemand].sort()],
    // The custom resource only if a lifecycle policy would expire images.
    ['SettingsFunction', ['handler.js', 'usage.js']],
    // One build for the two, of which each loads a file.
    ...['FindingsFunction', 'AlertDigestFunction'].map((name): [string, string[]] => [
      name,
      ['digest.js', 'handler.js', 'scan.js'],
    ]),
    // One build for all, of which each loads a file.
    ...['List', 'Evidence', 'Batch', 'Summary', 'Events'].map((name): [string, string[]] => [
      `Keeper${name}Function`,
      ['batch.js', 'central.js', 'events.js', 'evidence.js', 'handler.js', 'list.js', 'summary.js'],
    ]),
  ])('%s is CommonJS files that export a handler: %j', (name, files) => {
    expect(readdirSync(join(buildFolder, name)).sort()).toEqual(files);
    for (const file of files) {
      const text = readFileSync(join(buildFolder, name, file), 'utf8');
      expect(text).toMatch(/module\.exports=/);
      expect(text).not.toMatch(/^(import|export) /m);
      // The SDK's own: it loads node:http as an ES module, and with it undici.
      expect(text).not.toMatch(/\bimport\(/);
    }
  });

  // The limit of what all decisions about a template may take (cloudformation/conditions.ts): two files would count twice.
  test('what decides conditions is in one file of the macro', () => {
    const files = ['handler.js', ...onDemand].filter((name) => name !== 'look.js');
    const deciding = files.filter((name) =>
      readFileSync(join(buildFolder, 'MacroFunction', name), 'utf8').includes('5e6'),
    );
    expect(deciding).toEqual(['intrinsics.js']);
  });

  test('the macro does not carry what explains the controls', () => {
    expect(source('MacroFunction')).not.toMatch(/relatedChecks|CKV_AWS|Security Hub/);
  });

  test('the macro carries nothing of the AWS SDK, and loads nothing but its own files on demand', () => {
    const text = source('MacroFunction');
    expect(text).not.toMatch(/aws-sdk|smithy/i);
    expect(text).not.toMatch(/\brequire\(/);
    expect(text).not.toMatch(/\bimport\(/);
  });

  test.each([
    ['SettingsFunction', 'handler.js'],
    ['FindingsFunction', 'scan.js'],
    ['AlertDigestFunction', 'digest.js'],
  ])('%s carries neither the credential chain nor fetch nor event streams (%s)', (name, file) => {
    const text = readFileSync(join(buildFolder, name, file), 'utf8');
    expect(text).not.toMatch(/credential-provider-(sso|ini|process|web-identity)|fromSSO|fromIni/);
    expect(text).not.toMatch(/[^.\w]fetch\(/);
    // Event streams, which none of their operations has.
    expect(text).not.toContain(':event-type');
  });
});

describe('a macro that lacks one of its files', () => {
  const type = 'AWS::ECR::Repository';
  const template = (resource: object) => ({ Resources: { Orders: { Type: type, ...resource } } });
  /** A fragment that needs the file, and the environment of the function. */
  const needs: Readonly<Record<string, readonly [object, Readonly<Record<string, string>>?]>> = {
    'creation-templates.js': [{ Resources: { Orders: { Type: `${type}CreationTemplate`, Properties: {} } } }],
    'documents.js': [template({ Properties: { LifecyclePolicy: { LifecyclePolicyText: '{}' } } })],
    'filters.js': [template({ Properties: { ImageTagMutabilityExclusionFilters: [] } })],
    'intrinsics.js': [template({ Properties: { ImageTagMutability: { Ref: 'Mutability' } } })],
    'look.js': [template({}), { LifecycleGuard: 'Withhold' }],
    'metadata.js': [template({ Metadata: { EcrHardening: { KeepImages: 5 } } })],
    'parts.js': [{ Type: type }],
    'sentences.js': [template({ Properties: { ImageTagMutability: 'MUTABLE' } })],
  };

  test.each(onDemand)('fails the change set, and names it: %s', (file) => {
    const folder = mkdtempSync(join(tmpdir(), 'macro-'));
    cpSync(join(buildFolder, 'MacroFunction'), folder, { recursive: true });
    const [fragment, environment = {}] = needs[file] ?? [];
    const run = () => {
      const { stdout } = spawnSync(
        process.execPath,
        [
          '--eval',
          `console.log = () => {};
           require('./handler.js').handler(${JSON.stringify({ requestId: '1', fragment })})
             .then((response) => process.stdout.write(JSON.stringify(response)));`,
        ],
        { cwd: folder, env: { ...environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' }, encoding: 'utf8' },
      );
      return JSON.parse(stdout);
    };
    try {
      // What it does with the file is not this one's matter, but for it not being missing.
      if (file !== 'look.js') expect(run().errorMessage ?? '').not.toContain('Cannot find module');
      rmSync(join(folder, file));
      const { status, errorMessage } = run();
      expect(status).toBe('failure');
      expect(errorMessage).toContain(`changed nothing (Cannot find module './${file}'`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
