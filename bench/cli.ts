/**
 * The time of the command, as a ratio to an empty process of the same Node in the same run, since absolute times vary on a
 * shared machine. All take turns. The command is kept compiled in a folder of this benchmark, as it is from a user's second
 * run on; the first run is a row of its own.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../local/paths.ts';
import { median, reportRatio } from './rows.ts';

const rounds = Number(process.argv[2] ?? 40);
const repositories = 500;

execFileSync(process.execPath, [join(projectRoot, 'tools', 'build-cli.mjs')]);
const bin = join(projectRoot, 'dist', 'ecr-hardening.cjs');
const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
const caches = join(folder, 'caches');
mkdirSync(caches, { mode: 0o700 });
const small = join(projectRoot, 'examples', 'author-wins.yaml');
const own = join(projectRoot, 'template.yaml');
const typical = join(folder, 'typical.yaml');
writeFileSync(typical, typicalTemplate());
const fleet = join(folder, 'fleet.yaml');
writeFileSync(fleet, fleetTemplate());
const fleetJson = join(folder, 'fleet.json');
writeFileSync(fleetJson, JSON.stringify(parse(fleetTemplate()), null, 2));
const linesOf = (file: string) => `check of ${readFileSync(file, 'utf8').trimEnd().split('\n').length} lines`;
/** How many times an empty process some may take. */
const budgets: Readonly<Record<string, number>> = {
  [linesOf(small)]: 1.6,
  [linesOf(typical)]: 2.5,
  [`check of ${repositories} repositories`]: 5,
};
const kept = { XDG_CACHE_HOME: caches, LOCALAPPDATA: caches, HOME: folder };
const commands: Readonly<Record<string, readonly [readonly string[], NodeJS.ProcessEnv?]>> = {
  'an empty process': [['-e', '0']],
  '--version': [[bin, '--version']],
  [linesOf(small)]: [[bin, 'check', small]],
  'the same, compiled anew': [[bin, 'check', small], { NODE_DISABLE_COMPILE_CACHE: '1' }],
  'check, as SARIF': [[bin, 'check', '--format', 'sarif', small]],
  'expand of 20 lines': [[bin, 'expand', small]],
  'diff of 20 lines': [[bin, 'diff', small]],
  [linesOf(typical)]: [[bin, 'check', typical]],
  [linesOf(own)]: [[bin, 'check', own]],
  [`check of ${repositories} repositories`]: [[bin, 'check', fleet]],
  'the same in JSON': [[bin, 'check', fleetJson]],
  [`diff of ${repositories} repositories`]: [[bin, 'diff', fleet]],
};

const times = new Map<string, number[]>();
try {
  for (const each of Object.values(commands)) time(...each);
  for (let round = 0; round < rounds; round += 1)
    for (const [name, each] of Object.entries(commands))
      times.set(name, [...(times.get(name) ?? []), time(...each)]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const empty = median(times.get('an empty process') ?? []);
for (const name of Object.keys(commands))
  reportRatio({
    what: `the command: ${name}`,
    against: 'an empty process of Node',
    ratio: median(times.get(name) ?? []) / empty,
    ...(budgets[name] === undefined ? {} : { atMost: budgets[name] }),
  });

function time(args: readonly string[], env: NodeJS.ProcessEnv = {}): number {
  const start = performance.now();
  const { status, error } = spawnSync(process.execPath, args, {
    stdio: 'ignore',
    env: { ...process.env, ...kept, ...env },
  });
  // check exits with 1 if there are findings.
  if (error !== undefined || status === null || status > 1)
    throw new Error(`${args.join(' ')} exited with ${status}`);
  return performance.now() - start;
}

/** A template as people write them: of each service its repository, its role, and its logs. */
function typicalTemplate(): string {
  const service = (index: number) => `
  # Service ${index}
  Repository${index}:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryName: !Sub "\${Stage}/service-${index}"
      ImageTagMutability: IMMUTABLE
      Tags:
        - Key: team
          Value: shop
  Role${index}:
    Type: AWS::IAM::Role
    Properties:
      Description: >-
        What service ${index} may do: it reads its queue,
        and deletes what it has read.
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: { Service: ecs-tasks.amazonaws.com }
            Action: sts:AssumeRole
      Policies:
        - PolicyName: queue
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action: [sqs:ReceiveMessage, sqs:DeleteMessage]
                Resource: !GetAtt Queue.Arn
  Logs${index}:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Join ['/', ['', service, '${index}']]
      RetentionInDays: 30
`;
  const head = `AWSTemplateFormatVersion: '2010-09-09'
Description: Services of the shop
Parameters:
  Stage:
    Type: String
    Default: dev
Resources:
  Queue:
    Type: AWS::SQS::Queue
`;
  return `${head}${Array.from({ length: 14 }, (_, index) => service(index)).join('')}`;
}

/** A template of many repositories. */
function fleetTemplate(): string {
  const resources = Array.from(
    { length: repositories },
    (_, index) =>
      `  Resource${index}:\n    Type: AWS::ECR::Repository\n    Properties:\n      RepositoryName: team/service-${index}\n`,
  );
  return `Resources:\n${resources.join('')}`;
}
