import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../local/paths.ts';
import { importsOf } from '../support/imports.ts';

/**
 * The rooms, in the order in which they build on each other: a room imports itself and those above it, as `allowed`
 * says. `tools` and `bench` are outside: nothing imports them.
 */
const rooms = [
  'core',
  'cloudformation',
  'aws',
  'reconcile',
  'audit',
  'sweep',
  'wording',
  'reports',
  'template-text',
  'functions/macro',
  'functions/custom-resource',
  'functions/scan-alerts',
  'functions/keeper',
  'functions/central',
  'functions/hook',
  'index.ts',
  'cdk',
  'cli',
  'local',
  'tools',
  'bench',
  'test',
];
const library = 'index.ts';
const folders = [
  ...new Set(rooms.filter((room) => room !== library).map((room) => room.split('/')[0] ?? room)),
];
const files = [
  library,
  ...folders.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|mjs)$/.test(name))
      .map((name) => join(folder, name)),
  ),
];
/** Any package, and any module of Node's. */
const packages = 'packages';
const source = (file: string) => readFileSync(join(projectRoot, file), 'utf8');
const roomOf = (file: string) => rooms.find((room) => file === room || file.startsWith(`${room}/`)) ?? file;

const inside = (target: string) =>
  target === library || folders.some((folder) => target.startsWith(`${folder}/`));

