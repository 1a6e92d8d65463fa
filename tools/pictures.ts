/**
 * `npm run pictures`: creates docs/pictures/ from real output: of `npm start`, and of an audit of the local AWS with a few
 * more repositories, whose images are as large as images are. Needs Chromium. Reduce the pictures to 256 colours before you commit
 * them: that makes them a third as large, and one of them is in the package.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '../local/demo/clients.ts';
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
  const make = async (name: string, megabytes: number, pushes: readonly string[]) => {
    await clients.registry.createRepository(name);
    for (const [index, tag] of pushes.entries())
      await putImage(endpoint, {
        repositoryName: name,
        imageTag: tag,
        size: (megabytes + index) * 1_000_000,
        daysAgo: pushes.length - index,
      });
  };
  const builds = Array.from({ length: 30 }, (_, index) => `build-${index}`);
  await make('team/web', 180, ['latest', 'latest', 'latest', ...builds.slice(0, 24)]);
  await make('team/worker', 420, builds);
  await make('team/base-image', 75, ['1', '1.2', '1.2.3', '1.2.4', '1.2', '1']);
  await make('shared/tools', 610, ['stable', 'main', 'dev', 'qa', 'prod', 'nightly', 'edge', 'dev', 'qa']);
  await clients.registry.setRepositoryPolicy(
    'shared/tools',
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
    }),
  );
  // Only images with all of the tags count, so this rule never takes effect.
  const keep = { tagStatus: 'tagged', tagPatternList: ['build-*', 'release-*'] };
  await clients.registry.putLifecyclePolicy(
    'team/worker',
    JSON.stringify({
      rules: [
        {
          rulePriority: 1,
          description: 'The newest builds and releases stay',
          selection: { ...keep, countType: 'imageCountMoreThan', countNumber: 100 },
          action: { type: 'expire' },
        },
      ],
    }),
  );
}

interface PutImage {
  readonly repositoryName: string;
  readonly imageTag: string;
  /** In bytes. */
  readonly size: number;
  readonly daysAgo: number;
}

/** An image without its layers, which the local AWS does not ask for. */
async function putImage(
  endpoint: string,
  { repositoryName, imageTag, size, daysAgo }: PutImage,
): Promise<void> {
  const digest = `sha256:${createHash('sha256').update(`${repositoryName} ${imageTag} ${size}`).digest('hex')}`;
  const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 1_000 },
    layers: [{ mediaType, digest, size }],
    // Of the local AWS: when it was pushed.
    annotations: { 'local.pushed-at': new Date(Date.now() - daysAgo * 86_400_000).toISOString() },
  };
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.PutImage',
    },
    body: JSON.stringify({ repositoryName, imageTag, imageManifest: JSON.stringify(manifest) }),
  });
  if (!response.ok) throw new Error(`PutImage was refused: ${await response.text()}`);
}
