/** CloudFormation: where it takes the answers of custom resources, and what it says when it is asked about one. */
import { createServer } from 'node:http';
import { startChecks } from './stub-checks.ts';
import { parseQuery } from './stub-registry.ts';

/** The address for one custom resource's answers, and those that came; also that of the service. */
export interface StubStack {
  readonly url: string;
  readonly answers: readonly string[];
  readonly problems: ReadonlySet<string>;
  /** Forgets the answers. */
  reset(): void;
  stop(): void;
}

// Every benchmark is about a Create.
const inProgress = {
  xml: '<DescribeStackResourceResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStackResourceResult><StackResourceDetail><ResourceStatus>CREATE_IN_PROGRESS</ResourceStatus></StackResourceDetail></DescribeStackResourceResult></DescribeStackResourceResponse>',
};

export async function startStack(): Promise<StubStack> {
  const answers: string[] = [];
  const checks = startChecks();
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const text = Buffer.concat(pieces).toString();
    if (request.method === 'POST') {
      const { protocol, operation, input } = parseQuery(text);
      const { status = 200 } = checks.checked(protocol, operation, input, () => ({ body: inProgress }));
      response.writeHead(status, { 'content-type': 'text/xml' }).end(inProgress.xml);
      return;
    }
    answers.push(text);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/answer`,
    answers,
    problems: checks.problems,
    reset: () => {
      answers.length = 0;
    },
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
