import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  GetLifecyclePolicyPreviewCommand,
  StartLifecyclePolicyPreviewCommand,
} from '@aws-sdk/client-ecr';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../core/json.ts';
import { lifecyclePolicyText } from '../../../core/lifecycle/build.ts';
import { type EvaluatedImage, evaluateLifecyclePolicy } from '../../../core/lifecycle/evaluate.ts';
import { pushImage } from '../../../local/demo/registry.ts';
import { clients, uniqueName } from '../support/stacks.ts';

const { ecr } = clients;

/**
 * Each push is a tag and a content: another content under a tag leaves the image that had it untagged, the same content
 * under two tags is one image with both.
 */
const contents = {
  releases: ['release-1', 'v1', 'release-2', 'v2', 'v3', 'v4'].map((tag) => [tag, tag]),
  'moving tags': ['1', '2', '3', '4', '5'].flatMap((build) => [
    ['latest', build],
    [`build-${build}`, Number(build) % 2 === 0 ? `other-${build}` : build],
  ]),
  'no image': [],
} satisfies Record<string, readonly (readonly string[])[]>;

/** How many tags the images of each have. */
const tagCounts: Readonly<Record<string, readonly number[]>> = {
  releases: [1, 1, 1, 1, 1, 1],
  'moving tags': [0, 0, 1, 1, 1, 1, 2],
  'no image': [],
};

const rule = (selection: JsonObject, index: number) => ({
  rulePriority: (index + 1) * 10,
  description: `Rule ${index + 1} of a test, long enough for a policy text`,
  selection,
  action: { type: 'expire' },
});
const count = (countNumber: number) => ({ countType: 'imageCountMoreThan', countNumber });
const days = (countNumber: number) => ({ countType: 'sinceImagePushed', countUnit: 'days', countNumber });
const tagged = (...tagPatternList: string[]) => ({ tagStatus: 'tagged', tagPatternList });
const prefixed = (...tagPrefixList: string[]) => ({ tagStatus: 'tagged', tagPrefixList });
const untagged = { tagStatus: 'untagged' };
const any = { tagStatus: 'any' };

const policies: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    'the newest two': [{ ...any, ...count(2) }],
    'one untagged image': [{ ...untagged, ...count(1) }],
    'releases protected, one of the rest': [
      { ...tagged('release-*'), ...count(1_000) },
      { ...any, ...count(1) },
    ],
    'two patterns that must both match': [
      { ...tagged('*build*', 'latest'), ...count(1) },
      { ...any, ...count(4) },
    ],
    'prefixes that select in part what the first has': [
      { ...prefixed('release-'), ...count(1) },
      { ...prefixed('v'), ...count(2) },
      { ...untagged, ...days(1) },
      { ...any, ...count(3) },
    ],
    'a rule that can never fire': [
      { ...tagged('*'), ...count(2) },
      { ...tagged('*', 'v*'), ...count(1) },
    ],
    'by age alone': [{ ...any, ...days(1) }],
  }).map(([name, selections]) => [name, JSON.stringify({ rules: selections.map(rule) })]),
);

const texts: Readonly<Record<string, string>> = {
  ...policies,
  'the default with protected tags':
    lifecyclePolicyText({ KeepImages: 2, ExpireUntaggedAfterDays: 14, ProtectedTags: ['release-*'] }) ?? '',
};

async function previewed(repositoryName: string, lifecyclePolicyText: string): Promise<readonly string[]> {
  await ecr.send(new StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText }));
  for (;;) {
    const answer = await ecr.send(new GetLifecyclePolicyPreviewCommand({ repositoryName }));
    if (answer.status === 'IN_PROGRESS') continue;
    return (answer.previewResults ?? []).map(
      ({ imageDigest, appliedRulePriority, action }) =>
        `${imageDigest} ${appliedRulePriority} ${action?.type?.toLowerCase()}`,
    );
  }
}

async function imagesOf(repositoryName: string): Promise<readonly EvaluatedImage[]> {
  const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand({ repositoryName }));
  return imageDetails.map(({ imageDigest = '', imageTags = [], imagePushedAt }) => ({
    digest: imageDigest,
    tags: imageTags,
    pushedAt: imagePushedAt?.getTime() ?? 0,
  }));
}

describe.each(Object.entries(contents))('in a repository with %s', (name, pushes) => {
  const repositoryName = uniqueName('evaluate');
  let images: readonly EvaluatedImage[] = [];

  beforeAll(async () => {
    await ecr.send(new CreateRepositoryCommand({ repositoryName }));
    for (const [tag = '', content = ''] of pushes)
      await pushImage(clients, { repository: repositoryName, tag, content });
    images = await imagesOf(repositoryName);
  });

  test('there is what the policies tell apart', () => {
    expect(images.map(({ tags }) => tags.length).sort()).toEqual(tagCounts[name]);
    const told = Object.values(texts).map((text) => evaluateLifecyclePolicy(text, images, Date.now()));
    const expiring = told.filter((each) => 'verdicts' in each && each.verdicts.length > 0);
    expect(expiring.length > 3).toBe(name !== 'no image');
  });

  test.each(Object.entries(texts))('%s expires what the preview says', async (_policy, text) => {
    const result = evaluateLifecyclePolicy(text, images, Date.now());
    const verdicts = 'verdicts' in result ? result.verdicts : [];
    expect(result).toHaveProperty('verdicts');
    expect(verdicts.map((told) => `${told.digest} ${told.rulePriority} ${told.action}`)).toEqual(
      await previewed(repositoryName, text),
    );
  });
});
