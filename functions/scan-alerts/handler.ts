import { deadlineIn } from '../../aws/deadline.ts';
import { buildAlert } from './build-alert.ts';
import { connectEcr } from './ecr.ts';
import { parseEvent } from './event.ts';
import { messageOf } from './message.ts';
import { readSettings } from './settings.ts';
import { publish } from './sns.ts';

/** The part of Lambda's context that is used. */
export interface FunctionContext {
  /** Milliseconds until the function's time-out. */
  getRemainingTimeInMillis(): number;
}

// Events that this instance of the function has told of: EventBridge may deliver one again. Another instance does
// not know them, so that now and then somebody hears of a scan twice.
const told = new Set<string>();
const mostRemembered = 1_000;

/**
 * Tells people of one scan, by SNS.
 *
 * What it throws makes Lambda try again, and in the end keep the event in the dead-letter queue with the reason:
 * silence must mean that nothing was found.
 */
export async function handler(event: unknown, context: FunctionContext): Promise<void> {
  const scan = parseEvent(event);
  const { repository, digest } = scan.image;
  const log = (entry: Readonly<Record<string, unknown>>) =>
    console.log(
      JSON.stringify({
        level: 'INFO',
        version: process.env.Version,
        event: scan.id,
        repository,
        digest,
        ...entry,
      }),
    );
  if (told.has(scan.id)) return log({ message: 'told before' });
  const settings = readSettings(process.env);
  // Enough is left to fail with a reason of our own.
  const deadline = deadlineIn(context.getRemainingTimeInMillis() - 2_000);
  const { ecr, close } = connectEcr(process.env, deadline);
  try {
    const alert = await buildAlert(scan, settings, { ecr, deadline });
    if (alert === undefined) return log({ message: 'nothing to tell' });
    await publish(settings.topicArn, messageOf(alert), process.env, deadline);
    remember(scan.id);
    log({ message: 'told', kind: alert.kind });
  } finally {
    close();
    deadline.dispose();
  }
}

function remember(id: string): void {
  told.add(id);
  const [oldest] = told;
  if (told.size > mostRemembered && oldest !== undefined) told.delete(oldest);
}
