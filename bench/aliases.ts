/**
 * What each alias in template.yaml is worth: process start to the answer of the custom resource's bundle, without that
 * alias against with all of them. One run, interleaved, medians. An alias is fragile, since the SDK may change what
 * stands behind it, so one that gains less than a twentieth is not worth it. Those of event streams, checksum, retry
 * and invoke store gained 3, 2, 1 to 2 and 1 hundredths, and went.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { projectRoot } from '../local/paths.ts';
import { nameOf } from './stub-answers.ts';
import { startStubClaims } from './stub-claims.ts';
import { startStubRegistry } from './stub-registry.ts';
import { startSettings } from './stub-settings.ts';
import { functionArn, startStack } from './stub-stack.ts';

const noOpTitle = 'a function that does nothing';
const rounds = Number(process.argv[2] ?? 30);
const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-'));
const aliases = aliasesOf(readFileSync(join(projectRoot, 'template.yaml'), 'utf8'));
const settings = startSettings(1);
const stub = await startStubRegistry({
  repositories: 1,
  imagesEach: 0,
  latencyMs: 0,
  answers: settings.answers,
});
const stack = await startStack();

const event = {
  RequestType: 'Create',
  RequestId: 'one',
  ResponseURL: stack.url,
  StackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/bench/one',
  LogicalResourceId: 'Settings',
  ResourceType: 'Custom::EcrSettings',
  ResourceProperties: { RepositoryName: nameOf(0) },
};

try {
  await measure();
} finally {
  await stub.stop();
  stack.stop();
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<void> {
  const names = Object.keys(aliases);
  const sets: readonly (readonly [string, readonly string[]])[] = [
    ['with all', names],
    ...names.map((name) => [`without ${name}`, names.filter((each) => each !== name)] as const),
  ];
  const built = await Promise.all(sets.map(([title, some]) => bundleOf(title, some)));
  const bundles = [...built.filter((each) => each !== undefined), noOp()];
  const times = new Map(bundles.map(({ title }) => [title, [] as Start[]]));
  for (let round = 0; round < rounds; round += 1)
    for (const { title, file } of bundles) times.get(title)?.push(await startToAnswer(file));
  const medians = (title: string) => {
    const starts = times.get(title) ?? [];
    return {
      wallMs: median(starts.map(({ wallMs }) => wallMs)),
      cpuMs: median(starts.map(({ cpuMs }) => cpuMs)),
    };
  };
  const base = medians('with all');
  const nothing = medians(noOpTitle);
  console.log(
    `From process start to the answer: ${(base.wallMs / nothing.wallMs).toFixed(2)} times ${noOpTitle}.`,
  );
  console.log('bundle'.padEnd(54), '  KiB', ' wall', '  CPU (start to answer, against all aliases)');
  for (const { title, file } of bundles) {
    const { wallMs, cpuMs } = medians(title);
    const kibibytes = (statSync(file).size / 1024).toFixed(0).padStart(5);
    console.log(
      title.padEnd(54),
      kibibytes,
      (wallMs / base.wallMs).toFixed(3),
      (cpuMs / base.cpuMs).toFixed(3),
    );
  }
}

/** The aliases in a template: module to file. */
function aliasesOf(template: string): Readonly<Record<string, string>> {
  const found = template.matchAll(/^\s+- '(@[^=']+)=([^']+)'$/gm);
  return Object.fromEntries([...found].map(([, name = '', file = '']) => [name, join(projectRoot, file)]));
}

/** As template.yaml builds it; undefined where one alias needs another. */
async function bundleOf(title: string, names: readonly string[]) {
  const file = join(folder, `${title.replaceAll(/[^a-z-]/g, '_')}.cjs`);
  const alias = Object.fromEntries(names.map((name) => [name, aliases[name] ?? '']));
  const built = build({
    entryPoints: [join(projectRoot, 'functions', 'custom-resource', 'handler.ts')],
    absWorkingDir: projectRoot,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    target: 'node24',
    mainFields: ['module', 'main'],
    legalComments: 'none',
    alias,
    define: { 'import.meta.filename': '__filename' },
    supported: { 'dynamic-import': false },
    outfile: file,
    logLevel: 'silent',
  });
  return built.then(
    () => ({ title, file }),
    () => {
      console.log(`${title}: does not build`);
      return undefined;
    },
  );
}

function noOp() {
  const file = join(folder, 'no-op.cjs');
  writeFileSync(file, 'exports.handler = async () => {};');
  return { title: noOpTitle, file };
}

/** From the start of a process to its end, which is that of the handler, in milliseconds. */
interface Start {
  readonly wallMs: number;
  /** Less disturbed by what else the machine does. */
  readonly cpuMs: number;
}

async function startToAnswer(file: string): Promise<Start> {
  settings.reset();
  const claims = await startStubClaims(0);
  const program = `require(${JSON.stringify(file)}).handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 60000, invokedFunctionArn: ${JSON.stringify(functionArn)} }).then(() => { const { user, system } = process.cpuUsage(); console.error((user + system) / 1000); process.exit(0); })`;
  const begun = performance.now();
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL_ECR: stub.url,
      AWS_ENDPOINT_URL_CLOUDFORMATION: stack.url,
      AWS_ENDPOINT_URL_DYNAMODB: claims.url,
      ClaimsTable: 'claims',
    },
  });
  const [cpu, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  await claims.stop();
  if (status !== 0) throw new Error(`${file} ended with ${status}: ${cpu}`);
  return { wallMs: performance.now() - begun, cpuMs: Number(cpu) };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
