/** Lifecycle policies, what one would expire, and when images were last pulled. */
import {
  DeleteLifecyclePolicyCommand,
  DescribeImagesCommand,
  GetLifecyclePolicyCommand,
  GetLifecyclePolicyPreviewCommand,
  type ImageDetail,
  ImageNotFoundException,
  LifecyclePolicyNotFoundException,
  LifecyclePolicyPreviewNotFoundException,
  PutLifecyclePolicyCommand,
  StartLifecyclePolicyPreviewCommand,
} from '@aws-sdk/client-ecr';
import { chunks } from '../../../aws/chunks.ts';
import type { Call } from './call.ts';
import type { Ecr, ExpiringImage } from './ecr.ts';

// The most that ECR takes and gives at once.
const mostImages = 100;

type LifecycleCalls = Pick<
  Ecr,
  | 'lifecyclePolicy'
  | 'putLifecyclePolicy'
  | 'deleteLifecyclePolicy'
  | 'startPreview'
  | 'preview'
  | 'pullTimes'
>;

export function lifecycleCalls(call: Call): LifecycleCalls {
  const previewPage = (repositoryName: string, nextToken: string | undefined) =>
    call('GetLifecyclePolicyPreview', (client, options) =>
      client.send(
        new GetLifecyclePolicyPreviewCommand({ repositoryName, maxResults: mostImages, nextToken }),
        options,
      ),
    );
  /** Those of the images that there still are: one that is gone fails the whole call, so it is asked for by halves. */
  const describe = async (
    repositoryName: string,
    digests: readonly string[],
  ): Promise<readonly ImageDetail[]> => {
    const imageIds = digests.map((imageDigest) => ({ imageDigest }));
    try {
      const { imageDetails } = await call('DescribeImages', (client, options) =>
        client.send(new DescribeImagesCommand({ repositoryName, imageIds }), options),
      );
      return imageDetails ?? [];
    } catch (error) {
      if (!(error instanceof ImageNotFoundException)) throw error;
      if (digests.length === 1) return [];
      const halves = chunks(digests, Math.ceil(digests.length / 2));
      return (await Promise.all(halves.map((half) => describe(repositoryName, half)))).flat();
    }
  };
  return {
    async lifecyclePolicy(repositoryName) {
      try {
        const { lifecyclePolicyText } = await call('GetLifecyclePolicy', (client, options) =>
          client.send(new GetLifecyclePolicyCommand({ repositoryName }), options),
        );
        return lifecyclePolicyText;
      } catch (error) {
        if (error instanceof LifecyclePolicyNotFoundException) return undefined;
        throw error;
      }
    },
    async putLifecyclePolicy(repositoryName, lifecyclePolicyText) {
      await call('PutLifecyclePolicy', (client, options) =>
        client.send(new PutLifecyclePolicyCommand({ repositoryName, lifecyclePolicyText }), options),
      );
    },
    async deleteLifecyclePolicy(repositoryName) {
      try {
        await call('DeleteLifecyclePolicy', (client, options) =>
          client.send(new DeleteLifecyclePolicyCommand({ repositoryName }), options),
        );
      } catch (error) {
        // An earlier attempt whose answer was lost may have deleted it.
        if (!(error instanceof LifecyclePolicyNotFoundException)) throw error;
      }
    },
    async startPreview(repositoryName, lifecyclePolicyText) {
      await call('StartLifecyclePolicyPreview', (client, options) =>
        client.send(new StartLifecyclePolicyPreviewCommand({ repositoryName, lifecyclePolicyText }), options),
      );
    },
    async preview(repositoryName) {
      const expiring: ExpiringImage[] = [];
      let text = '';
      let nextToken: string | undefined;
      try {
        do {
          const page = await previewPage(repositoryName, nextToken);
          if (page.status === 'IN_PROGRESS') return { status: 'pending' };
          if (page.status !== 'COMPLETE') return { status: 'failed' };
          for (const { action, imageDigest, imageTags } of page.previewResults ?? [])
            if (action?.type === 'EXPIRE' && imageDigest !== undefined)
              expiring.push({ digest: imageDigest, tags: imageTags ?? [] });
          text = page.lifecyclePolicyText ?? '';
          nextToken = page.nextToken;
        } while (nextToken !== undefined);
        return { status: 'complete', text, expiring };
      } catch (error) {
        // Just started, and not there yet.
        if (error instanceof LifecyclePolicyPreviewNotFoundException) return { status: 'pending' };
        throw error;
      }
    },
    async pullTimes(repositoryName, digests) {
      const times = new Map<string, Date>();
      for (const imageDigests of chunks(digests, mostImages))
        for (const { imageDigest, lastRecordedPullTime } of await describe(repositoryName, imageDigests))
          if (imageDigest !== undefined && lastRecordedPullTime !== undefined)
            times.set(imageDigest, lastRecordedPullTime);
      return times;
    },
  };
}
