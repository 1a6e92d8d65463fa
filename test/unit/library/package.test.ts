import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../../local/paths.ts';
import { buildLibrary } from '../../support/command.ts';

/** A program in each kind of module; its types are checked, and it runs. */
const program = (imports: string) => `${imports}
const found = check({ Resources: { Orders: { Type: 'AWS::ECR::Repository' } } });
const levels: ('error' | 'warning' | 'note')[] = found.map(({ level }) => level);
const hardened = harden({ Type: 'AWS::ECR::Repository' }, { policy: { Enforcement: 'Reject' }, lifecycle: {} });
const expanded = expandTemplate({ Resources: {} }, { today: '2026-11-24' });
const policy = '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}';
const images = [1, 2].map((pushedAt) => ({ digest: \`sha256:\${pushedAt}\`, tags: [], pushedAt }));
const evaluated = evaluateLifecyclePolicy(policy, images, 3);
console.log(JSON.stringify({
  levels,
  hardened: 'fragment' in hardened && Object.keys(hardened.fragment.Properties ?? {}),
  expanded: 'template' in expanded,
  evaluated: 'verdicts' in evaluated && evaluated.verdicts.map(({ digest }) => digest),
}));
`;
const app = (imports: string) => `${imports}
const app = new App();
Validations.of(app).addPlugins(new EcrHardeningValidation({ Enforcement: 'Reject' }));
new CfnRepository(new Stack(app, 'Repositories'), 'Orders');
Mixins.of(app).requireAll().apply(new EcrHardeningMixin({ MutableTags: ['latest'] }));
Aspects.of(app).add(new EcrHardeningAspect({ lifecycle: { KeepImages: 5 } }));
const { Resources } = app.synth().getStackByName('Repositories').template;
console.log(JSON.stringify(Object.keys(Resources.Orders.Properties).sort()));
`;
/** What TypeScript must refuse. */
const wrong = `import { harden } from 'ecr-hardening';
import { EcrHardeningMixin } from 'ecr-hardening/cdk';
harden({}, { policy: { KeepImages: 3 } });
new EcrHardeningMixin({ Enforcement: 'Sometimes' });
`;
const library = '{ check, evaluateLifecyclePolicy, expandTemplate, harden }';
const constructs = '{ EcrHardeningAspect, EcrHardeningMixin, EcrHardeningValidation }';
const sources = {
  'library.mts': program(`import ${library} from 'ecr-hardening';`),
  'library.cts': program(`import ecrHardening = require('ecr-hardening');\nconst ${library} = ecrHardening;`),
  'app.mts': app(
    `import { App, Aspects, Mixins, Stack, Validations } from 'aws-cdk-lib';
import { CfnRepository } from 'aws-cdk-lib/aws-ecr';
import ${constructs} from 'ecr-hardening/cdk';`,
  ),
  'app.cts': app(
    `import cdk = require('aws-cdk-lib');
import ecr = require('aws-cdk-lib/aws-ecr');
import ecrHardening = require('ecr-hardening/cdk');
const { App, Aspects, Mixins, Stack, Validations } = cdk;
const { CfnRepository } = ecr;
const ${constructs} = ecrHardening;`,
  ),
};

describe('the packed file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-package-'));
  const modules = join(folder, 'node_modules');
  const own = (name: string) => join(projectRoot, 'node_modules', name);
  let packed = '';

  beforeAll(() => {
    buildLibrary();
    execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], {
      cwd: projectRoot,
    });
    packed = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '');
    // As npm installs it, but for what an app has already: a registry is not asked.
    mkdirSync(join(modules, 'ecr-hardening'), { recursive: true });
    execFileSync('tar', ['-xzf', packed, '-C', join(modules, 'ecr-hardening'), '--strip-components=1']);
    writeFileSync(join(folder, 'package.json'), '{"name":"consumer","private":true}');
    for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const compile = (files: readonly string[]) => {
    const options = [
      '--module',
      'nodenext',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--target',
      'es2022',
    ];
    const { status, stdout } = spawnSync(own('.bin/tsc'), [...options, ...files], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, stdout };
  };
  const run = (file: string) => execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' });

  test('is what TypeScript and bundlers expect, in every kind of resolution (attw)', () => {
    const { status, stdout } = spawnSync(own('.bin/attw'), [packed, '--format', 'json'], {
      encoding: 'utf8',
    });
    const { analysis, problems } = JSON.parse(stdout);
    expect({ status, problems, entries: Object.keys(analysis.entrypoints) }).toEqual({
      status: 0,
      problems: {},
      entries: ['.', './cdk', './package.json'],
    });
  });

  test('serves a program in both kinds of modules without the CDK, with types', () => {
    expect(compile(['library.mts', 'library.cts'])).toEqual({ status: 0, stdout: '' });
    const said = JSON.stringify({
      levels: ['warning', 'warning', 'warning'],
      hardened: ['ImageTagMutability', 'ImageScanningConfiguration', 'LifecyclePolicy'],
      expanded: true,
      evaluated: ['sha256:1'],
    });
    for (const file of ['library.mjs', 'library.cjs']) expect(run(file).trim()).toBe(said);
  });

  test('serves an app of the CDK in both kinds of modules, with types; wrong options are refused', () => {
    for (const name of ['aws-cdk-lib', 'constructs']) symlinkSync(own(name), join(modules, name));
    // The CDK's own declarations name Node's, which this app has not installed.
    expect(compile(['--skipLibCheck', 'app.mts', 'app.cts'])).toEqual({ status: 0, stdout: '' });
    const names = [
      'ImageScanningConfiguration',
      'ImageTagMutability',
      'ImageTagMutabilityExclusionFilters',
      'LifecyclePolicy',
    ];
    for (const file of ['app.mjs', 'app.cjs']) expect(JSON.parse(run(file))).toEqual(names);
    writeFileSync(join(folder, 'wrong.mts'), wrong);
    const { status, stdout } = compile(['--noEmit', '--skipLibCheck', 'wrong.mts']);
    expect(status).not.toBe(0);
    expect(stdout).toMatch(/wrong\.mts\(3,\d+\)[\s\S]*KeepImages[\s\S]*wrong\.mts\(4,\d+\)[\s\S]*Sometimes/);
  });
});
