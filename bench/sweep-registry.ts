/** A registry of any size for a sweep: settings that can be written, latency, and a rate for each operation. */
import { callsOf, startPaces } from '../aws/calls.ts';
import type { EcrCalls } from '../aws/ecr/call.ts';
import { imageReads } from '../aws/ecr/images.ts';
import { registryReads } from '../aws/ecr/registry.ts';
import { repositoryPolicyReads } from '../aws/ecr/repository-policies.ts';
import { ecrOperations } from '../aws/ecr/settings.ts';
import { exemptionTagKey } from '../core/policy/exemption-tag.ts';

type Input = Readonly<Record<string, unknown>>;

/** How the registry is, and how it answers. */
export interface SweepRegistryOptions {
  readonly repositories: number;
  /** Calls a second of each operation; more are throttled. */
  readonly perSecond: number;
  /** How many repositories DescribeRepositories lists at a time; 1,000 if not given, which is Amazon ECR's limit. */
  readonly pageSize?: number | undefined;
  /** How many images a repository has; 3 if not given. */
  readonly images?: number | undefined;
  /** Waited for at each call. */
  readonly answer: () => Promise<void>;
}

const account = '123456789012';
const arnPrefix = `arn:aws:ecr:us-east-1:${account}:repository/`;

/** Of 20: two are safe, one is of a stack, one is exempt, one a cache; two of three of the others are not scanned. */
export function kindOf(index: number): 'safe' | 'stack' | 'exempt' | 'cache' | 'unsafe' {
  const kinds = ['safe', 'stack', 'exempt', 'cache', 'safe'] as const;
  return kinds[index % 20] ?? 'unsafe';
}

export function nameOf(index: number): string {
  const prefix = kindOf(index) === 'cache' ? 'cache' : `team-${index % 40}`;
  return `${prefix}/service-${String(index).padStart(6, '0')}`;
}

export type SweepRegistry = ReturnType<typeof startSweepRegistry>;

export function startSweepRegistry({
  repositories,
  perSecond,
  pageSize = 1000,
  images = 3,
  answer,
}: SweepRegistryOptions) {
  const immutable = Uint8Array.from({ length: repositories }, (_, index) => Number(kindOf(index) === 'safe'));
  const scanned = Uint8Array.from({ length: repositories }, (_, index) =>
    Number(kindOf(index) === 'safe' || index % 3 === 0),
  );
  const calls = new Map<string, number>();
  const throttled = new Map<string, number>();
  const isAllowed = limiter(perSecond);
  const perform = performer({ immutable, scanned, repositories, pageSize, images });
  const client = {
    async send({ constructor: { name }, input }: { readonly input: Input }) {
      const operation = name.replace(/Command$/, '');
      await answer();
      if (!isAllowed(operation)) {
        throttled.set(operation, (throttled.get(operation) ?? 0) + 1);
        throw failure('ThrottlingException');
      }
      calls.set(operation, (calls.get(operation) ?? 0) + 1);
      return perform(operation, input);
    },
    destroy: () => undefined,
  };
  return {
    immutable,
    scanned,
    /** Those that were answered, by operation. */
    calls,
    throttled,
    /** As `connect` makes it, with calls that keep a pace of their own. */
    connect(paces = startPaces()) {
      const connected = callsOf(() => client, undefined, paces);
      const operations = (calls: EcrCalls) => ({
        ...ecrOperations(calls),
        ...repositoryPolicyReads(calls),
        ...imageReads(calls),
        ...registryReads(calls),
      });
      const until = (deadline: Parameters<typeof connected.until>[0]) => {
        const call: unknown = connected.until(deadline);
        // The client is asked for nothing but `send`.
        return operations({ call: call as EcrCalls['call'], registry: {} });
      };
      return {
        until,
        patiently: () => {
          throw new Error('a sweep has deadlines');
        },
        region: async () => 'us-east-1',
        speed: connected.speed,
        close: connected.close,
      };
    },
  };
}

interface State {
  readonly immutable: Uint8Array;
  readonly scanned: Uint8Array;
  readonly repositories: number;
  readonly pageSize: number;
  readonly images: number;
}

function failure(name: string): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 400 } });
}

const indexOf = (name: unknown) => Number(/(\d+)$/.exec(String(name))?.[1] ?? -1);
const namesIn = ({ repositoryNames }: Input) =>
  Array.isArray(repositoryNames) ? repositoryNames.map(String) : [];

