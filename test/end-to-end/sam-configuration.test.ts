import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectRoot, pythonEnvironment } from '../../local/paths.ts';

/** What the SAM CLI's own code answers. */
function sam(expression: string): string {
  const lines = [
    'from samcli.commands.deploy.guided_config import GuidedConfig',
    'from samcli.lib.config.samconfig import SamConfig',
    'import click',
    // As within the command, whose template is in this folder.
    'context = click.Context(click.Command("deploy"), info_name="deploy")',
    'context.samconfig_dir = "."',
    'with context:',
    `    print(${expression})`,
  ];
  const python = join(pythonEnvironment('sam'), 'bin', 'python3');
  return execFileSync(python, ['-c', lines.join('\n')], { cwd: projectRoot, encoding: 'utf8' }).trim();
}

test('sam deploy --guided saves to the file that the pages name, which git ignores; SAM reads the project’s without it', () => {
  const own = 'samconfig.local.toml';
  for (const page of ['README.ja.md', 'docs/install.md'])
    expect(readFileSync(join(projectRoot, page), 'utf8')).toContain(
      `sam deploy --guided --config-file ${own}`,
    );
  // A clone may come without git: its file says what it ignores.
  const ignored = readFileSync(join(projectRoot, '.gitignore'), 'utf8').split('\n');
  expect(ignored).toContain(`/${own}`);
  const written = sam(`GuidedConfig('template.yaml', 'parameters').get_config_ctx('${own}')[1].path()`);
  expect(basename(written)).toBe(own);
  expect(
    sam(
      "SamConfig('.', SamConfig.get_default_file('.')).get_all(['deploy'], 'parameters', 'default')['stack_name']",
    ),
  ).toBe('ecr-hardening');
});