describe('the rooms', () => {
  test('are found, and so are their imports', () => {
    expect(files.length).toBeGreaterThan(60);
    expect(importsOf('cloudformation/steps.ts')).toContain('core/controls/index.ts');
  });

  /** What each room may import: rooms, its own left out, and packages; `node:` stands for all of Node's modules. */
  const allowed: Record<string, readonly string[]> = {
    core: ['leven'],
    cloudformation: ['core'],
    aws: ['core', 'node:', '@aws-sdk/'],
    reconcile: ['core', 'aws', 'node:'],
    audit: ['core', 'aws', '@aws-sdk/client-cloudtrail', 'node:'],
    // Everything is passed in: the functions of the keeper connect to AWS.
    sweep: ['core', 'aws', 'reconcile', 'audit', 'node:'],
    wording: ['core', 'cloudformation', 'aws', 'reconcile', 'audit', 'sweep'],
    // An audit's page and its other formats that are files, for every door.
    reports: [
      'core',
      'aws/objects',
      'audit',
      'sweep',
      'wording',
      'csv-stringify',
      'echarts',
      'sortable-tablesort',
      'node:',
    ],
    'template-text': ['core', 'cloudformation', 'wording', 'yaml', 'node:fs'],
    // Of its files only look.ts, which is loaded on demand, calls AWS.
    'functions/macro': ['core', 'cloudformation', 'aws', 'reconcile', 'wording'],
    'functions/custom-resource': ['core', 'aws', 'reconcile', 'wording', 'node:', 'aws-lambda'],
    'functions/scan-alerts': ['core', 'aws', 'aws-lambda', 'node:module'],
    'functions/keeper': [
      'core',
      'aws',
      'reconcile',
      'audit',
      'sweep',
      'wording',
      'reports',
      'node:',
      'aws-lambda',
    ],
    'functions/central': ['core', 'aws', 'sweep', 'wording', 'reports', 'aws-lambda'],
    // As of the macro, only the look calls AWS.
    'functions/hook': ['core', 'cloudformation', 'aws', 'reconcile', 'wording'],
    // A program gets what is pure, and nothing that reads a text, a file or AWS.
    'index.ts': ['core', 'cloudformation', 'wording', 'template-text/expand.ts'],
    // A door over the library, which hardens; of files it reads the templates that an app has synthesised.
    cdk: [
      ...['core', 'cloudformation/intrinsics.ts', 'cloudformation/resource-types.ts', 'wording/path.ts'],
      ...['index.ts', 'aws-cdk-lib', 'constructs', 'node:fs', 'node:path'],
    ],
    cli: [
      'core',
      'cloudformation',
      'aws',
      'reconcile',
      'audit',
      'sweep',
      'wording',
      'reports',
      'template-text',
      packages,
    ],
    local: [
      'core',
      'cloudformation',
      'aws',
      'audit',
      'sweep',
      'wording',
      'reports',
      'template-text',
      'cli',
      'tools',
      packages,
    ],
    tools: [
      'core',
      'cloudformation',
      'aws',
      'audit',
      'sweep',
      'wording',
      'reports',
      'template-text',
      'cli',
      'local',
      packages,
    ],
    bench: [
      'functions/macro',
      'functions/custom-resource',
      'functions/keeper',
      'core',
      'cloudformation',
      'aws',
      'audit',
      'sweep',
      'wording',
      'reports',
      'template-text',
      'cli',
      'local',
      packages,
    ],
  };
  const isAllowed = (room: string, target: string) =>
    target.startsWith(`${room}/`) ||
    (allowed[room] ?? []).some((each) =>
      each === packages
        ? !inside(target)
        : each === target || target.startsWith(each.endsWith('/') || each.endsWith(':') ? each : `${each}/`),
    );
  test('are all held', () => {
    expect([...Object.keys(allowed), 'test']).toEqual(rooms);
    expect(files.filter((file) => !rooms.includes(roomOf(file)))).toEqual([]);
  });

  test.each(Object.keys(allowed))('%s imports only what it may', (room) => {
    const strays = files
      .filter((file) => roomOf(file) === room)
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => !isAllowed(room, target))
          .map((target) => `${file} -> ${target}`),
      );
    expect(strays).toEqual([]);
  });

  test.each(['macro', 'hook'])('of the %s only the look at live repositories calls AWS', (name) => {
    const calling = files.filter(
      (file) =>
        file.startsWith(`functions/${name}/`) &&
        importsOf(file).some((target) => /^(aws|reconcile)\//.test(target)),
    );
    expect(calling).toEqual([`functions/${name}/look.ts`]);
  });

  test('have no cycles', () => {
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]) => {
      if (state.get(file) === 'done') return;
      if (state.get(file) === 'open') {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      state.set(file, 'open');
      for (const target of importsOf(file).filter((name) => inside(name) && name.endsWith('.ts')))
        visit(target, [...path, file]);
      state.set(file, 'done');
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  test('the core knows no environment, no clock, no network and no file system', () => {
    for (const file of files.filter((name) => name.startsWith('core/')))
      expect({
        file,
        text: source(file).match(/process\.|Date\.now|new Date\(\)|fetch\(|require\(|node:/g),
      }).toEqual({ file, text: null });
  });

  test('only cloudformation/intrinsics.ts reads or writes an intrinsic', () => {
    const code = (file: string) => source(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
    const spelling = /['"`](Ref|Fn::[^'"`]*|AWS::NoValue)['"`]|\.Fn::/;
    const strays = files.filter(
      (file) =>
        /^(core|cloudformation|aws|audit|wording|functions)\//.test(file) &&
        file !== 'cloudformation/intrinsics.ts' &&
        spelling.test(code(file)),
    );
    expect(strays).toEqual([]);
  });

  // bench/sdk-alone.ts is what the product is measured beside: the SDK's clients and nothing else.
  test('only aws/claims calls DynamoDB', () => {
    const users = files.filter(
      (file) =>
        !/^test\/|^bench\/sdk-alone/.test(file) && importsOf(file).includes('@aws-sdk/client-dynamodb'),
    );
    expect(users).not.toEqual([]);
    expect(users.filter((file) => !file.startsWith('aws/claims/'))).toEqual([]);
  });

  test('only aws/cloudformation calls CloudFormation, of what is not for the local AWS', () => {
    const users = files.filter(
      (file) =>
        !/^(test|local)\/|^bench\/sdk-alone/.test(file) &&
        importsOf(file).includes('@aws-sdk/client-cloudformation'),
    );
    expect(users).not.toEqual([]);
    expect(users.filter((file) => !file.startsWith('aws/cloudformation/'))).toEqual([]);
  });

  test('no function imports the SDK itself', () => {
    const users = files.filter(
      (file) =>
        file.startsWith('functions/') && importsOf(file).some((target) => target.startsWith('@aws-sdk/')),
    );
    expect(users).toEqual([]);
  });

  test("only aws/usage imports the SDK's clients of the services that use images", () => {
    const clients = [
      'apprunner',
      'batch',
      'codebuild',
      'ecs',
      'inspector2',
      'lambda',
      'resource-groups-tagging-api',
      'sagemaker',
    ].map((name) => `@aws-sdk/client-${name}`);
    for (const client of clients) {
      const users = files.filter((file) => !file.startsWith('test/') && importsOf(file).includes(client));
      expect({ client, rooms: [...new Set(users.map((file) => dirname(file)))] }).toEqual({
        client,
        rooms: ['aws/usage'],
      });
    }
  });

  test("only aws/objects imports the SDK's client of S3, of what is not for the local AWS", () => {
    const users = files.filter(
      (file) => !/^(test|local|tools)\//.test(file) && importsOf(file).includes('@aws-sdk/client-s3'),
    );
    expect(users).not.toEqual([]);
    expect(users.filter((file) => !file.startsWith('aws/objects/'))).toEqual([]);
  });

  test("only aws/ecr imports the SDK's client of ECR", () => {
    const users = files.filter(
      (file) => !/^test\/|^bench\/sdk-alone/.test(file) && importsOf(file).includes('@aws-sdk/client-ecr'),
    );
    expect(users).not.toEqual([]);
    expect(users.filter((file) => !file.startsWith('aws/ecr/'))).toEqual([]);
  });

  test('only test/support/fast-check.ts imports fast-check, so that each build runs the same cases', () => {
    expect(files.filter((file) => importsOf(file).includes('fast-check'))).toEqual([
      'test/support/fast-check.ts',
    ]);
  });
});
