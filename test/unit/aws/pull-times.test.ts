import '../custom-resource/support/one-realm.ts';

import { expect, test } from '@jest/globals';
import { deadlineIn } from '../../../aws/deadline.ts';
import { connect } from '../../../aws/ecr/connection.ts';
import { pullTimeReads } from '../../../aws/ecr/pull-times.ts';
import { failure } from '../../../bench/stub-answers.ts';
import { startStubRegistry } from '../../../bench/stub-registry.ts';
import { isObject, member } from '../../../core/json.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const pulledAt = Date.UTC(2026, 10, 28);

test('the last pull of an archived image is read, which ECR does not describe without being asked for it', async () => {
  const archived = {
    ...{ imageDigest: digest, imageTags: ['v1'], imageStatus: 'ARCHIVED' },
    ...{ imageManifestMediaType: 'application/vnd.oci.image.index.v1+json' },
    lastRecordedPullTime: pulledAt / 1000,
  };
  // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImagesFilter.html
  const DescribeImages = ({ filter }: Readonly<Record<string, unknown>>) =>
    isObject(filter) && member(filter, 'imageStatus') === 'ANY'
      ? { body: { imageDetails: [archived] } }
      : failure('ImageNotFoundException', 'The image does not exist');
  const answers = { DescribeImages };
  const stub = await startStubRegistry({ repositories: 0, imagesEach: 0, latencyMs: 0, answers });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const connection = connect({ region: 'us-east-1', endpoint: stub.url, credentials }, pullTimeReads);
  const deadline = deadlineIn(60_000);
  try {
    // Its manifest cannot be read, so it is not one whose images are looked at.
    expect(await connection.until(deadline).pulledImages('team/app', [digest])).toEqual(
      new Map([[digest, { tags: ['v1'], pulledAt, isImageIndex: false }]]),
    );
  } finally {
    deadline.dispose();
    connection.close();
    await stub.stop();
  }
});
