/**
 * The macro over templates of 1 to 500 resources, and beside it the translator of AWS::Serverless, AWS's own macro, over the same
 * template: one resource in ten is a repository, and the others are left alone by both. Each parses, transforms and prints.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot, pythonEnvironment } from '../local/paths.ts';
import { buildFunction } from './bundles.ts';
import { lowestDecile, reportGrowth, reportRatio } from './rows.ts';

const sizes = [1, 10, 100, 500];
const rounds = 5;
const timesEach = 20;
const ownTimesEach = 200;

const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
const print = console.log;
try {
  const { handler } = createRequire(import.meta.url)(await buildFunction('MacroFunction', folder));
  const largest = sizes.at(-1) ?? 0;
  const file = join(folder, 'template.json');
  writeFileSync(file, JSON.stringify(templateOf(largest)));
  const own = new Map(sizes.map((size) => [size, [] as number[]]));
  const peer: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    peer.push(...translate(file).map((seconds) => seconds * 1000));
    for (const [size, times] of own) times.push(...(await timesOf(handler, size)));
  }
  reportRatio({
    what: `the macro, ${largest} resources`,
    against: "AWS's translator of AWS::Serverless, how many times as fast",
    ratio: lowestDecile(peer) / lowestDecile(own.get(largest) ?? []),
    atLeast: 15,
  });
  const grown = [...own].map(([size, times]) => ({ size, milliseconds: lowestDecile(times) }));
  reportGrowth('the macro', 'resources', grown);
} finally {
  rmSync(folder, { recursive: true });
}

function translate(file: string): readonly number[] {
  const program = join(projectRoot, 'bench', 'peers', 'translate.py');
  const python = join(pythonEnvironment('sam'), 'bin', 'python3');
  const args = [program, file, String(timesEach)];
  return JSON.parse(execFileSync(python, args, { encoding: 'utf8', stdio: 'pipe' }));
}

async function timesOf(
  handler: (event: unknown) => Promise<{ readonly status: string }>,
  size: number,
): Promise<readonly number[]> {
  const text = JSON.stringify({
    requestId: 'bench',
    params: {},
    templateParameterValues: {},
    fragment: templateOf(size),
  });
  // The log line is made, and goes where it costs nothing.
  console.log = () => undefined;
  const times: number[] = [];
  for (let time = 0; time < ownTimesEach; time += 1) {
    const begun = performance.now();
    const answer = await handler(JSON.parse(text));
    JSON.stringify(answer);
    times.push(performance.now() - begun);
    if (answer.status !== 'success') throw new Error(`the macro failed: ${JSON.stringify(answer)}`);
  }
  console.log = print;
  // The compiler is warm by then.
  return times.slice(ownTimesEach / 2);
}

function templateOf(size: number) {
  const repository = (index: number) => ({
    Type: 'AWS::ECR::Repository',
    Properties: { RepositoryName: `team/service-${index}` },
  });
  const topic = (index: number) => ({
    Type: 'AWS::SNS::Topic',
    Properties: {
      TopicName: `service-${index}`,
      Tags: [{ Key: 'team', Value: 'shop' }],
      Subscription: [{ Protocol: 'email', Endpoint: 'team@example.com' }],
    },
  });
  const resources = Array.from({ length: size }, (_, index) => [
    `Resource${index}`,
    index % 10 === 0 ? repository(index) : topic(index),
  ]);
  return { AWSTemplateFormatVersion: '2010-09-09', Resources: Object.fromEntries(resources) };
}
