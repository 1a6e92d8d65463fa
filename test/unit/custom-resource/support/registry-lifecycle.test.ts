import {
  DeleteLifecyclePolicyCommand,
  DescribeImagesCommand,
  GetAccountSettingCommand,
  GetLifecyclePolicyCommand,
  GetLifecyclePolicyPreviewCommand,
  PutAccountSettingCommand,
  PutLifecyclePolicyCommand,
  StartLifecyclePolicyPreviewCommand,
} from '@aws-sdk/client-ecr';
import { describe, expect, test } from '@jest/globals';
import { connectBeforeEach, invalid, refusal } from './ecr-client.ts';
import { imagesLike, unsafe } from './registry.ts';

const ecr = connectBeforeEach();

const policy = (countNumber: number) =>
  JSON.stringify({
    rules: [
      {
        rulePriority: 5,
        selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber },
        action: { type: 'expire' },
      },
    ],
  });

describe('lifecycle policies', () => {
  const repositoryName = 'a';
  const read = () => ecr.client.send(new GetLifecyclePolicyCommand({ repositoryName }));
  const put = (lifecyclePolicyText: string) =>
    ecr.client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }));
  const remove = () => ecr.client.send(new DeleteLifecyclePolicyCommand({ repositoryName }));
  const start = (lifecyclePolicyText?: string) =>
    ecr.client.send(new StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText }));
  const look = (nextToken?: string) =>
    ecr.client.send(new GetLifecyclePolicyPreviewCommand({ repositoryName, nextToken }));
  const noPolicy = refusal('LifecyclePolicyNotFoundException');

  test('are put, read and deleted', async () => {
    ecr.add('a', unsafe);
    await expect(read()).rejects.toMatchObject(noPolicy);
    await put(policy(3));
    expect(await read()).toMatchObject({ repositoryName, lifecyclePolicyText: policy(3) });
    await remove();
    await expect(remove()).rejects.toMatchObject(noPolicy);
    await expect(put('{"rules":[]}')).rejects.toMatchObject(invalid);
    await expect(put('x'.repeat(200))).rejects.toMatchObject(invalid);
  });

  test('a preview is in progress at the first look, then complete, in pages of 100', async () => {
    ecr.add('a', unsafe, { images: imagesLike(250) });
    await expect(look()).rejects.toMatchObject(refusal('LifecyclePolicyPreviewNotFoundException'));
    await expect(start()).rejects.toMatchObject(noPolicy);
    await put(policy(20));
    expect(await start()).toMatchObject({ status: 'IN_PROGRESS', lifecyclePolicyText: policy(20) });
    await start(policy(20));
    expect(await look()).toMatchObject({ status: 'IN_PROGRESS', previewResults: [] });
    const first = await look();
    expect(first).toMatchObject({ status: 'COMPLETE', summary: { expiringImageTotalCount: 230 } });
    const second = await look(first.nextToken);
    const third = await look(second.nextToken);
    expect(third.nextToken).toBeUndefined();
    const results = [first, second, third].flatMap(({ previewResults }) => previewResults ?? []);
    expect(results.map(({ imageDigest }) => imageDigest)).toEqual(
      imagesLike(230)
        .toReversed()
        .map(({ digest }) => digest),
    );
    expect(results[0]).toMatchObject({
      imageTags: ['v229'],
      imagePushedAt: new Date(1000 * (1_767_225_600 + 229 * 3600)),
      action: { type: 'EXPIRE' },
      appliedRulePriority: 5,
    });
  });

  test('a preview of another text waits for the one in progress', async () => {
    ecr.add('a', unsafe, { images: imagesLike(3) });
    await start(policy(1));
    await expect(start(policy(2))).rejects.toMatchObject(
      refusal('LifecyclePolicyPreviewInProgressException'),
    );
    await start(policy(2));
    await look();
    expect(await look()).toMatchObject({ lifecyclePolicyText: policy(2), previewResults: [{}] });
  });
});

test('images are described by digest and by page', async () => {
  const images = imagesLike(150).map((image, index) =>
    index === 0 ? { ...image, tags: [], lastPulledAt: 1_770_000_000 } : image,
  );
  ecr.add('a', unsafe, { images });
  const see = (input: { imageIds?: { imageDigest: string }[]; nextToken?: string | undefined }) =>
    ecr.client.send(new DescribeImagesCommand({ repositoryName: 'a', ...input }));
  const ids = images.map(({ digest }) => ({ imageDigest: digest }));
  const { imageDetails = [] } = await see({ imageIds: ids.slice(0, 100) });
  expect(imageDetails).toHaveLength(100);
  expect(imageDetails[0]).toMatchObject({
    imageDigest: images[0]?.digest,
    imagePushedAt: new Date(1_767_225_600_000),
    lastRecordedPullTime: new Date(1_770_000_000_000),
  });
  expect(imageDetails[0]).not.toHaveProperty('imageTags');
  expect(imageDetails[1]).toMatchObject({ imageTags: ['v1'] });
  const page = await see({});
  expect(page.imageDetails).toHaveLength(100);
  expect((await see({ nextToken: page.nextToken })).imageDetails).toHaveLength(50);
  await expect(see({ imageIds: ids.slice(0, 101) })).rejects.toMatchObject(invalid);
  await expect(see({ imageIds: [{ imageDigest: 'sha256:gone' }] })).rejects.toMatchObject(
    refusal('ImageNotFoundException'),
  );
});

test('account settings have a default and known values', async () => {
  const read = async (name: string) => (await ecr.client.send(new GetAccountSettingCommand({ name }))).value;
  const put = (name: string, value: string) => ecr.client.send(new PutAccountSettingCommand({ name, value }));
  expect(await read('BASIC_SCAN_TYPE_VERSION')).toBe('AWS_NATIVE');
  expect(await read('REGISTRY_POLICY_SCOPE')).toBe('V1');
  expect(await read('BLOB_MOUNTING')).toBe('DISABLED');
  await put('BLOB_MOUNTING', 'ENABLED');
  expect(await read('BLOB_MOUNTING')).toBe('ENABLED');
  await expect(put('BASIC_SCAN_TYPE_VERSION', 'CLAIR')).rejects.toMatchObject(invalid);
  await expect(put('UNKNOWN', 'V1')).rejects.toMatchObject(invalid);
  await expect(read('UNKNOWN')).rejects.toMatchObject(invalid);
});
