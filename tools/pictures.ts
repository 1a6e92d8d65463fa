/**
 * `npm run pictures`: creates docs/pictures/ from real output: of `npm start`, and of an audit of the local AWS with a few
 * more repositories. Needs Chromium.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../local/demo/clients.ts';
import { pushImage } from '../local/demo/registry.ts';
import { projectRoot } from '../local/paths.ts';

const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-pictures-'));
const node = (args: readonly string[], input = '') => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: projectRoot,
    input,
    encoding: 'utf8',
    env: {
      ...process.env,
      FORCE_COLOR: '1',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${status}: ${stderr}`);
  return stdout;
};
const picture = (source: string, name: string, ...options: readonly string[]) =>
  node(['tools/picture.ts', source, join('docs', 'pictures', name), ...options]);

const started = node(['local/start.ts', '--keep']);
const pid = Number(/To stop it: kill (\d+)/.exec(started)?.[1]);
const endpoint = /export AWS_ENDPOINT_URL=(\S+)/.exec(started)?.[1] ?? '';
try {
  await fill(endpoint);
  const seen = started.slice(started.indexOf('examples/author-wins.yaml'), started.indexOf('The alert'));
  save('start.txt', `$ npm start\n\n${seen.trim()}`);
  picture(join(folder, 'start.txt'), 'start.png', '--title', 'npm start');
  save('audit.txt', `$ ecr-hardening audit\n\n${node(['cli/main.ts', 'audit', '--endpoint-url', endpoint])}`);
  picture(join(folder, 'audit.txt'), 'audit.png', '--title', 'ecr-hardening audit');
  node([
    'cli/main.ts',
    'audit',
    '--endpoint-url',
    endpoint,
    '--format',
    'html',
    '-o',
    join(folder, 'audit.html'),
  ]);
  picture(join(folder, 'audit.html'), 'audit-page.png', '--width', '1280', '--height', '1000');
} finally {
  process.kill(pid);
  rmSync(folder, { recursive: true });
}

function save(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

/** Adds typical repositories. */
async function fill(endpoint: string): Promise<void> {
  const clients = connect({ endpoint, environment: {} });
  const make = async (name: string, pushes: readonly string[]) => {
    await clients.registry.createRepository(name);
    for (const [index, tag] of pushes.entries())
      await pushImage(clients, { repository: name, tag, content: `${name} ${index}` });
  };
  const builds = Array.from({ length: 30 }, (_, index) => `build-${index}`);
  await make('team/web', ['latest', 'latest', 'latest', ...builds.slice(0, 24)]);
  await make('team/worker', builds);
  await make('team/base-image', ['1', '1.2', '1.2.3', '1.2.4', '1.2', '1']);
  await make('shared/tools', ['stable', 'main', 'dev', 'qa', 'prod', 'nightly', 'edge', 'dev', 'qa']);
  await clients.registry.setRepositoryPolicy(
    'shared/tools',
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
    }),
  );
  const keepAll = { tagStatus: 'untagged', countType: 'imageCountMoreThan', countNumber: 1 };
  await clients.registry.putLifecyclePolicy(
    'team/worker',
    JSON.stringify({
      rules: [1, 2].map((rulePriority) => ({
        rulePriority,
        description: 'Untagged images go',
        selection: keepAll,
        action: { type: 'expire' },
      })),
    }),
  );
}
