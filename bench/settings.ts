/**
 * The custom resource from the start of a process to its answer, with authentication, claims and verification: against a
 * function that does nothing, and against the same calls by AWS's SDK alone; beside crhelper with boto3, which has none of
 * those. All take turns.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot, pythonEnvironment } from '../local/paths.ts';
import { buildFunction, buildLike } from './bundles.ts';
import { createEvent, startFleetStub, timed } from './fleet-run.ts';
import { median, reportCheck, reportRatio } from './rows.ts';
import { nameOf } from './stub-answers.ts';

const rounds = 30;
const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
const nothing = join(folder, 'nothing.cjs');
writeFileSync(nothing, 'exports.handler = async () => {};');
const seconds = new Map<string, number[]>();
const problems = new Set<string>();

const stub = await startFleetStub({ repositories: 1, imagesEach: 0, latencyMs: 0 });
try {
  const bundle = await buildFunction('SettingsFunction', folder);
  const alone = join(folder, 'sdk-alone.cjs');
  await buildLike('SettingsFunction', join(projectRoot, 'bench', 'sdk-alone.ts'), alone);
  const programs = programsOf(bundle, alone);
  // The first round is not counted: the stub reads AWS's models in it.
  for (let round = -1; round < rounds; round += 1)
    for (const [name, program] of Object.entries(programs)) {
      const took = await measure(name, program);
      if (round >= 0) seconds.set(name, [...(seconds.get(name) ?? []), took]);
    }
} finally {
  stub.stop();
  rmSync(folder, { recursive: true });
}
const against = 'a function that does nothing, from process start to response';
const ratioOf = (name: string, other = 'nothing') =>
  median(seconds.get(name) ?? []) / median(seconds.get(other) ?? []);
reportRatio({ what: 'Custom::EcrSettings, one repository', against, ratio: ratioOf('ours') });
reportRatio({ what: 'the same calls by the SDK alone', against, ratio: ratioOf('alone') });
reportRatio({
  what: 'Custom::EcrSettings, one repository',
  against: 'the same calls by the SDK alone',
  ratio: ratioOf('ours', 'alone'),
  atMost: 1.25,
});
reportRatio({ what: 'crhelper with boto3, one repository', against, ratio: ratioOf('crhelper') });
reportCheck('all have written both settings, and answered', [...problems]);

interface Program {
  readonly command: string;
  readonly args: (event: string) => readonly string[];
  readonly responses: number;
}

function programsOf(bundle: string, alone: string): Readonly<Record<string, Program>> {
  const runner = join(projectRoot, 'bench', 'settings-function.cjs');
  const peer = join(projectRoot, 'bench', 'peers', 'crhelper_function.py');
  const node = (file: string) => ({
    command: process.execPath,
    args: (event: string) => [runner, file, event],
  });
  return {
    nothing: { ...node(nothing), responses: 0 },
    ours: { ...node(bundle), responses: 1 },
    // It makes the calls and answers nobody.
    alone: { ...node(alone), responses: 0 },
    crhelper: {
      command: join(pythonEnvironment('bench'), 'bin', 'python3'),
      args: (event) => [peer, event],
      responses: 1,
    },
  };
}

async function measure(name: string, { command, args, responses }: Program): Promise<number> {
  await stub.reset();
  const event = createEvent(stub, { RepositoryName: nameOf(0) });
  const took = await timed(command, args(JSON.stringify(event)), { env: stub.environment });
  await check(name, responses);
  return took.seconds;
}

async function check(name: string, responses: number): Promise<void> {
  const { answers, calls, problems: wrong } = await stub.counts();
  const succeeded = answers.filter((answer) => /"Status": ?"SUCCESS"/.test(answer)).length;
  if (succeeded !== responses) problems.add(`${name}: ${answers.join(' ') || 'no response'}`);
  if (name !== 'nothing' && calls.PutImageTagMutability !== 1)
    problems.add(`${name}: ${JSON.stringify(calls)}`);
  for (const problem of wrong) problems.add(`${name}: ${problem}`);
}
