/** The settings of a stub's repositories, which can be written: answers for startStubRegistry. */
import { type Answer, failure, type Input, nameOf } from './stub-answers.ts';

/** One repository's settings, as ECR's answers hold them. */
interface Settings {
  imageTagMutability: unknown;
  imageTagMutabilityExclusionFilters: unknown;
  imageScanningConfiguration: unknown;
  lifecyclePolicyText: unknown;
  readonly tags: Map<string, unknown>;
}

/** By repository. */
type AllSettings = Map<string, Settings>;

const arnPrefix = 'arn:aws:ecr:us-east-1:123456789012:repository/';
const noPolicy = failure('LifecyclePolicyNotFoundException', 'Lifecycle policy does not exist');

/** Repositories as ECR creates them: mutable, not scanned, without a lifecycle policy. */
export function startSettings(repositories: number) {
  const all: AllSettings = new Map();
  const reset = () => {
    for (let index = 0; index < repositories; index += 1) all.set(nameOf(index), created());
  };
  reset();
  return {
    all,
    /** Makes all of them anew. */
    reset,
    /** How many have tags that cannot be overwritten, scanning and a lifecycle policy. */
    done: () => [...all.values()].filter(isDone).length,
    answers: answersFor(all),
  };
}

function isDone({ imageTagMutability, imageScanningConfiguration, lifecyclePolicyText }: Settings): boolean {
  return (
    imageTagMutability === 'IMMUTABLE' &&
    JSON.stringify(imageScanningConfiguration) === '{"scanOnPush":true}' &&
    lifecyclePolicyText !== undefined
  );
}

function created(): Settings {
  return {
    imageTagMutability: 'MUTABLE',
    imageTagMutabilityExclusionFilters: undefined,
    imageScanningConfiguration: { scanOnPush: false },
    lifecyclePolicyText: undefined,
    tags: new Map(),
  };
}

function answersFor(all: AllSettings): Readonly<Record<string, (input: Input) => Answer>> {
  const on = (answer: (settings: Settings, input: Input) => Answer) => (input: Input) => {
    const name = String(input.repositoryName ?? input.resourceArn ?? '').replace(arnPrefix, '');
    const settings = all.get(name);
    return settings === undefined
      ? failure('RepositoryNotFoundException', 'it does not exist')
      : answer(settings, input);
  };
  /** The lifecycle policies that a preview was last started with, by repository. */
  const previews = new Map<unknown, unknown>();
  /** Takes these members of the input. */
  const put = (...names: readonly Exclude<keyof Settings, 'tags'>[]) =>
    on((settings, input) => {
      for (const name of names) settings[name] = input[name];
      return { body: {} };
    });
  return {
    DescribeRepositories: ({ repositoryNames, nextToken = '0', maxResults = 100 }) => {
      const isNamed = Array.isArray(repositoryNames);
      const names = isNamed ? repositoryNames.map(String) : [...all.keys()];
      const from = Number(nextToken);
      const to = isNamed ? names.length : from + Number(maxResults);
      const repositories = names.slice(from, to).flatMap((name) => describe(name, all.get(name)));
      return { body: { repositories, ...(to < names.length ? { nextToken: String(to) } : {}) } };
    },
    ListTagsForResource: on(({ tags }) => ({
      body: { tags: [...tags].map(([Key, Value]) => ({ Key, Value })) },
    })),
    TagResource: on(({ tags }, input) => {
      for (const { Key, Value } of Array.isArray(input.tags) ? input.tags : []) tags.set(Key, Value);
      return { body: {} };
    }),
    PutImageTagMutability: put('imageTagMutability', 'imageTagMutabilityExclusionFilters'),
    PutImageScanningConfiguration: put('imageScanningConfiguration'),
    PutLifecyclePolicy: put('lifecyclePolicyText'),
    // Nothing would expire.
    StartLifecyclePolicyPreview: on((_, { repositoryName, lifecyclePolicyText }) => {
      previews.set(repositoryName, lifecyclePolicyText);
      return { body: { repositoryName, lifecyclePolicyText, status: 'IN_PROGRESS' } };
    }),
    GetLifecyclePolicyPreview: on((_, { repositoryName }) => ({
      body: {
        repositoryName,
        lifecyclePolicyText: previews.get(repositoryName),
        status: 'COMPLETE',
        previewResults: [],
        summary: { expiringImageTotalCount: 0 },
      },
    })),
    GetLifecyclePolicy: on(({ lifecyclePolicyText }) =>
      lifecyclePolicyText === undefined ? noPolicy : { body: { lifecyclePolicyText } },
    ),
  };
}

function describe(name: string, settings: Settings | undefined): readonly object[] {
  if (settings === undefined) return [];
  const { tags: _, lifecyclePolicyText: __, ...described } = settings;
  const repositoryArn = `${arnPrefix}${name}`;
  return [
    {
      repositoryName: name,
      repositoryArn,
      registryId: '123456789012',
      createdAt: 1_700_000_000,
      ...described,
    },
  ];
}
