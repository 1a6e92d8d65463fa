import { clientSettings } from '../../aws/client-settings.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import { connectBucket, connectObjects } from '../../aws/objects/s3.ts';
import type { CentralSweep } from '../../sweep/central/event.ts';
import { prepareForCentre } from '../../sweep/central/send.ts';
import { variable } from './configuration.ts';
import { type FunctionContext, log, objectIn, step, textIn } from './invocation.ts';

// To fail with an error of its own before Lambda ends it.
const marginMs = 5_000;

/**
 * After a sweep, where the application has a central bus or bucket: copies its reports there, and returns what the state machine sends
 * to the bus.
 */
export async function handler(event: unknown, context: FunctionContext): Promise<CentralSweep> {
  return step('central', async () => {
    const sweep = textIn(objectIn(event), 'sweep');
    const { env } = process;
    const deadline = deadlineIn(context.getRemainingTimeInMillis() - marginMs);
    const own = connectObjects(variable(env, 'Bucket'), env);
    const { CentralBucket: bucket = '' } = env;
    // It may be in another Region.
    const central =
      bucket === ''
        ? undefined
        : connectBucket(bucket, { ...clientSettings(env, 'S3'), followRegionRedirects: true });
    try {
      const prepared = await prepareForCentre(sweep, own.until(deadline), central?.until(deadline));
      log({ message: 'prepared for the centre', sweep, hasReport: prepared.hasReport });
      return prepared;
    } finally {
      own.close();
      central?.close();
      deadline.dispose();
    }
  });
}
