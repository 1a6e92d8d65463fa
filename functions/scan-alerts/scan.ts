import type { Context } from 'aws-lambda';
import { clientSettings } from '../../aws/client-settings.ts';
import { type Deadline, deadlineIn } from '../../aws/deadline.ts';
import { connect } from '../../aws/ecr/connection.ts';
import { imageReads } from '../../aws/ecr/images.ts';
import { scanFindingReads } from '../../aws/ecr/scan-findings.ts';
import { tagReads } from '../../aws/ecr/tags.ts';
import { publish } from '../../aws/sns/publish.ts';
import { sendMessage } from '../../aws/sqs/send.ts';
import { type Home, homeOf } from '../../core/authenticity/origin.ts';
import { visibleJson } from '../../core/visible.ts';
import { type Alert, suppressionKeyOf } from './alert.ts';
import { buildAlert } from './build-alert.ts';
import { isSentAtOnce } from './delivery.ts';
import { entryOf } from './digest/entry.ts';
import { type Image, parseEvent } from './event.ts';
import { messageOf } from './message.ts';
import { readSettings, type Settings } from './settings.ts';

// Events for which this instance of the function has published an alert, or kept it for the digest: EventBridge may deliver an event again. An image
// whose findings are all suppressed is also remembered by its digest, because it may be scanned every day. Other instances
// do not know of it, so delivery is at least once.
const published = new Set<string>();
const maxRemembered = 1_000;

/**
 * Publishes an alert for one scan, by SNS, where there is something to notify subscribers of, or keeps it for the digest.
 *
 * What it throws makes Lambda try again, and in the end keep the event in the dead-letter queue with the reason:
 * silence must mean that nothing was found.
 */
export async function handler(
  event: unknown,
  context: Pick<Context, 'getRemainingTimeInMillis' | 'invokedFunctionArn'>,
): Promise<void> {
  const scan = parseEvent(event);
  const { account, region, repository, digest } = scan.image;
  const log = (entry: Readonly<Record<string, unknown>>) =>
    console.log(
      visibleJson({
        level: 'INFO',
        version: process.env.Version,
        event: scan.id,
        repository,
        digest,
        ...entry,
      }),
    );
  if (published.has(scan.id)) return log({ message: 'alert was published before' });
  if (!isOfRegistry(scan.image, homeOf(context.invokedFunctionArn)))
    return log({ message: 'image of another registry', account, region });
  const settings = readSettings(process.env);
  // Enough is left to fail with a reason of our own.
  const deadline = deadlineIn(context.getRemainingTimeInMillis() - 2_000);
  const connection = connect(clientSettings(process.env, 'ECR'), (calls) => ({
    ...imageReads(calls),
    ...scanFindingReads(calls),
    ...tagReads(calls),
  }));
  try {
    const { alert, failure } = await buildAlert(scan, settings, {
      ecr: connection.until(deadline),
      deadline,
      until: connection.until,
    });
    const key = alert === undefined ? undefined : suppressionKeyOf(alert);
    if (key !== undefined && published.has(key)) return log({ message: 'suppression was reported before' });
    if (alert === undefined) log({ message: 'no alert is needed' });
    else {
      const message = await deliver(alert, scan.id, settings, deadline);
      for (const each of [scan.id, key]) if (each !== undefined) remember(each);
      log({ message, kind: alert.kind });
    }
    if (failure !== undefined) throw failure;
  } finally {
    connection.close();
    deadline.dispose();
  }
}

/**
 * A delegated administrator of Inspector gets the events of its members too, whose images would look deleted here
 * (https://docs.aws.amazon.com/inspector/latest/user/findings-managing-automating-responses.html).
 */
function isOfRegistry({ account, region }: Image, home: Home | undefined): boolean {
  return home === undefined || (account === home.account && region === home.region);
}

/** What became of the alert, for the log. */
async function deliver(
  alert: Alert,
  event: string,
  settings: Settings,
  deadline: Deadline,
): Promise<'alert published' | 'alert kept for the digest'> {
  const { digest, topicArn, httpsForm } = settings;
  if (digest === undefined || isSentAtOnce(alert, settings)) {
    await publish(topicArn, messageOf(alert, httpsForm), process.env, deadline);
    return 'alert published';
  }
  const entry = entryOf(alert, event, new Date());
  await sendMessage(digest.queueUrl, visibleJson(entry), process.env, deadline);
  return 'alert kept for the digest';
}

function remember(id: string): void {
  published.add(id);
  const [oldest] = published;
  if (published.size > maxRemembered && oldest !== undefined) published.delete(oldest);
}
