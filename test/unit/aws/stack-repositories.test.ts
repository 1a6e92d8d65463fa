import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { connectStackRepositories } from '../../../aws/cloudformation/stack-repositories.ts';
import { deadlineIn } from '../../../aws/deadline.ts';

const resource = (id: string, type = 'AWS::ECR::Repository', status = 'CREATE_COMPLETE') =>
  `<member><LogicalResourceId>X</LogicalResourceId><PhysicalResourceId>${id}</PhysicalResourceId><ResourceType>${type}</ResourceType><ResourceStatus>${status}</ResourceStatus></member>`;
const failed = (code: string, message: string) =>
  `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
const answer = (operation: string, inner: string) =>
  `<${operation}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${operation}Result>${inner}</${operation}Result></${operation}Response>`;
const page = (members: readonly string[], key: string, token?: string) =>
  `<${key}>${members.join('')}</${key}>${token === undefined ? '' : `<NextToken>${token}</NextToken>`}`;

/** Two pages of stacks; the first has two pages of resources, the last is deleted meanwhile. */
const resources: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'team-a': [[resource('bucket', 'AWS::S3::Bucket'), resource('a/one')], [resource('a/two')]],
  'team-b': [
    [
      resource('b/gone', undefined, 'DELETE_SKIPPED'),
      resource('b/of-others', undefined, 'CREATE_FAILED'),
      resource('b/not-imported', undefined, 'IMPORT_ROLLBACK_COMPLETE'),
      resource('b/one', undefined, 'UPDATE_COMPLETE'),
    ],
  ],
};

/** @param denied an operation */
async function read(denied?: string) {
  const asked: URLSearchParams[] = [];
  const replyTo = (input: URLSearchParams) => {
    const operation = input.get('Action') ?? '';
    const name = input.get('StackName') ?? '';
    if (operation === denied) return { status: 403, body: failed('AccessDenied', 'no') };
    const from = Number(input.get('NextToken') ?? 0);
    if (operation === 'ListStacks') {
      const names = [['team-a', 'team-b'], ['team-c']][from] ?? [];
      const members = names.map(
        (each) =>
          `<member><StackName>${each}</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-28T00:00:00Z</CreationTime></member>`,
      );
      return {
        status: 200,
        body: answer(operation, page(members, 'StackSummaries', from === 0 ? '1' : undefined)),
      };
    }
    const pages = resources[name];
    if (pages === undefined)
      return { status: 400, body: failed('ValidationError', `Stack with id ${name} does not exist`) };
    const next = from + 1 < pages.length ? String(from + 1) : undefined;
    return { status: 200, body: answer(operation, page(pages[from] ?? [], 'StackResourceSummaries', next)) };
  };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      const input = new URLSearchParams(text);
      asked.push(input);
      const { status, body } = replyTo(input);
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const connection = connectStackRepositories({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const deadline = deadlineIn(30_000);
  try {
    return { found: await connection.read(deadline), asked };
  } finally {
    deadline.dispose();
    connection.close();
    server.closeAllConnections();
    server.close();
  }
}

test('every repository of every stack is found, with a few calls for each stack', async () => {
  const { found, asked } = await read();
  expect(found.stacks).toBe(3);
  expect(Object.fromEntries(found.stackOf)).toEqual({
    'a/one': 'team-a',
    'a/two': 'team-a',
    'b/one': 'team-b',
  });
  const filters = [...(asked[0] ?? [])].flatMap(([key, value]) =>
    key.startsWith('StackStatusFilter') ? [value] : [],
  );
  expect(filters).toContain('UPDATE_COMPLETE');
  expect(filters).not.toContain('DELETE_COMPLETE');
  expect(asked).toHaveLength(6);
});

test.each(['ListStacks', 'ListStackResources'])('where %s is denied, nothing is known', async (operation) => {
  await expect(read(operation)).rejects.toThrow(operation);
});
