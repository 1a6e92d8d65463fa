/**
 * A `Custom::EcrSettings` over 200 repositories, each operation of ECR at 20 calls a second (a bucket of tokens): all three
 * settings are written and verified, none is lost, and it takes hardly longer than the operation that is called most often must
 * take at that rate. Beside it Cloud Custodian, which reads no lifecycle policy, and verifies nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFunction } from './bundles.ts';
import { type FleetStub, type Run, runCustodian, runSettings, startFleetStub } from './fleet-run.ts';
import { reportCheck, reportFigure, reportRatio } from './rows.ts';

const repositories = 200;
const perSecond = 20;
const maxSeconds = 24;
const limited = [
  'DescribeRepositories',
  'ListTagsForResource',
  'GetLifecyclePolicy',
  'PutImageTagMutability',
  'PutImageScanningConfiguration',
  'PutLifecyclePolicy',
];

const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
try {
  const bundle = await buildFunction('SettingsFunction', folder);
  const ours = await measure((stub) => runSettings(bundle, stub, { isPreviewed: false }), 1);
  const peer = await measure(runCustodian, 0);
  const title = `Custom::EcrSettings, ${repositories} repositories at ${perSecond} calls a second of each operation`;
  reportFigure({ what: title, against: '', figure: ours.seconds, unit: 's', atMost: maxSeconds });
  reportRatio({
    what: title,
    against: 'its most frequent operation at that rate',
    ratio: ours.seconds / ours.idealSeconds,
  });
  const against = 'Cloud Custodian, how many times as fast';
  reportRatio({ what: title, against, ratio: peer.seconds / ours.seconds });
  reportCheck('none lost where ECR throttles', [...ours.problems, ...peer.problems]);
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(run: (stub: FleetStub) => Promise<Pick<Run, 'seconds'>>, responses: number) {
  const limits = Object.fromEntries(limited.map((name) => [name, perSecond]));
  const stub = await startFleetStub({ repositories, imagesEach: 0, latencyMs: 25, limits });
  try {
    const { seconds } = await run(stub);
    const { calls, throttledBy, done, answers, problems } = await stub.counts();
    const passed = Object.entries(calls).map(([name, count]) => count - (throttledBy[name] ?? 0));
    const succeeded = answers.filter((answer) => answer.includes('"Status":"SUCCESS"')).length;
    return {
      seconds,
      idealSeconds: Math.max(...passed) / perSecond,
      problems: [
        ...problems,
        ...(done === repositories ? [] : [`${done} done`]),
        ...(succeeded === responses ? [] : [`responses ${answers}`]),
      ],
    };
  } finally {
    stub.stop();
  }
}
