import type { Context } from 'aws-lambda';
import { deadlineIn } from '../../aws/deadline.ts';
import { connectObjects } from '../../aws/objects/s3.ts';
import { httpsFormOf } from '../../aws/sns/forms.ts';
import { publish } from '../../aws/sns/publish.ts';
import { visibleJson } from '../../core/visible.ts';
import { sweepReports } from '../../reports/sweep-reports.ts';
import { sweepKeys } from '../../sweep/keys.ts';
import type { SummaryInput, SummaryOutput } from '../../sweep/steps.ts';
import { type SweepSummary, summariseSweep } from '../../sweep/summarise.ts';
import { sweepMessage } from '../../wording/sweep/notification.ts';
import { messageOf } from './message.ts';
import { metricsOf } from './metrics.ts';

/**
 * The last step of a sweep: its reports, its metrics and its notification.
 *
 * What it throws makes Step Functions try again: nothing is sent twice, and the reports are written anew.
 */
export async function handler(
  { sweep, failure }: SummaryInput,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SummaryOutput> {
  const { Bucket: bucket = '', AlertTopicArn: topic = '', Version: version = '' } = process.env;
  // Enough is left to fail with a reason of our own.
  const deadline = deadlineIn(context.getRemainingTimeInMillis() - 2_000);
  const connection = connectObjects(bucket, process.env);
  const store = connection.until(deadline);
  const place = { bucket, page: sweepKeys(sweep).html };
  const notify = async (summary: SweepSummary) => {
    const message = topic === '' ? undefined : sweepMessage(summary, place);
    if (message !== undefined)
      await publish(
        topic,
        messageOf(message, summary, place, httpsFormOf(process.env)),
        process.env,
        deadline,
      );
    console.log(visibleJson(metricsOf(summary)));
  };
  try {
    const summary = await summariseSweep(
      sweep,
      {
        store,
        now: Date.now,
        reports: (info) => sweepReports(info, store, version),
        notify,
      },
      failure?.error,
    );
    const { states, atRisk, changes } = summary;
    const output = {
      sweep,
      states,
      failed: states.failed ?? 0,
      atRisk: atRisk.images,
      changes: changes.reduce((sum, { count }) => sum + count, 0),
      report: place.page,
    };
    console.log(visibleJson({ level: 'INFO', version, message: 'sweep summarised', ...output }));
    return output;
  } finally {
    connection.close();
    deadline.dispose();
  }
}
