/** What is read of an image and its scan, through ECR's SDK. */
import {
  DescribeImageScanFindingsCommand,
  DescribeImagesCommand,
  ECRClient,
  type EnhancedImageScanFinding,
  type ImageDetail,
  type ImageScanFinding,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-ecr';
import { callsOf } from '../../aws/calls.ts';
import { clientSettings, type Environment } from '../../aws/client-settings.ts';
import type { Deadline } from '../../aws/deadline.ts';
import { loggableError } from '../../aws/faults.ts';
import { partitionOf } from './alert.ts';
import { fixedOf, type Image } from './event.ts';
import { severityOf } from './severity.ts';
import { clip, type Vulnerability } from './vulnerability.ts';

/** An image as DescribeImages says it. */
export interface ImageSummary {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Milliseconds since 1970. */
  readonly pushedAt: number;
}

/** The result of a scan. */
export interface ScanResult {
  /** COMPLETE or ACTIVE (the scan goes on by itself), IN_PROGRESS, or why there are no findings. */
  readonly status: string;
  readonly reason: string | undefined;
  readonly findings: readonly Vulnerability[];
}

/** The calls that are made; what does not exist is undefined. Each may throw what the SDK throws, or OutOfTime. */
export interface Ecr {
  image(repository: string, digest: string): Promise<ImageSummary | undefined>;
  /** Every image of a repository that has tags, or that has none. */
  images(repository: string, tagStatus: 'TAGGED' | 'UNTAGGED'): Promise<readonly ImageSummary[]>;
  /** The whole result, over all its pages. */
  scan(repository: string, digest: string): Promise<ScanResult | undefined>;
  tags(image: Image): Promise<ReadonlyMap<string, string>>;
}

// The most that ECR gives at once.
const pageSize = 1000;

/** Connects for as long as it is used. */
export function connectEcr(
  environment: Environment,
  deadline: Deadline,
): { readonly ecr: Ecr; close(): void } {
  const calls = callsOf(() => new ECRClient(clientSettings(environment, 'ECR')));
  const call = calls.until(deadline);
  const describe = async (input: ConstructorParameters<typeof DescribeImagesCommand>[0]) =>
    call('DescribeImages', (client, options) => client.send(new DescribeImagesCommand(input), options));
  return {
    close: calls.close,
    ecr: {
      image: (repositoryName, imageDigest) =>
        unlessGone(async () => {
          const { imageDetails } = await describe({ repositoryName, imageIds: [{ imageDigest }] });
          return imageDetails?.flatMap(toImageSummary)[0];
        }),
      async images(repositoryName, tagStatus) {
        const found: ImageSummary[] = [];
        let nextToken: string | undefined;
        do {
          const input = { repositoryName, maxResults: pageSize, filter: { tagStatus }, nextToken };
          const page = await describe(input);
          found.push(...(page.imageDetails ?? []).flatMap(toImageSummary));
          nextToken = page.nextToken;
        } while (nextToken !== undefined);
        return found;
      },
      scan: (repositoryName, imageDigest) =>
        unlessGone(async () => {
          const findings: Vulnerability[] = [];
          let status = '';
          let reason: string | undefined;
          let nextToken: string | undefined;
          do {
            const page = await call('DescribeImageScanFindings', (client, options) =>
              client.send(
                new DescribeImageScanFindingsCommand({
                  repositoryName,
                  imageId: { imageDigest },
                  maxResults: pageSize,
                  nextToken,
                }),
                options,
              ),
            );
            status = page.imageScanStatus?.status ?? '';
            reason = page.imageScanStatus?.description;
            const { findings: basic = [], enhancedFindings = [] } = page.imageScanFindings ?? {};
            findings.push(...basic.map(fromBasic), ...enhancedFindings.flatMap(fromEnhanced));
            nextToken = page.nextToken;
          } while (nextToken !== undefined);
          return { status, reason: reason === undefined ? undefined : clip(reason, 1_000), findings };
        }),
      tags: async ({ account, region, repository }) => {
        const resourceArn = `arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${repository}`;
        const found = await unlessGone(() =>
          call('ListTagsForResource', (client, options) =>
            client.send(new ListTagsForResourceCommand({ resourceArn }), options),
          ),
        );
        return new Map((found?.tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
      },
    },
  };
}

/** A repository, an image or a scan may be gone, or not there yet. */
async function unlessGone<Output>(read: () => Promise<Output>): Promise<Output | undefined> {
  try {
    return await read();
  } catch (error) {
    const gone = ['RepositoryNotFoundException', 'ImageNotFoundException', 'ScanNotFoundException'];
    if (gone.includes(loggableError(error).name)) return undefined;
    throw error;
  }
}

function toImageSummary({ imageDigest, imageTags, imagePushedAt }: ImageDetail): ImageSummary[] {
  return imageDigest === undefined
    ? []
    : [{ digest: imageDigest, tags: imageTags ?? [], pushedAt: imagePushedAt?.getTime() ?? 0 }];
}

function fromBasic({ name, severity, uri, attributes }: ImageScanFinding): Vulnerability {
  const attribute = (name: string) => attributes?.find(({ key }) => key === name)?.value;
  return {
    id: clip(name ?? 'unnamed'),
    severity: severityOf(severity),
    package: clip(attribute('package_name') ?? ''),
    installed: clip(attribute('package_version') ?? ''),
    fixed: undefined,
    url: uri === undefined ? undefined : clip(uri),
  };
}

function fromEnhanced({
  severity,
  status,
  title,
  packageVulnerabilityDetails: details,
}: EnhancedImageScanFinding): Vulnerability[] {
  // What Inspector suppresses or has closed is not there any more.
  if (status !== undefined && status !== 'ACTIVE') return [];
  const packages = details?.vulnerablePackages ?? [];
  return (packages.length === 0 ? [{}] : packages).map(({ name, version, fixedInVersion: fixed }) => ({
    id: clip(details?.vulnerabilityId ?? title ?? 'unnamed'),
    severity: severityOf(severity),
    package: clip(name ?? ''),
    installed: clip(version ?? ''),
    fixed: fixedOf(fixed),
    url: details?.sourceUrl === undefined ? undefined : clip(details.sourceUrl),
  }));
}
