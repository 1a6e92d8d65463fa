/**
 * The macro's look at live repositories, with 25 ms latency of every call: a template of 50 repositories with 500 images each,
 * which would all lose images; and how many calls it makes.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { projectRoot } from '../local/paths.ts';
import { nameOf } from './stub-answers.ts';

const latencyMs = 25;
const [repositories, imagesEach] = [50, 500];
const maxSeconds = 10;

/** The macro as SAM builds it: from source the SDK's clients would be a thousand files. */
const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
buildSync({
  entryPoints: ['handler', 'documents', 'look', 'sentences'].map((name) =>
    join(projectRoot, 'functions', 'macro', `${name}.ts`),
  ),
  outdir: folder,
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  mainFields: ['module', 'main'],
  alias: {
    '@aws-sdk/credential-provider-node': join(projectRoot, 'aws', 'bundle', 'environment-credentials.ts'),
  },
  define: { 'import.meta.filename': '__filename' },
});
const { handler } = createRequire(import.meta.url)(join(folder, 'handler.js'));

/** Every service that may use an image, with nothing in it. */
const services = createServer(async (request, response) => {
  request.resume();
  await sleep(latencyMs);
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
});
services.listen(0, '127.0.0.1');
await once(services, 'listening');
const address = services.address();
const registry = fork(join(projectRoot, 'bench', 'stub-process.ts'), [
  JSON.stringify({ repositories, imagesEach, latencyMs }),
]);
const [{ url }] = await once(registry, 'message');
Object.assign(process.env, {
  LifecycleGuard: 'Withhold',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_ENDPOINT_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
  AWS_ENDPOINT_URL_ECR: url,
});

const resources = Array.from({ length: repositories }, (_, index) => [
  `Repository${index}`,
  { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: nameOf(index) } },
]);
const request = {
  requestId: 'bench',
  accountId: '123456789012',
  region: 'us-east-1',
  params: {},
  templateParameterValues: {},
  fragment: { AWSTemplateFormatVersion: '2010-09-09', Resources: Object.fromEntries(resources) },
};
const write = console.log;
console.log = () => undefined;
const begun = performance.now();
const { status } = await handler(request);
const seconds = (performance.now() - begun) / 1000;
console.log = write;
registry.send('calls');
const [{ calls }] = await once(registry, 'message');
const cpu = process.cpuUsage();
write(
  `look at ${repositories} repositories of ${imagesEach} images: ${seconds.toFixed(2)} s, loading included (at most ${maxSeconds}); ${status}; ${((cpu.user + cpu.system) / 1e6).toFixed(2)} s of CPU; ECR ${JSON.stringify(calls)}`,
);
registry.disconnect();
services.close();
services.closeAllConnections();
rmSync(folder, { recursive: true });
process.exitCode = seconds <= maxSeconds ? 0 : 1;
