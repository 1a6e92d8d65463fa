import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { connectStackTemplates } from '../../../aws/cloudformation/templates.ts';
import { deadlineIn } from '../../../aws/deadline.ts';

const stacks = { live: 'CREATE_COMPLETE', abandoned: 'REVIEW_IN_PROGRESS', failed: 'DELETE_FAILED' };
const answer = (operation: string, inner: string) =>
  `<${operation}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${operation}Result>${inner}</${operation}Result></${operation}Response>`;

function replyTo(input: URLSearchParams): string {
  if (input.get('Action') === 'GetTemplate')
    return answer(
      'GetTemplate',
      input.get('StackName') === 'abandoned' ? '' : '<TemplateBody>{}</TemplateBody>',
    );
  const wanted = [...input].flatMap(([key, value]) => (key.startsWith('StackStatusFilter') ? [value] : []));
  const members = Object.entries(stacks)
    .filter(([, status]) => wanted.includes(status))
    .map(
      ([name, status]) =>
        `<member><StackName>${name}</StackName><StackId>${name}</StackId><StackStatus>${status}</StackStatus><CreationTime>2026-11-28T00:00:00Z</CreationTime></member>`,
    );
  return answer('ListStacks', `<StackSummaries>${members.join('')}</StackSummaries>`);
}

test('a stack whose first change set was never executed has no template, and keeps nobody from a removal', async () => {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () =>
      response.writeHead(200, { 'content-type': 'text/xml' }).end(replyTo(new URLSearchParams(text))),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const deadline = deadlineIn(30_000);
  const templates = connectStackTemplates(
    {
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : undefined}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    deadline,
  );
  try {
    expect(await templates.all()).toEqual([
      { stack: 'live', status: 'CREATE_COMPLETE', text: '{}' },
      { stack: 'failed', status: 'DELETE_FAILED', text: '{}' },
    ]);
  } finally {
    deadline.dispose();
    templates.close();
    server.closeAllConnections();
    server.close();
  }
});
