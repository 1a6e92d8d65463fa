import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../core/json.ts';
import { projectRoot } from '../../local/paths.ts';
import { parseTemplate } from '../../template-text/parse.ts';
import { bootstrapCdk } from './support/cdk-bootstrap.ts';
import { newStack, settings } from './support/new-stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-cdk-'));
const stack = newStack();
let document: JsonObject = {};

describe('examples/cdk', () => {
  beforeAll(async () => {
    // As the CDK CLI runs an app: the folder for what it synthesises comes by this variable.
    await promisify(execFile)(process.execPath, [join(projectRoot, 'examples', 'cdk', 'app.mjs')], {
      cwd: folder,
      env: { ...process.env, CDK_OUTDIR: folder },
    });
    const file = join(folder, 'Repositories.template.json');
    document = parseTemplate(readFileSync(file, 'utf8'), file);
    await bootstrapCdk();
  }, 180_000);
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await stack.delete();
  });

  test('makes a template that names the macro and says nothing of how safe the repository is', () => {
    expect(document).toMatchObject({ Transform: 'EcrHardening' });
    expect(JSON.stringify(document)).not.toMatch(/ImageTagMutability|ScanOnPush|LifecyclePolicyText/);
  });

  test('deploys, and the repository is immutable, scanned and tidy', async () => {
    expect(await stack.deploy(document)).toEqual({ kind: 'deployed' });
    const found = await settings('cdk/orders');
    expect(found).toMatchObject({ mutability: 'IMMUTABLE', exclusions: [], scanOnPush: true });
    expect(JSON.parse(found.lifecyclePolicyText ?? '{}').rules).toHaveLength(2);
  }, 180_000);
});

describe('examples/cdk/mixin.mjs', () => {
  const app = mkdtempSync(join(tmpdir(), 'ecr-hardening-cdk-mixin-'));
  const own = newStack();
  afterAll(async () => {
    rmSync(app, { recursive: true, force: true });
    await own.delete();
  });

  test('synthesises a safe template by itself, which deploys without the macro', async () => {
    const run = promisify(execFile);
    await bootstrapCdk();
    await run(process.execPath, [join(projectRoot, 'tools', 'build-library.mjs')]);
    // As after `npm install` in the example's folder.
    const modules = join(app, 'node_modules');
    mkdirSync(modules);
    for (const name of ['aws-cdk-lib', 'constructs'])
      symlinkSync(join(projectRoot, 'node_modules', name), join(modules, name));
    symlinkSync(projectRoot, join(modules, 'ecr-hardening'));
    cpSync(join(projectRoot, 'examples', 'cdk', 'mixin.mjs'), join(app, 'mixin.mjs'));
    await run(process.execPath, ['mixin.mjs'], { cwd: app, env: { ...process.env, CDK_OUTDIR: app } });

    const file = join(app, 'Repositories.template.json');
    const template = parseTemplate(readFileSync(file, 'utf8'), file);
    expect(template.Transform).toBeUndefined();
    expect(await own.deploy(template)).toEqual({ kind: 'deployed' });
    const found = await settings('cdk/mixin');
    expect(found).toMatchObject({ mutability: 'IMMUTABLE', exclusions: [], scanOnPush: true });
    expect(found.lifecyclePolicyText).toContain('The newest 50 images stay');
  });
});
