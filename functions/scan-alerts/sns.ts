/** How a message is published to SNS. */
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { callsOf } from '../../aws/calls.ts';
import { clientSettings, type Environment } from '../../aws/client-settings.ts';
import type { Deadline } from '../../aws/deadline.ts';
import type { Message } from './message.ts';

/** Publishes one message; throttling and transient faults are retried until the deadline. */
export async function publish(
  topicArn: string,
  { subject, body, attributes }: Message,
  environment: Environment,
  deadline: Deadline,
): Promise<void> {
  const calls = callsOf(() => new SNSClient(clientSettings(environment, 'SNS')));
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
