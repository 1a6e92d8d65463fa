/** How a message is put into a queue. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { callsOf } from '../calls.ts';
import { clientSettings, type Environment } from '../client-settings.ts';
import type { Deadline } from '../deadline.ts';

/**
 * Puts one message into a queue; throttling and transient faults are retried until the deadline.
 *
 * @param attributes texts of the message by their names
 */
export async function sendMessage(
  queueUrl: string,
  body: string,
  environment: Environment,
  deadline: Deadline,
  attributes: Readonly<Record<string, string>> = {},
): Promise<void> {
  const calls = callsOf(() => new SQSClient(clientSettings(environment, 'SQS')));
  try {
    await calls.until(deadline)(
      'SendMessage',
      (client, options) =>
        client.send(
          new SendMessageCommand({
            QueueUrl: queueUrl,
            MessageBody: body,
            MessageAttributes: Object.fromEntries(
              Object.entries(attributes).map(([name, StringValue]) => [
                name,
                { DataType: 'String', StringValue },
              ]),
            ),
          }),
          options,
        ),
      queueUrl,
    );
  } finally {
    calls.close();
  }
}
