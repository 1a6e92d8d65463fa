import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { connectRepositoryStacks } from '../../../aws/cloudformation/repository-stacks.ts';
import { deadlineIn } from '../../../aws/deadline.ts';

const resource = (type: string, id: string, status = 'CREATE_COMPLETE') =>
  `<member><StackName>team-a</StackName><LogicalResourceId>X</LogicalResourceId><PhysicalResourceId>${id}</PhysicalResourceId>` +
  `<ResourceType>${type}</ResourceType><ResourceStatus>${status}</ResourceStatus><Timestamp>2026-11-28T00:00:00Z</Timestamp></member>`;
const listed = (...resources: string[]) =>
  `<DescribeStackResourcesResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStackResourcesResult><StackResources>${resources.join('')}</StackResources></DescribeStackResourcesResult></DescribeStackResourcesResponse>`;
const failed = (code: string, message: string) =>
  `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

/** What is found where CloudFormation answers so, and what it was asked. */
async function stackOf(status: number, answer: string) {
  let asked = '';
  const server = createServer((request, response) => {
    request.on('data', (chunk) => (asked += String(chunk)));
    request.on('end', () => response.writeHead(status, { 'content-type': 'text/xml' }).end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const connection = connectRepositoryStacks({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const deadline = deadlineIn(30_000);
  try {
    return { stack: await connection.until(deadline).stackOf('images'), asked };
  } finally {
    deadline.dispose();
    connection.close();
    server.closeAllConnections();
    server.close();
  }
}

test('the stack of a repository is that which has a repository of this physical ID', async () => {
  const answer = listed(resource('AWS::S3::Bucket', 'other'), resource('AWS::ECR::Repository', 'images'));
  const { stack, asked } = await stackOf(200, answer);
  expect(stack).toBe('team-a');
  expect(asked).toContain('Action=DescribeStackResources');
  expect(asked).toContain('PhysicalResourceId=images');
});

test.each([
  ['of another type', 200, listed(resource('AWS::S3::Bucket', 'images'))],
  ['that was deleted', 200, listed(resource('AWS::ECR::Repository', 'images', 'DELETE_COMPLETE'))],
  ['that its stack retained', 200, listed(resource('AWS::ECR::Repository', 'images', 'DELETE_SKIPPED'))],
  ['that was there before', 200, listed(resource('AWS::ECR::Repository', 'images', 'CREATE_FAILED'))],
  ['that was moved away', 200, listed(resource('AWS::ECR::Repository', 'images', 'EXPORT_COMPLETE'))],
  ['of no stack', 400, failed('ValidationError', 'Stack for images does not exist')],
])('a resource %s has none', async (_title, status, answer) => {
  expect((await stackOf(status, answer)).stack).toBeUndefined();
});

test('what is denied is not taken for a repository of no stack', async () => {
  await expect(stackOf(403, failed('AccessDenied', 'no'))).rejects.toThrow();
});

test('a repository that the answer may leave out, of 100 resources, is not taken for one of no stack', async () => {
  const others = Array.from({ length: 100 }, (_, index) => resource('AWS::SQS::Queue', `queue-${index}`));
  expect((await stackOf(200, listed(...others))).stack).toEqual({ unknown: 'not-listed' });
  const last = listed(...others.slice(1), resource('AWS::ECR::Repository', 'images'));
  expect((await stackOf(200, last)).stack).toBe('team-a');
});
