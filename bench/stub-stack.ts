/** Where CloudFormation takes the answers of custom resources. */
import { createServer } from 'node:http';

/** The address for one custom resource's answers, and those that came. */
export interface StubStack {
  readonly url: string;
  readonly answers: readonly string[];
  stop(): void;
}

export async function startStack(): Promise<StubStack> {
  const answers: string[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    answers.push(Buffer.concat(pieces).toString());
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/answer`,
    answers,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
