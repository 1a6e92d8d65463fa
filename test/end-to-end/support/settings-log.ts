import { clients } from './stacks.ts';

interface Answer {
  readonly logGroups?: readonly { readonly logGroupName: string }[];
  readonly events?: readonly { readonly message: string }[];
}

/** The last lines that the function of `Custom::EcrSettings` has logged in the local AWS: why it has not responded. */
export async function settingsLog(lines = 40): Promise<string> {
  const { logGroups = [] } = await call('DescribeLogGroups', {});
  const names = logGroups.map(({ logGroupName }) => logGroupName).filter((name) => /settings/i.test(name));
  const logs = await Promise.all(
    names.map((logGroupName) => call('FilterLogEvents', { logGroupName, limit: 10_000 })),
  );
  return logs
    .flatMap(({ events = [] }) => events.slice(-lines))
    .map(({ message }) => message.trim())
    .join('\n');
}

async function call(operation: string, body: object): Promise<Answer> {
  const response = await fetch(clients.endpoint, {
    method: 'POST',
    headers: {
      'x-amz-target': `Logs_20140328.${operation}`,
      'content-type': 'application/x-amz-json-1.1',
      authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request, Signature=none',
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Answer;
}
