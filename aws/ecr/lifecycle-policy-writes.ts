/** Writing lifecycle policies, and what one would expire or archive. */
import {
  DeleteLifecyclePolicyCommand,
  GetLifecyclePolicyPreviewCommand,
  type LifecyclePolicyPreviewResult,
  type GetLifecyclePolicyPreviewCommandOutput as PreviewPage,
  PutLifecyclePolicyCommand,
  StartLifecyclePolicyPreviewCommand,
} from '@aws-sdk/client-ecr';
import { unlessNotFound } from '../faults.ts';
import { pages, startEntries } from '../pages.ts';
import type { EcrCalls } from './call.ts';
import type { Ecr, ExpiringImage, Preview } from './ecr.ts';

// ECR's limit of GetLifecyclePolicyPreview.
const maxPreviewed = 100;

/** Writing lifecycle policies. */
export function lifecyclePolicyWrites({
  call,
  registry,
}: EcrCalls): Pick<Ecr, 'putLifecyclePolicy' | 'deleteLifecyclePolicy'> {
  return {
    async putLifecyclePolicy(repositoryName, lifecyclePolicyText) {
      const input = { ...registry, repositoryName, lifecyclePolicyText };
      await call(
        'PutLifecyclePolicy',
        (client, options) => client.send(new PutLifecyclePolicyCommand(input), options),
        repositoryName,
      );
    },
    async deleteLifecyclePolicy(repositoryName) {
      // An earlier attempt whose response was lost may have deleted it.
      await unlessNotFound(['lifecycle policy'], () =>
        call(
          'DeleteLifecyclePolicy',
          (client, options) =>
            client.send(new DeleteLifecyclePolicyCommand({ ...registry, repositoryName }), options),
          repositoryName,
        ),
      );
    },
  };
}

/** Previews of lifecycle policies. */
export function lifecyclePreviews({ call, registry }: EcrCalls): Pick<Ecr, 'startPreview' | 'preview'> {
  return {
    async startPreview(repositoryName, lifecyclePolicyText) {
      const input = { ...registry, repositoryName, lifecyclePolicyText };
      await call(
        'StartLifecyclePolicyPreview',
        (client, options) => client.send(new StartLifecyclePolicyPreviewCommand(input), options),
        repositoryName,
      );
    },
    async preview(repositoryName) {
      const read = (nextToken: string | undefined) => {
        const input = { ...registry, repositoryName, maxResults: maxPreviewed, nextToken };
        return call(
          'GetLifecyclePolicyPreview',
          (client, options) => client.send(new GetLifecyclePolicyPreviewCommand(input), options),
          repositoryName,
        );
      };
      const whole = () => wholePreview(pages(read, ({ nextToken }) => nextToken));
      // Just started, and not available yet.
      return (await unlessNotFound(['lifecycle policy preview'], whole)) ?? { status: 'pending' };
    },
  };
}

async function wholePreview(
  pages: AsyncIterable<Pick<PreviewPage, 'status' | 'previewResults' | 'lifecyclePolicyText'>>,
): Promise<Preview> {
  const expiring = startEntries<ExpiringImage>(({ digest }) => digest);
  let text: string | undefined;
  for await (const { status, previewResults = [], lifecyclePolicyText = '' } of pages) {
    if (status === 'IN_PROGRESS') return { status: 'pending' };
    // Pages of another preview, which has replaced this one meanwhile, would leave images of this one out.
    if (status !== 'COMPLETE' || lifecyclePolicyText !== (text ?? lifecyclePolicyText))
      return { status: 'failed' };
    expiring.add(previewResults.flatMap(toExpiring));
    text = lifecyclePolicyText;
  }
  return { status: 'complete', text: text ?? '', expiring: expiring.all() };
}

function toExpiring({ action, imageDigest, imageTags }: LifecyclePolicyPreviewResult): ExpiringImage[] {
  if (action?.type === undefined || imageDigest === undefined) return [];
  // Any other action than deleting moves the image to a storage class that it cannot be pulled from
  // (https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive_restore_image.html).
  return [
    { digest: imageDigest, tags: imageTags ?? [], action: action.type === 'EXPIRE' ? 'expire' : 'archive' },
  ];
}
