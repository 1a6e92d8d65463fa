/**
 * A registry of any size that answers the operations of an audit by AWS's JSON protocol, with a latency and limits of its
 * own: the local AWS is too slow for 10,000 repositories, and a benchmark would measure it instead.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Answer,
  type Caller,
  failure,
  type Input,
  type RegistrySize,
  usualAnswer,
} from './stub-answers.ts';
import { startChecks } from './stub-checks.ts';

export { type Answer, failure, nameOf } from './stub-answers.ts';

/** How the stub behaves. */
export interface StubOptions extends RegistrySize {
  /** Milliseconds of each response. */
  readonly latencyMs: number;
  /** Calls a second, by operation; more are throttled. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Operations that are denied. */
  readonly denied?: readonly string[];
  /** Other responses, by operation; undefined for the usual one. */
  readonly answers?: Readonly<Record<string, (input: Input, caller: Caller) => Answer | undefined>>;
  /** Called with each request. */
  readonly onRequest?: (request: IncomingMessage) => void;
}

export interface StubRegistry {
  readonly url: string;
  /** How often each operation was called, throttled calls included. */
  readonly calls: Map<string, number>;
  throttled(): number;
  /** The same by operation. */
  readonly throttledBy: ReadonlyMap<string, number>;
  /** How many calls were in progress at once, at most. */
  mostAtOnce(): number;
  /** What does not fit AWS's models: requests, which are refused, and the stub's own responses. */
  readonly problems: ReadonlySet<string>;
  /** Forgets what was called. */
  reset(): void;
  stop(): Promise<void>;
}

export async function startStubRegistry(options: StubOptions): Promise<StubRegistry> {
  const calls = new Map<string, number>();
  const isAllowed = limiter(options.limits ?? {});
  const throttledBy = new Map<string, number>();
  const checks = startChecks();
  let atOnce = 0;
  let mostAtOnce = 0;
  const answer = (operation: string, input: Input, caller: Caller): Answer => {
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
    if (!isAllowed(operation)) {
      throttledBy.set(operation, (throttledBy.get(operation) ?? 0) + 1);
      return failure('ThrottlingException', 'Rate exceeded');
    }
    if (options.denied?.includes(operation) === true)
      return failure('AccessDeniedException', `not authorized to perform ${operation}`);
    return (
      options.answers?.[operation]?.(input, caller) ??
      usualAnswer(operation, input, { ...options, ...caller })
    );
  };
  const server = createServer((request, response) => {
    options.onRequest?.(request);
    void serve(request, response, async ({ protocol, operation, input }) => {
      atOnce += 1;
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      await sleep(options.latencyMs);
      atOnce -= 1;
      return checks.checked(protocol, operation, input, () => answer(operation, input, callerOf(request)));
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    throttled: () => [...throttledBy.values()].reduce((sum, count) => sum + count, 0),
    throttledBy,
    mostAtOnce: () => mostAtOnce,
    problems: checks.problems,
    reset() {
      calls.clear();
      throttledBy.clear();
      mostAtOnce = 0;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** By the signature: an access key of 12 digits is the account of that number. */
function callerOf({ headers: { authorization = '' } }: IncomingMessage): Caller {
  const [, key = '', region = ''] = /Credential=([^/]+)\/\d+\/([^/]+)\//.exec(authorization) ?? [];
  return { account: /^\d{12}$/.test(key) ? key : '123456789012', region: region || 'us-east-1' };
}

/** A token bucket for each operation that has a limit; the answer is whether a call is allowed now. */
function limiter(limits: Readonly<Record<string, number>>): (operation: string) => boolean {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return (operation) => {
    const rate = limits[operation];
    if (rate === undefined) return true;
    const now = performance.now() / 1000;
    const { tokens, at } = buckets.get(operation) ?? { tokens: rate, at: now };
    const available = Math.min(rate, tokens + (now - at) * rate);
    buckets.set(operation, { tokens: available < 1 ? available : available - 1, at: now });
    return available >= 1;
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (call: Parsed) => Promise<Answer>,
): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const { status = 200, body } = await answer(parse(request, Buffer.concat(pieces).toString()));
  const isQuery = isQueryType(request);
  response.writeHead(status, { 'content-type': isQuery ? 'text/xml' : 'application/x-amz-json-1.1' });
  response.end(isQuery ? xmlOf(body) : JSON.stringify(body));
}

/** The SDK for Python adds the character set. */
function isQueryType({ headers }: IncomingMessage): boolean {
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
}

/** A failure in AWS's query protocol, or the text that the answer has as its `xml`. */
function xmlOf(body: object): string {
  const { __type: code, message, xml } = { __type: '', message: '', xml: '', ...body };
  if (xml !== '') return xml;
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
}

// Those of services without AWS's JSON protocol.
const paths: readonly (readonly [RegExp, string])[] = [
  [/^\/2015-03-31\/functions\/?$/, 'ListFunctions'],
  [/^\/2015-03-31\/functions\/(?<FunctionName>[^/]+)\/?$/, 'GetFunction'],
  [/^\/v1\/describejobdefinitions$/, 'DescribeJobDefinitions'],
  [/^\/status\/batch\/get$/, 'BatchGetAccountStatus'],
  [/^\/coverage\/list$/, 'ListCoverage'],
];

/** A request; `protocol` names its service, where it is one that is checked. */
interface Parsed {
  readonly protocol?: string | undefined;
  readonly operation: string;
  readonly input: Input;
}

function parse(request: IncomingMessage, text: string): Parsed {
  if (isQueryType(request)) return parseQuery(text);
  const body: Input = JSON.parse(text || '{}');
  const target = request.headers['x-amz-target'];
  if (target !== undefined) {
    const pieces = String(target).split('.');
    return { operation: pieces.pop() ?? '', protocol: pieces.join('.'), input: body };
  }
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const found = paths.find(([path]) => path.test(pathname));
  const input = { ...Object.fromEntries(searchParams), ...found?.[0].exec(pathname)?.groups, ...body };
  return { operation: found?.[1] ?? pathname, input };
}

/** A request in AWS's query protocol, without the members that the protocol adds. */
export function parseQuery(text: string): Required<Parsed> {
  const {
    Action: operation = '',
    Version: protocol,
    ...input
  } = Object.fromEntries(new URLSearchParams(text));
  return { operation, protocol, input };
}
