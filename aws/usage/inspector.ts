/** Amazon Inspector: the images that it saw in a task of ECS or a pod of EKS, the only evidence of EKS. */
import {
  BatchGetAccountStatusCommand,
  type CoverageFilterCriteria,
  type CoveredResource,
  Inspector2Client,
  ListCoverageCommand,
} from '@aws-sdk/client-inspector2';
import { pages } from '../pages.ts';
import { entriesOf } from './response.ts';
import type { SourceAdapter, SourceReading } from './source.ts';

type InspectorReading = SourceReading<Inspector2Client, 'inspector'>;

// The limit of ListCoverage.
const maxListed = 200;
const imageArn =
  /^arn:[^:]+:ecr:(?<region>[^:]+):(?<registryId>\d{12}):repository\/(?<repository>.+)\/(?<digest>sha256:[0-9a-f]+)$/;

export const inspector: SourceAdapter<Inspector2Client, 'inspector'> = {
  source: 'inspector',
  service: 'INSPECTOR2',
  isInEveryRegion: false,
  connect: (settings) => new Inspector2Client(settings),
  async read(reading) {
    if (!(await scansImages(reading))) return;
    const filterCriteria = inUse(reading.registry.registryId);
    const read = (nextToken: string | undefined) =>
      reading.call('inspector2:ListCoverage', (client, options) =>
        client.send(new ListCoverageCommand({ filterCriteria, maxResults: maxListed, nextToken }), options),
      );
    await reading.part('inspector2:ListCoverage', async () => {
      for await (const { coveredResources } of pages(read, (page) => page.nextToken))
        for (const resource of entriesOf(coveredResources)) foundCovered(reading, resource);
    });
  },
};

/** Whether it scans the account's images. Where it does not, its list of them is empty, which says nothing of their use. */
async function scansImages(reading: InspectorReading): Promise<boolean> {
  const { registryId } = reading.registry;
  const response = await reading.call('inspector2:BatchGetAccountStatus', (client, options) =>
    client.send(new BatchGetAccountStatusCommand({ accountIds: [registryId] }), options),
  );
  const failed = response.failedAccounts?.[0]?.errorCode;
  if (failed !== undefined)
    reading.unread({ code: 'failed', action: 'inspector2:BatchGetAccountStatus', error: failed });
  const scans = entriesOf(response.accounts).some(
    ({ resourceState }) => resourceState?.ecr?.status === 'ENABLED',
  );
  if (!scans) reading.unread({ code: 'not-available', action: 'inspector2:ListCoverage' });
  return scans;
}

/** The images in use of one account: a delegated administrator sees those of all members. */
function inUse(registryId: string): CoverageFilterCriteria {
  return {
    accountId: [{ comparison: 'EQUALS', value: registryId }],
    resourceType: [{ comparison: 'EQUALS', value: 'AWS_ECR_CONTAINER_IMAGE' }],
    ecrImageInUseCount: [{ lowerInclusive: 1 }],
  };
}

/** Inspector's own name of an image is `<ARN of its repository>/<digest>`; the ARN of what runs it is not in the list. */
function foundCovered(
  reading: InspectorReading,
  { resourceId = '', resourceMetadata }: CoveredResource,
): void {
  if (resourceMetadata?.ecrImage?.inUseCount === 0) return;
  const { registryId, region, repository, digest } = imageArn.exec(resourceId)?.groups ?? {};
  if (registryId === undefined || region === undefined || repository === undefined || digest === undefined)
    reading.unread({ code: 'failed', action: 'inspector2:ListCoverage', error: 'UnexpectedResourceId' });
  else reading.found(resourceId, { address: { registryId, region, repository, digest } });
}
