import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot, pythonEnvironment } from '../../local/paths.ts';

/** What the SAM CLI's own code answers. */
function sam(expression: string): string {
  const lines = [
    'from samcli.lib.config.samconfig import SamConfig, DEFAULT_CONFIG_FILE_NAME',
    `print(${expression})`,
  ];
  const python = join(pythonEnvironment('sam'), 'bin', 'python3');
  return execFileSync(python, ['-c', lines.join('\n')], { cwd: projectRoot, encoding: 'utf8' }).trim();
}

test('sam deploy --guided writes to a file that git ignores; without it SAM reads the project’s', () => {
  const written = sam('DEFAULT_CONFIG_FILE_NAME');
  // A clone may come without git: its file says what it ignores.
  const ignored = readFileSync(join(projectRoot, '.gitignore'), 'utf8').split('\n');
  expect(ignored).toContain(`/${written}`);
  expect(
    sam("SamConfig('.', 'samconfig.yaml').get_all(['deploy'], 'parameters', 'default')['stack_name']"),
  ).toBe('ecr-hardening');
});
