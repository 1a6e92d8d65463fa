import { clientSettings } from '../../aws/client-settings.ts';
import { connectStackRepositories } from '../../aws/cloudformation/stack-repositories.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import type { EcrCalls } from '../../aws/ecr/call.ts';
import { type Connection, connect } from '../../aws/ecr/connection.ts';
import { type RegistryReads, registryReads } from '../../aws/ecr/registry.ts';
import { scanningReads } from '../../aws/ecr/scanning.ts';
import { connectObjects } from '../../aws/objects/s3.ts';
import { connectUsage } from '../../aws/usage/usage.ts';
import { gatherEvidence } from '../../sweep/evidence.ts';
import type { EvidenceOutput } from '../../sweep/steps.ts';
import { sourceRegions, variable } from './configuration.ts';
import { type FunctionContext, log, objectIn, step, textIn } from './invocation.ts';

// What was read is written after the reading, and what was not is reported.
const readingShare = 0.7;
const marginMs = 5_000;
const otherRegionMs = 20_000;

/** The second step of a sweep: what uses images, and whose repositories they are, read once for all. */
export async function handler(event: unknown, context: FunctionContext): Promise<EvidenceOutput> {
  return step('evidence', async () => {
    const sweep = textIn(objectIn(event), 'sweep');
    const { env } = process;
    const settings = (service: string) => clientSettings(env, service);
    const remainingMs = context.getRemainingTimeInMillis() - marginMs;
    const reading = deadlineIn(remainingMs * readingShare);
    const writing = deadlineIn(remainingMs);
    const ecr = connect(settings('ECR'), reads);
    const elsewhere: Connection<RegistryReads>[] = [];
    const usage = connectUsage({ settings, deadline: reading });
    const stacks = connectStackRepositories(settings('CLOUDFORMATION'));
    const objects = connectObjects(variable(env, 'Bucket'), env);
    try {
      const gathered = await gatherEvidence(
        { sweep },
        {
          ecr: ecr.until(reading),
          ecrIn(region) {
            const connection = connect({ ...settings('ECR'), region }, registryReads);
            elsewhere.push(connection);
            return connection.patiently({ callMs: otherRegionMs, stop: reading.signal });
          },
          sourceRegions: sourceRegions(env),
          usage,
          stacks: () => stacks.read(reading),
          objects: objects.until(writing),
        },
      );
      log({ message: 'evidence', ...gathered });
      return gathered;
    } finally {
      for (const each of [ecr, ...elsewhere, usage, stacks, objects]) each.close();
      for (const each of [reading, writing]) each.dispose();
    }
  });
}

function reads(calls: EcrCalls) {
  return { ...registryReads(calls), ...scanningReads(calls) };
}
