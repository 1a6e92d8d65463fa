/** The usual responses of the stub registry: every tenth repository is safe, every hundredth public, the rest default. */

export type Input = Readonly<Record<string, unknown>>;

export interface Answer {
  readonly status?: number;
  readonly body: object;
}

/** The size of the registry. */
export interface RegistrySize {
  readonly repositories: number;
  readonly imagesEach: number;
}

/** Who calls, and in which Region: whose registry it is. */
export interface Caller {
  readonly account: string;
  readonly region: string;
}

/** A registry that is answered for. */
type Registry = RegistrySize & Caller;

const day = 24 * 60 * 60;
const maxResults = 1000;

/** An error as AWS returns it. */
export function failure(name: string, message: string): Answer {
  return { status: 400, body: { __type: name, message } };
}

/** The n-th repository's name. */
export function nameOf(index: number): string {
  return `team-${index % 40}/service-${index}`;
}

/** The response to an operation. */
export function usualAnswer(operation: string, input: Input, registry: Registry): Answer {
  const answer = answers[operation];
  return answer === undefined ? failure('UnknownOperationException', operation) : answer(input, registry);
}

const answers: Readonly<Record<string, (input: Input, registry: Registry) => Answer>> = {
  DescribeRepositories: (input, registry) =>
    page(input, registry.repositories, 'repositories', (index) => describe(index, registry)),
  BatchGetRepositoryScanningConfiguration: ({ repositoryNames }) => ({
    body: {
      scanningConfigurations: (Array.isArray(repositoryNames) ? repositoryNames.map(String) : []).map(
        (repositoryName) => ({
          repositoryName,
          scanFrequency: /0$/.test(repositoryName) ? 'SCAN_ON_PUSH' : 'MANUAL',
          appliedScanFilters: [],
        }),
      ),
      failures: [],
    },
  }),
  GetRegistryScanningConfiguration: (_, { account }) => ({
    body: { registryId: account, scanningConfiguration: { scanType: 'BASIC', rules: [] } },
  }),
  GetLifecyclePolicy: (input) =>
    indexOf(input) % 10 === 0
      ? { body: { lifecyclePolicyText: lifecyclePolicy } }
      : failure('LifecyclePolicyNotFoundException', 'Lifecycle policy does not exist'),
  GetRepositoryPolicy: (input) =>
    indexOf(input) % 100 === 99
      ? { body: { policyText: publicPolicy } }
      : failure('RepositoryPolicyNotFoundException', 'Repository policy does not exist'),
  DescribeImages: (input, { imagesEach, account }) =>
    page(input, imagesEach, 'imageDetails', (number) => image(account, indexOf(input), number)),
  GetResources: () => ({ body: { ResourceTagMappingList: [], PaginationToken: '' } }),
  DescribeStackResources: ({ PhysicalResourceId }) =>
    failure('ValidationError', `Stack for ${String(PhysicalResourceId)} does not exist`),
  DescribePullThroughCacheRules: () => ({ body: { pullThroughCacheRules: [] } }),
  DescribeRegistry: (_, { account }) => ({
    body: { registryId: account, replicationConfiguration: { rules: [] } },
  }),
  // An access key is the number of an account (`callerOf`).
  AssumeRole: ({ RoleArn }) => ({
    body: {
      xml: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>${String(RoleArn).split(':')[4]}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2036-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    },
  }),
  LookupEvents: () => ({ body: { Events: [] } }),
  GetCallerIdentity: (_, { account }) => ({
    body: {
      xml: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/bench</Arn><UserId>bench</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    },
  }),
};

function indexOf({ repositoryName }: Input): number {
  return Number(/(\d+)$/.exec(String(repositoryName ?? ''))?.[1] ?? 0);
}

/** One page of `total` items, from the index that the token is. */
function page(input: Input, total: number, key: string, item: (index: number) => object): Answer {
  const from = Number(input.nextToken ?? 0);
  const length = Math.max(0, Math.min(Number(input.maxResults ?? 100), maxResults, total - from));
  const next = from + length;
  return {
    body: {
      [key]: Array.from({ length }, (_, at) => item(from + at)),
      ...(next < total ? { nextToken: String(next) } : {}),
    },
  };
}

function describe(index: number, { account, region }: Caller): object {
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

function image(account: string, repository: number, number: number): object {
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

const lifecyclePolicy = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: 'The newest 20 images stay',
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 20 },
      action: { type: 'expire' },
    },
  ],
});
const publicPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ecr:BatchGetImage' }],
});
