import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { projectRoot, pythonEnvironment } from '../../local/paths.ts';
import { plainTemplates, samTemplates } from '../../local/release/templates.ts';
import { bucketsTemplate } from '../end-to-end/support/buckets-template.ts';

const folder = mkdtempSync(join(tmpdir(), 'templates-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('Checkov finds nothing in the application’s own templates that is not explained beside the resource', () => {
  const buckets = join(folder, 'buckets.yaml');
  writeFileSync(buckets, bucketsTemplate());
  const templates = [...samTemplates(), ...plainTemplates(), buckets];
  expect(templates).toEqual(expect.arrayContaining(['template.yaml', 'organization.yaml']));
  const output = execFileSync(
    join(pythonEnvironment('checkov'), 'bin', 'python3'),
    [
      ...['-m', 'checkov.main', '--framework', 'cloudformation', '--output', 'json'],
      ...['--compact', '--soft-fail', '--skip-download'],
      ...templates.flatMap((name) => ['-f', name]),
    ],
    { cwd: projectRoot, encoding: 'utf8', maxBuffer: 64_000_000, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const { results, summary } = JSON.parse(output);
  expect(summary.passed).toBeGreaterThan(50);
  interface Check {
    readonly check_id: string;
    readonly resource: string;
    readonly check_result: { readonly suppress_comment?: string };
  }
  const failed: readonly Check[] = results.failed_checks;
  expect(failed.map(({ check_id: id, resource }) => `${id} ${resource}`)).toEqual([]);
  const skipped: readonly Check[] = results.skipped_checks;
  expect(skipped.length).toBeGreaterThan(10);
  for (const { check_result: result } of skipped) expect(result.suppress_comment).toMatch(/\w+ \w+/);
}, 180_000);
