/** Lifecycle policies, and what one would expire. */
import {
  DeleteLifecyclePolicyCommand,
  GetLifecyclePolicyCommand,
  GetLifecyclePolicyPreviewCommand,
  PutLifecyclePolicyCommand,
  StartLifecyclePolicyPreviewCommand,
} from '@aws-sdk/client-ecr';
import { isNotFound, unlessNotFound } from '../faults.ts';
import { pages } from '../pages.ts';
import type { EcrCalls } from './call.ts';
import type { Ecr, ExpiringImage } from './ecr.ts';

// ECR's limit of GetLifecyclePolicyPreview.
const maxPreviewed = 100;

/** Reading lifecycle policies. */
export function lifecyclePolicyReads({ call, registry }: EcrCalls): Pick<Ecr, 'lifecyclePolicy'> {
  return {
    async lifecyclePolicy(repositoryName) {
      const answer = await unlessNotFound(['lifecycle policy'], () =>
        call(
          'GetLifecyclePolicy',
          (client, options) =>
            client.send(new GetLifecyclePolicyCommand({ ...registry, repositoryName }), options),
          repositoryName,
        ),
      );
      return answer?.lifecyclePolicyText;
    },
  };
}

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
      // An earlier attempt whose answer was lost may have deleted it.
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
      const expiring: ExpiringImage[] = [];
      let text = '';
      const read = (nextToken: string | undefined) => {
        const input = { ...registry, repositoryName, maxResults: maxPreviewed, nextToken };
        return call(
          'GetLifecyclePolicyPreview',
          (client, options) => client.send(new GetLifecyclePolicyPreviewCommand(input), options),
          repositoryName,
        );
      };
      try {
        for await (const page of pages(read, ({ nextToken }) => nextToken)) {
          if (page.status === 'IN_PROGRESS') return { status: 'pending' };
          if (page.status !== 'COMPLETE') return { status: 'failed' };
          for (const { action, imageDigest, imageTags } of page.previewResults ?? [])
            if (action?.type === 'EXPIRE' && imageDigest !== undefined)
              expiring.push({ digest: imageDigest, tags: imageTags ?? [] });
          text = page.lifecyclePolicyText ?? '';
        }
        return { status: 'complete', text, expiring };
      } catch (error) {
        // Just started, and not there yet.
        if (isNotFound(error, 'lifecycle policy preview')) return { status: 'pending' };
        throw error;
      }
    },
  };
}
