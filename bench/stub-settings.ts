/** The settings of a stub's repositories, which can be written: answers for startStubRegistry. */
import { type Answer, failure, nameOf } from './stub-registry.ts';

type Input = Readonly<Record<string, unknown>>;

/** One repository's settings, as ECR's answers hold them. */
interface Settings {
  imageTagMutability: unknown;
  imageTagMutabilityExclusionFilters: unknown;
  imageScanningConfiguration: unknown;
  lifecyclePolicyText: unknown;
  readonly tags: Map<string, unknown>;
}

const arnPrefix = 'arn:aws:ecr:us-east-1:123456789012:repository/';

/** Repositories as ECR creates them: mutable, not scanned, without a lifecycle policy. */
export function startSettings(repositories: number) {
  const all = new Map<string, Settings>(
    Array.from({ length: repositories }, (_, index) => [
      nameOf(index),
      {
        imageTagMutability: 'MUTABLE',
        imageTagMutabilityExclusionFilters: undefined,
        imageScanningConfiguration: { scanOnPush: false },
        lifecyclePolicyText: undefined,
        tags: new Map(),
      },
    ]),
  );
  const on =
    (answer: (settings: Settings, input: Input) => object | Answer) =>
    (input: Input): Answer => {
      const name = String(input.repositoryName ?? input.resourceArn ?? '').replace(arnPrefix, '');
      const settings = all.get(name);
      if (settings === undefined) return failure('RepositoryNotFoundException', 'it does not exist');
      const body = answer(settings, input);
      return 'body' in body ? body : { body };
    };
  const describe = (name: string, settings: Settings) => ({
    repositoryName: name,
    repositoryArn: `${arnPrefix}${name}`,
    registryId: '123456789012',
    createdAt: 1_700_000_000,
    imageTagMutability: settings.imageTagMutability,
    imageTagMutabilityExclusionFilters: settings.imageTagMutabilityExclusionFilters,
    imageScanningConfiguration: settings.imageScanningConfiguration,
  });
  const noPolicy = failure('LifecyclePolicyNotFoundException', 'Lifecycle policy does not exist');
  return {
    all,
    answers: {
      DescribeRepositories: (input: Input): Answer => {
        const names = Array.isArray(input.repositoryNames)
          ? input.repositoryNames.map(String)
          : [...all.keys()];
        const found = names.flatMap((name) => {
          const settings = all.get(name);
          return settings === undefined ? [] : [describe(name, settings)];
        });
        return { body: { repositories: found } };
      },
      ListTagsForResource: on(({ tags }) => ({
        tags: [...tags].map(([Key, Value]) => ({ Key, Value })),
      })),
      TagResource: on(({ tags }, input) => {
        for (const { Key, Value } of Array.isArray(input.tags) ? input.tags : []) tags.set(Key, Value);
        return {};
      }),
      PutImageTagMutability: on((settings, input) => {
        settings.imageTagMutability = input.imageTagMutability;
        settings.imageTagMutabilityExclusionFilters = input.imageTagMutabilityExclusionFilters;
        return {};
      }),
      PutImageScanningConfiguration: on((settings, input) => {
        settings.imageScanningConfiguration = input.imageScanningConfiguration;
        return {};
      }),
      PutLifecyclePolicy: on((settings, input) => {
        settings.lifecyclePolicyText = input.lifecyclePolicyText;
        return {};
      }),
      GetLifecyclePolicy: on(({ lifecyclePolicyText }) =>
        lifecyclePolicyText === undefined ? noPolicy : { lifecyclePolicyText },
      ),
    },
  };
}
