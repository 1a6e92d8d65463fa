/**
 * What each alias in template.yaml is worth: process start to the answer of the custom resource's bundle, without that
 * alias against with all of them. One run, interleaved, medians. An alias is fragile, since the SDK may change what
 * stands behind it, so one that gains less than a twentieth is not worth it. Those of event streams, checksum, retry
 * and invoke store gained 3, 2, 1 to 2 and 1 hundredths, and went.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aliasesOf, buildFunction } from './bundles.ts';
import { createEvent, runFunction, startFleetStub } from './fleet-run.ts';
import { median, reportRatio } from './rows.ts';
import { nameOf } from './stub-answers.ts';

const rounds = Number(process.argv[2] ?? 30);
const functionName = 'SettingsFunction';
const folder = mkdtempSync(join(tmpdir(), 'ecr-hardening-bench-'));
const all = aliasesOf(functionName);
const stub = await startFleetStub({ repositories: 1, imagesEach: 0, latencyMs: 0 });
try {
  const bundles = new Map([['with all', await buildFunction(functionName, join(folder, 'all'))]]);
  for (const name of Object.keys(all)) {
    const { [name]: _, ...others } = all;
    const target = join(folder, name.replaceAll('/', '_'));
    // One that another one needs does not build.
    const file = await buildFunction(functionName, target, others).catch(() => undefined);
    if (file !== undefined) bundles.set(`without ${name}`, file);
  }
  await measure(bundles);
} finally {
  stub.stop();
  rmSync(folder, { recursive: true });
}

async function measure(bundles: ReadonlyMap<string, string>): Promise<void> {
  const cpu = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1)
    for (const [title, file] of bundles) {
      await stub.reset();
      const { cpuSeconds } = await runFunction(file, createEvent(stub, { RepositoryName: nameOf(0) }), stub);
      cpu.set(title, [...(cpu.get(title) ?? []), cpuSeconds]);
    }
  const base = median(cpu.get('with all') ?? []);
  for (const [title, file] of bundles)
    reportRatio({
      what: `Custom::EcrSettings ${title} (${(statSync(file).size / 1024).toFixed(0)} KiB)`,
      against: 'with all aliases, in processor time',
      ratio: median(cpu.get(title) ?? []) / base,
    });
}
