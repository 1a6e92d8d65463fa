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
    answers: answersFor(all),
  };
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
  /** Takes these members of the input. */
  const put = (...names: readonly Exclude<keyof Settings, 'tags'>[]) =>
    on((settings, input) => {
      for (const name of names) settings[name] = input[name];
      return { body: {} };
    });
  return {
    DescribeRepositories: ({ repositoryNames }) => {
      const names = Array.isArray(repositoryNames) ? repositoryNames.map(String) : [...all.keys()];
      return { body: { repositories: names.flatMap((name) => describe(name, all.get(name))) } };
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
