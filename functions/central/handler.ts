import type { Context, SQSEvent } from 'aws-lambda';
import { deadlineIn } from '../../aws/deadline.ts';
import { connectObjects } from '../../aws/objects/s3.ts';
import { publish } from '../../aws/sns/publish.ts';
import { visibleJson } from '../../core/visible.ts';
import { limitsOf } from '../../sweep/central/registries.ts';
import { UnreadableIndex, updateCentre } from './centre.ts';
import { readReports } from './reports.ts';

// To fail with an error of its own before Lambda ends it.
const marginMs = 2_000;

/**
 * The centre of an organisation: takes the reports of keepers from its queue, and writes the page of all registries.
 *
 * What it throws makes the queue deliver its messages again. The hourly message has no report: then only the page is written anew, since
 * registries become late.
 */
export async function handler(
  event: SQSEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<void> {
  const { env } = process;
  const { Bucket: bucket = '', TopicArn: topic = '', Version: version = '' } = env;
  const log = (entry: object) => console.log(visibleJson({ level: 'INFO', version, ...entry }));
  const deadline = deadlineIn(context.getRemainingTimeInMillis() - marginMs);
  const connection = connectObjects(bucket, env);
  try {
    const { reports, rejected } = readReports(event, Date.now());
    for (const each of rejected) log({ level: 'WARN', message: 'event rejected', ...each });
    const updated = await updateCentre(reports, {
      store: connection.until(deadline),
      now: Date.now(),
      limits: limitsOf({
        lateAfterDays: Number(env.LateAfterDays),
        forgetAfterDays: Number(env.ForgetAfterDays),
      }),
      bucket,
      version,
      notify: (message) => publish(topic, message, env, deadline),
    });
    log({ message: 'updated', registries: updated.totals.registries, late: updated.totals.late });
    for (const each of updated.metrics(env.MetricsByAccount === 'true', rejected.length))
      console.log(visibleJson(each));
  } catch (error) {
    log({
      level: 'ERROR',
      message: 'update failed',
      error: error instanceof Error ? error.name : typeof error,
      ...(error instanceof UnreadableIndex ? { reason: error.message } : {}),
    });
    throw error;
  } finally {
    connection.close();
    deadline.dispose();
  }
}
