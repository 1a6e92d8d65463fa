/**
 * The macro's look at live repositories, with 25 ms latency of every call: a template of 50 repositories with 500 images each,
 * which would all lose images; and how many calls it makes. The account uses an image of every second repository, and
 * each operation of the services that use images is throttled to 20 calls a second (a bucket of tokens): at that rate
 * its 100 task definitions take 4 seconds.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../local/paths.ts';
import { buildFunction } from './bundles.ts';
import { reportCheck, reportFigure } from './rows.ts';
import { nameOf } from './stub-answers.ts';
import { startStubRegistry } from './stub-registry.ts';
import { usageAnswers } from './stub-usage.ts';

const latencyMs = 25;
const [repositories, imagesEach] = [50, 500];
const maxSeconds = 10;
const perSecond = 20;
// Those in use; five of them have a policy, which is written back.
const withheld = repositories / 2 - 5;

/** The macro as SAM builds it: from source the SDK's clients would be a thousand files. */
const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
const bundle = await buildFunction('MacroFunction', folder);
const { handler } = createRequire(import.meta.url)(bundle);

const usage = usageAnswers({
  clusters: 10,
  servicesEach: 20,
  tasksEach: 60,
  families: 100,
  functions: 60,
  // One that is old enough to expire.
  imageOf: (index) =>
    `123456789012.dkr.ecr.us-east-1.amazonaws.com/${nameOf((index * 2) % repositories)}:build-400`,
});
const services = await startStubRegistry({
  repositories: 0,
  imagesEach: 0,
  latencyMs,
  limits: Object.fromEntries(Object.keys(usage).map((name) => [name, perSecond])),
  answers: usage,
});
const registry = fork(join(projectRoot, 'bench', 'stub-process.ts'), [
  JSON.stringify({ repositories, imagesEach, latencyMs }),
]);
const [{ url }] = await once(registry, 'message');
Object.assign(process.env, {
  LifecycleGuard: 'Withhold',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_ENDPOINT_URL: services.url,
  // The stub's images were all pulled.
  ProtectPulledWithinDays: '0',
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
const { status, fragment } = await handler(request);
const seconds = (performance.now() - begun) / 1000;
console.log = write;
registry.send('calls');
const [{ calls }] = await once(registry, 'message');
const without = Object.values<{ Properties: object }>(fragment?.Resources ?? {}).filter(
  ({ Properties }) => !('LifecyclePolicy' in Properties),
).length;
const title = `the macro's look at ${repositories} repositories of ${imagesEach} images`;
reportFigure({ what: title, against: 'loading included', figure: seconds, unit: 's', atMost: maxSeconds });
const callsMade = Object.values<number>(calls).reduce((sum, count) => sum + count, 0);
reportFigure({ what: title, against: 'calls to ECR, each', figure: callsMade / repositories, unit: 'calls' });
reportCheck('the look withholds the policies of what is in use', [
  ...(status === 'success' ? [] : [status]),
  ...(without === withheld ? [] : [`${without} without a default policy, and not ${withheld}`]),
  ...services.problems,
]);
registry.disconnect();
await services.stop();
rmSync(folder, { recursive: true });
