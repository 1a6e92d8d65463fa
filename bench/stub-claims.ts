/** The claims table of a benchmark: DynamoDB's JSON protocol for conditional writes by version, in memory. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startChecks } from './stub-checks.ts';

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string }>>;

interface Put {
  readonly Item: Item;
  readonly ExpressionAttributeValues?: Item;
}

interface Asked {
  readonly Keys: readonly Item[];
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

interface Input {
  readonly RequestItems?: Readonly<Record<string, Asked>>;
  readonly TransactItems?: readonly { readonly Put: Put }[];
}

/** @param latencyMs milliseconds of each answer */
export async function startStubClaims(latencyMs: number) {
  const items = new Map<string, Item>();
  const calls = new Map<string, number>();
  const checks = startChecks();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const [protocol, operation = ''] = String(request.headers['x-amz-target']).split('.');
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
    await sleep(latencyMs);
    const input = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const { status, ...answer } = checks.checked(protocol, operation, input, () =>
      perform(items, operation, input),
    );
    const body = JSON.stringify(answer.body);
    response.writeHead(status ?? 200, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** How often each operation was called. */
    calls,
    problems: checks.problems,
    reset() {
      items.clear();
      calls.clear();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const keyOf = (item: Item) => item.repositoryArn?.S ?? '';

function projected(item: Item, { ProjectionExpression, ExpressionAttributeNames = {} }: Asked): Item {
  if (ProjectionExpression === undefined) return item;
  const names = ProjectionExpression.split(',').map((each) => ExpressionAttributeNames[each.trim()]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.includes(name)));
}

function perform(items: Map<string, Item>, operation: string, input: Input & Partial<Put>) {
  if (operation === 'BatchGetItem') {
    const [[table, asked] = ['', { Keys: [] }]] = Object.entries(input.RequestItems ?? {});
    const found = asked.Keys.flatMap((key) => {
      const item = items.get(keyOf(key));
      return item === undefined ? [] : [projected(item, asked)];
    });
    return { status: 200, body: { Responses: { [table]: found }, UnprocessedKeys: {} } };
  }
  const { Item, ExpressionAttributeValues = {} } = input;
  const puts =
    input.TransactItems?.map(({ Put }) => Put) ??
    (Item === undefined ? [] : [{ Item, ExpressionAttributeValues }]);
  // A client must not be fast by being wrong: the version that it expects is the one that is there.
  const isMet = (put: Put) =>
    items.get(keyOf(put.Item))?.version?.N === put.ExpressionAttributeValues?.[':expected']?.N;
  if (puts.length === 0 || !puts.every(isMet))
    return {
      status: 400,
      body: { __type: 'ValidationException', message: `no ${operation} of a benchmark` },
    };
  for (const put of puts) items.set(keyOf(put.Item), put.Item);
  return { status: 200, body: {} };
}
