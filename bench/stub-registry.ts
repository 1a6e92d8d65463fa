/**
 * A registry of any size that answers what an audit reads, by AWS's JSON protocol, with a latency and limits of its own:
 * the local AWS answers too slowly for 10,000 repositories, and would be what is measured.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the stub plays. */
export interface StubOptions {
  readonly repositories: number;
  readonly imagesEach: number;
  /** Milliseconds of each answer. */
  readonly latencyMs: number;
  /** Calls a second, by operation; more are throttled. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Operations that are not allowed. */
  readonly denied?: readonly string[];
  /** Other answers, by operation; undefined for the usual one. */
  readonly answers?: Readonly<Record<string, (input: Input) => Answer | undefined>>;
}

type Input = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status?: number;
  readonly body: object;
}

export interface StubRegistry {
  readonly url: string;
  /** How often each operation was called, throttled calls included. */
  readonly calls: Map<string, number>;
  throttled(): number;
  /** The same by operation. */
  readonly throttledBy: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const account = '123456789012';
const region = 'us-east-1';
const day = 24 * 60 * 60;
const mostDescribed = 1000;

export async function startStubRegistry(options: StubOptions): Promise<StubRegistry> {
  const calls = new Map<string, number>();
  const buckets = new Map<string, { tokens: number; at: number }>();
  const throttledBy = new Map<string, number>();
  const take = (operation: string): boolean => {
    const rate = options.limits?.[operation];
    if (rate === undefined) return true;
    const now = performance.now() / 1000;
    const { tokens, at } = buckets.get(operation) ?? { tokens: rate, at: now };
    const left = Math.min(rate, tokens + (now - at) * rate);
    buckets.set(operation, { tokens: left < 1 ? left : left - 1, at: now });
    return left >= 1;
  };
  const answer = (operation: string, input: Input): Answer => {
    calls.set(operation, (calls.get(operation) ?? 0) + 1);
    if (!take(operation)) {
      throttledBy.set(operation, (throttledBy.get(operation) ?? 0) + 1);
      return failure('ThrottlingException', 'Rate exceeded');
    }
    if (options.denied?.includes(operation) === true)
      return failure('AccessDeniedException', `not authorized to perform ${operation}`);
    return options.answers?.[operation]?.(input) ?? usual(operation, input, options);
  };
  const server = createServer((request, response) => {
    void serve(request, response, async (operation, input) => {
      await sleep(options.latencyMs);
      return answer(operation, input);
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
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (operation: string, input: Input) => Promise<Answer>,
): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
  const { status = 200, body } = await answer(
    operation,
    JSON.parse(Buffer.concat(pieces).toString() || '{}'),
  );
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(body));
}

/** An error as AWS answers it. */
export function failure(name: string, message: string): Answer {
  return { status: 400, body: { __type: name, message } };
}

/** The n-th repository's name. */
export function nameOf(index: number): string {
  return `team-${index % 40}/service-${index}`;
}

/** Every tenth is safe, every hundredth public; the rest are as ECR makes them. */
function usual(operation: string, input: Input, { repositories, imagesEach }: StubOptions): Answer {
  const index = Number(/(\d+)$/.exec(String(input.repositoryName ?? ''))?.[1] ?? 0);
  const isSafe = index % 10 === 0;
  switch (operation) {
    case 'DescribeRepositories': {
      const from = Number(input.nextToken ?? 0);
      const most = Math.min(Number(input.maxResults ?? 100), mostDescribed);
      const names = Array.from(
        { length: Math.max(0, Math.min(most, repositories - from)) },
        (_, at) => from + at,
      );
      return {
        body: {
          repositories: names.map(describe),
          ...(from + most < repositories ? { nextToken: String(from + most) } : {}),
        },
      };
    }
    case 'BatchGetRepositoryScanningConfiguration': {
      const names = Array.isArray(input.repositoryNames) ? input.repositoryNames.map(String) : [];
      return {
        body: {
          scanningConfigurations: names.map((repositoryName) => ({
            repositoryName,
            scanFrequency: /0$/.test(repositoryName) ? 'SCAN_ON_PUSH' : 'MANUAL',
            appliedScanFilters: [],
          })),
          failures: [],
        },
      };
    }
    case 'GetRegistryScanningConfiguration':
      return { body: { registryId: account, scanningConfiguration: { scanType: 'BASIC', rules: [] } } };
    case 'GetLifecyclePolicy':
      return isSafe
        ? { body: { lifecyclePolicyText: policy } }
        : failure('LifecyclePolicyNotFoundException', 'Lifecycle policy does not exist');
    case 'GetRepositoryPolicy':
      return index % 100 === 99
        ? { body: { policyText: open } }
        : failure('RepositoryPolicyNotFoundException', 'Repository policy does not exist');
    case 'DescribeImages': {
      const from = Number(input.nextToken ?? 0);
      const most = Math.min(Number(input.maxResults ?? 100), mostDescribed);
      const images = Array.from({ length: Math.max(0, Math.min(most, imagesEach - from)) }, (_, at) =>
        image(index, from + at),
      );
      return {
        body: {
          imageDetails: images,
          ...(from + most < imagesEach ? { nextToken: String(from + most) } : {}),
        },
      };
    }
    case 'GetResources':
      return { body: { ResourceTagMappingList: [], PaginationToken: '' } };
    case 'LookupEvents':
      return { body: { Events: [] } };
    default:
      return failure('UnknownOperationException', operation);
  }
}

function describe(index: number): object {
  const name = nameOf(index);
  return {
    repositoryName: name,
    repositoryArn: `arn:aws:ecr:${region}:${account}:repository/${name}`,
    registryId: account,
    repositoryUri: `${account}.dkr.ecr.${region}.amazonaws.com/${name}`,
    createdAt: 1_700_000_000,
    imageTagMutability: index % 10 === 0 ? 'IMMUTABLE' : 'MUTABLE',
    imageScanningConfiguration: { scanOnPush: index % 10 === 0 },
    encryptionConfiguration: { encryptionType: 'AES256' },
  };
}

function image(repository: number, number: number): object {
  return {
    registryId: account,
    imageDigest: `sha256:${(repository * 100_003 + number).toString(16).padStart(64, '0')}`,
    imageTags: number === 0 && repository % 3 === 1 ? ['latest', `build-${number}`] : [`build-${number}`],
    imageSizeInBytes: 50_000_000 + repository * 1_000,
    imagePushedAt: Math.floor(Date.now() / 1000) - number * 3 * day,
    lastRecordedPullTime: Math.floor(Date.now() / 1000) - number * day,
    imageManifestMediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    imageStatus: 'ACTIVE',
  };
}

const policy = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: 'The newest 20 images stay',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 20 },
      action: { type: 'expire' },
    },
  ],
});
const open = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
});
