/** The findings of an image's scan. */
import {
  DescribeImageScanFindingsCommand,
  type EnhancedImageScanFinding,
  type ImageScanFinding,
} from '@aws-sdk/client-ecr';
import { OutOfTime } from '../deadline.ts';
import { unlessNotFound } from '../faults.ts';
import { pages, startEntries } from '../pages.ts';
import type { EcrCalls } from './call.ts';

/** A finding of basic scanning, in ECR's form. */
export type BasicFinding = ImageScanFinding;

/** A finding of enhanced scanning, in ECR's form. */
export type EnhancedFinding = EnhancedImageScanFinding;

/** The whole result of a scan. */
export interface ScanFindings {
  /** COMPLETE or ACTIVE (the scan goes on by itself), IN_PROGRESS, or why there are no findings. */
  readonly status: string;
  /** ECR's sentence about the status. */
  readonly description: string | undefined;
  readonly basic: readonly BasicFinding[];
  readonly enhanced: readonly EnhancedFinding[];
  /** The error that a page after the first one met: only the findings before it were read. */
  readonly failure: unknown;
}

/** Reading them. */
export interface ScanFindingReads {
  /**
   * The result, over all its pages; undefined where the repository, the image or its scan does not exist.
   *
   * @throws if the first page cannot be read, or at the deadline
   */
  scanFindings(repository: string, digest: string): Promise<ScanFindings | undefined>;
}

// ECR's limit of DescribeImageScanFindings.
const maxFindings = 1000;

export function scanFindingReads({ call, registry }: EcrCalls): ScanFindingReads {
  const read = async (repositoryName: string, imageDigest: string): Promise<ScanFindings> => {
    const basic = startEntries<BasicFinding>(JSON.stringify);
    const enhanced = startEntries<EnhancedFinding>(JSON.stringify);
    let status = '';
    let description: string | undefined;
    const readPage = (nextToken: string | undefined) => {
      const imageId = { imageDigest };
      const input = { ...registry, repositoryName, imageId, maxResults: maxFindings, nextToken };
      return call(
        'DescribeImageScanFindings',
        (client, options) => client.send(new DescribeImageScanFindingsCommand(input), options),
        repositoryName,
      );
    };
    let failure: unknown;
    let isFirst = true;
    try {
      for await (const { imageScanStatus, imageScanFindings } of pages(readPage, (page) => page.nextToken)) {
        isFirst = false;
        status = imageScanStatus?.status ?? '';
        description = imageScanStatus?.description;
        basic.add(imageScanFindings?.findings ?? []);
        enhanced.add(imageScanFindings?.enhancedFindings ?? []);
      }
    } catch (error) {
      if (isFirst || error instanceof OutOfTime) throw error;
      failure = error;
    }
    return { status, description, basic: basic.all(), enhanced: enhanced.all(), failure };
  };
  return {
    scanFindings: (repository, digest) =>
      unlessNotFound(['repository', 'image', 'scan'], () => read(repository, digest)),
  };
}