function performer(state: State): (operation: string, input: Input) => object {
  const { immutable, scanned, repositories, pageSize, images } = state;
  const answers: Readonly<Record<string, (input: Input) => object>> = {
    DescribeRepositories(input) {
      if (input.repositoryNames !== undefined)
        return { repositories: namesIn(input).map((name) => describe(indexOf(name), state)) };
      const from = Number(input.nextToken ?? 0);
      const to = Math.min(repositories, from + pageSize);
      const page = Array.from({ length: to - from }, (_, at) => describe(from + at, state));
      return { repositories: page, ...(to < repositories ? { nextToken: String(to) } : {}) };
    },
    BatchGetRepositoryScanningConfiguration: (input) => ({
      scanningConfigurations: namesIn(input).map((repositoryName) => ({
        repositoryName,
        scanFrequency: scanned[indexOf(repositoryName)] === 1 ? 'SCAN_ON_PUSH' : 'MANUAL',
      })),
    }),
    GetLifecyclePolicy: () => {
      throw failure('LifecyclePolicyNotFoundException');
    },
    GetRepositoryPolicy: () => {
      throw failure('RepositoryPolicyNotFoundException');
    },
    DescribeImages({ repositoryName, nextToken }) {
      const from = Number(nextToken ?? 0);
      const to = Math.min(images, from + 1000);
      const imageDetails = imagesOf(indexOf(repositoryName), from, to);
      return { imageDetails, ...(to < images ? { nextToken: String(to) } : {}) };
    },
    ListTagsForResource: ({ resourceArn }) => ({
      tags:
        kindOf(indexOf(resourceArn)) === 'exempt'
          ? [{ Key: exemptionTagKey, Value: 'TagImmutability+ScanOnPush: a vendor moves its tags' }]
          : [],
    }),
    PutImageTagMutability({ repositoryName, imageTagMutability }) {
      immutable[indexOf(repositoryName)] = Number(imageTagMutability === 'IMMUTABLE');
      return {};
    },
    PutImageScanningConfiguration({ repositoryName, imageScanningConfiguration }) {
      scanned[indexOf(repositoryName)] = Number(JSON.stringify(imageScanningConfiguration).includes('true'));
      return {};
    },
    DescribePullThroughCacheRules: () => ({
      pullThroughCacheRules: [{ ecrRepositoryPrefix: 'cache', upstreamRegistryUrl: 'public.ecr.aws' }],
    }),
    DescribeRegistry: () => ({ registryId: account, replicationConfiguration: { rules: [] } }),
    GetRegistryScanningConfiguration: () => ({ registryId: account, scanningConfiguration: {} }),
  };
  return (operation, input) => {
    const perform = answers[operation];
    if (perform === undefined) throw failure(`no ${operation} in a benchmark`);
    return perform(input);
  };
}

function describe(index: number, { immutable, scanned }: State): object {
  const repositoryName = nameOf(index);
  return {
    repositoryName,
    repositoryArn: `${arnPrefix}${repositoryName}`,
    registryId: account,
    createdAt: new Date(1_700_000_000_000),
    imageTagMutability: immutable[index] === 1 ? 'IMMUTABLE' : 'MUTABLE',
    imageScanningConfiguration: { scanOnPush: scanned[index] === 1 },
    encryptionConfiguration: { encryptionType: 'AES256' },
  };
}

function imagesOf(index: number, from: number, to: number): readonly object[] {
  return Array.from({ length: to - from }, (_, offset) => {
    const at = from + offset;
    return {
      imageDigest: `sha256:${`${index.toString(16)}${at.toString(16).padStart(8, '0')}`.padStart(64, '0')}`,
      imageTags: [`v${at}`],
      imagePushedAt: new Date(1_750_000_000_000 + at * 60_000),
      imageSizeInBytes: 50_000_000,
      imageStatus: 'ACTIVE',
    };
  });
}

/** A bucket of tokens for each operation. */
function limiter(perSecond: number): (operation: string) => boolean {
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return (operation) => {
    const at = performance.now();
    const last = buckets.get(operation) ?? { tokens: perSecond, at };
    const tokens = Math.min(perSecond, last.tokens + ((at - last.at) / 1000) * perSecond);
    buckets.set(operation, { tokens: tokens < 1 ? tokens : tokens - 1, at });
    return tokens >= 1;
  };
}
