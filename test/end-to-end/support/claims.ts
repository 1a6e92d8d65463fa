/** What the deployed application's table says of repositories. */
import { DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import { connectClaims } from '../../../aws/claims/claims-table.ts';
import { deadlineIn } from '../../../aws/deadline.ts';
import { decodeRecord } from '../../../core/claims/encode.ts';
import type { ClaimRecord } from '../../../core/claims/record.ts';
import { applicationStack } from '../../../local/application.ts';
import { clients } from './stacks.ts';

/** The record of a repository; undefined where nobody claims it. */
export async function claimsOf(repository: string): Promise<ClaimRecord | undefined> {
  const arn = `arn:aws:ecr:us-east-1:000000000000:repository/${repository}`;
  const deadline = deadlineIn(60_000);
  const connection = connectClaims({
    tableName: await tableName(),
    client: {
      region: 'us-east-1',
      endpoint: clients.endpoint,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
  });
  try {
    const item = (await connection.until(deadline).read([arn])).get(arn);
    const record = item && decodeRecord(item);
    if (item !== undefined && record === undefined)
      throw new Error(`the record of ${repository} is damaged: ${item.body}`);
    return record !== undefined && isClaimed(record) ? record : undefined;
  } finally {
    connection.close();
    deadline.dispose();
  }
}

/** The holders of the claims on a repository, the newest last. */
export async function holdersOf(repository: string): Promise<readonly string[]> {
  return (await claimsOf(repository))?.claims.map(({ holder }) => holder) ?? [];
}

function isClaimed({ claims, retained, inFlight }: ClaimRecord): boolean {
  return claims.length > 0 || retained.length > 0 || inFlight !== undefined;
}

async function tableName(): Promise<string> {
  const { StackResourceDetail } = await clients.cloudformation.send(
    new DescribeStackResourceCommand({ StackName: applicationStack, LogicalResourceId: 'ClaimsTable' }),
  );
  return StackResourceDetail?.PhysicalResourceId ?? '';
}
