/** Amazon Inspector: the images that it saw in a task of ECS or a pod of EKS, the only evidence of EKS. */
import {
  BatchGetAccountStatusCommand,
  type ClusterInformation,
  type CoverageFilterCriteria,
  GetClustersForImageCommand,
  Inspector2Client,
  ListCoverageCommand,
} from '@aws-sdk/client-inspector2';
import { mapConcurrently } from '../map-concurrently.ts';
import { pages } from '../pages.ts';
import { entriesOf } from './response.ts';
import type { SourceAdapter, SourceReading } from './source.ts';
import type { UsageRegistry } from './usage-reads.ts';

type InspectorReading = SourceReading<Inspector2Client, 'inspector'>;

// The limit of ListCoverage.
const maxListed = 200;
// The limit of GetClustersForImage.
const maxClusters = 100;
const maxAsked = 100;
const clustersAtOnce = 8;
const imageArn =
  /^arn:[^:]+:ecr:(?<region>[^:]+):(?<registryId>\d{12}):repository\/(?<repository>.+)\/(?<digest>sha256:[0-9a-f]+)$/;

export const inspector: SourceAdapter<Inspector2Client, 'inspector'> = {
  source: 'inspector',
  service: 'INSPECTOR2',
  isInEveryRegion: false,
  connect: (settings) => new Inspector2Client(settings),
  async read(reading) {
    if (!(await scansImages(reading))) return;
    const { isAskedFor = () => false } = reading.options;
    const asked: CoveredImage[] = [];
    await reading.part('inspector2:ListCoverage', async () => {
      for await (const image of imagesInUse(reading))
        if (asked.length < maxAsked && isAskedFor(image.address)) asked.push(image);
        else reading.found(image.resourceId, { address: image.address });
    });
    await mapConcurrently(asked, (image) => nameClusters(reading, image), clustersAtOnce);
  },
};

/** An image that it saw in use. */
interface CoveredImage {
  /** Inspector's own name of it: `<ARN of its repository>/<digest>`. */
  readonly resourceId: string;
  readonly address: UsageRegistry & { readonly repository: string; readonly digest: string };
}

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

/** Those of one account: a delegated administrator sees those of all members. */
async function* imagesInUse(reading: InspectorReading): AsyncGenerator<CoveredImage, void, undefined> {
  const filterCriteria: CoverageFilterCriteria = {
    accountId: [{ comparison: 'EQUALS', value: reading.registry.registryId }],
    resourceType: [{ comparison: 'EQUALS', value: 'AWS_ECR_CONTAINER_IMAGE' }],
    ecrImageInUseCount: [{ lowerInclusive: 1 }],
  };
  const read = (nextToken: string | undefined) =>
    reading.call('inspector2:ListCoverage', (client, options) =>
      client.send(new ListCoverageCommand({ filterCriteria, maxResults: maxListed, nextToken }), options),
    );
  for await (const { coveredResources } of pages(read, (page) => page.nextToken))
    for (const { resourceId = '', resourceMetadata } of entriesOf(coveredResources)) {
      if (resourceMetadata?.ecrImage?.inUseCount === 0) continue;
      const { registryId, region, repository, digest } = imageArn.exec(resourceId)?.groups ?? {};
      if (registryId && region && repository && digest)
        yield { resourceId, address: { registryId, region, repository, digest } };
      else
        reading.unread({ code: 'failed', action: 'inspector2:ListCoverage', error: 'UnexpectedResourceId' });
    }
}

/** Names the clusters in which an image runs. Whether it is in use is known without them, so a failure loses nothing. */
async function nameClusters(reading: InspectorReading, image: CoveredImage): Promise<void> {
  const clusters = new Set<string>();
  try {
    const read = (nextToken: string | undefined) =>
      reading.call('inspector2:GetClustersForImage', (client, options) =>
        client.send(
          new GetClustersForImageCommand({
            filter: { resourceId: image.resourceId },
            maxResults: maxClusters,
            nextToken,
          }),
          options,
        ),
      );
    for await (const { cluster } of pages(read, (page) => page.nextToken))
      for (const each of entriesOf(cluster)) if (isRunningIn(each)) clusters.add(each.clusterArn ?? '');
  } catch {
    // Named by itself, below.
  }
  clusters.delete('');
  for (const user of clusters.size === 0 ? [image.resourceId] : clusters)
    reading.found(user, { address: image.address });
}

/** Not where it only stopped within the last 24 hours. */
function isRunningIn({ clusterDetails = [] }: ClusterInformation): boolean {
  return clusterDetails.some(({ runningUnitCount = 1 }) => runningUnitCount > 0);
}
