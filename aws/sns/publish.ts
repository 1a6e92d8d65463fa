/** How a message is published to SNS. */
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { callsOf } from '../calls.ts';
import { clientSettings, type Environment } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';

/** What SNS publishes. */
export interface Message {
  /** At most 100 characters. */
  readonly subject: string;
  /** JSON with a text for each protocol (MessageStructure: json). */
  readonly body: string;
  /** By which subscriptions can be filtered. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Publishes one message; throttling and transient faults are retried until the deadline. The topic can be in another Region. */
export async function publish(
  topicArn: string,
  { subject, body, attributes }: Message,
  environment: Environment,
  deadline: Deadline,
): Promise<void> {
  // SNS refuses the topic of another Region than the one that is called, so the ARN decides.
  const region = topicArn.split(':')[3] || undefined;
  const settings = clientSettings(environment, 'SNS');
  const calls = callsOf(() => new SNSClient(region === undefined ? settings : { ...settings, region }));
  try {
    await calls.until(deadline)(
      'Publish',
      (client, options) =>
        client.send(
          new PublishCommand({
            TopicArn: topicArn,
            Subject: subject,
            Message: body,
            MessageStructure: 'json',
            MessageAttributes: Object.fromEntries(
              Object.entries(attributes).map(([name, StringValue]) => [
                name,
                { DataType: 'String', StringValue },
              ]),
            ),
          }),
          options,
        ),
      topicArn,
    );
  } finally {
    calls.close();
  }
}
