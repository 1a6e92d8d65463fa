import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { projectRoot, pythonEnvironment } from '../../local/paths.ts';
import { plainTemplates, samTemplates } from '../../local/release/templates.ts';
import { runSam } from '../../local/sam.ts';
import { bucketsTemplate } from './support/buckets-template.ts';

const folder = mkdtempSync(join(tmpdir(), 'templates-'));
afterAll(() => rmSync(folder, { recursive: true }));
// A template within a template, which no tool looks into.
const buckets = join(folder, 'buckets.yaml');
writeFileSync(buckets, bucketsTemplate());

test.each(samTemplates())(
  'sam validate --lint finds nothing to say about %s',
  async (template) => {
    const { code, output } = await runSam([
      'validate',
      '--lint',
      '--template',
      template,
      '--region',
      'us-east-1',
    ]);
    expect(output).toContain('is a valid SAM Template');
    expect(output).not.toMatch(/\[\[[EWI]\d+/);
    expect(code).toBe(0);
  },
  180_000,
);

test('cfn-lint finds nothing to say about the templates without a transform', () => {
  const { status, stdout } = spawnSync(
    join(pythonEnvironment('sam'), 'bin', 'cfn-lint'),
    ['--regions', 'us-east-1', '--template', ...plainTemplates(), buckets],
    { cwd: projectRoot, encoding: 'utf8' },
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
}, 180_000);
