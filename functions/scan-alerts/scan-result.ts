/** What the alerts read of ECR, and a scan's result in words of their own. */
import type { ImageReads } from '../../aws/ecr/images.ts';
import type {
  BasicFinding,
  EnhancedFinding,
  ScanFindingReads,
  ScanFindings,
} from '../../aws/ecr/scan-findings.ts';
import { fixedOf } from './event.ts';
import { severityOf } from './severity.ts';
import { clip, type Vulnerability } from './vulnerability.ts';

/** The operations that are called. */
export type EcrReads = ImageReads &
  ScanFindingReads & { tags(arn: string): Promise<ReadonlyMap<string, string>> };

/** The result of a scan. */
export interface ScanResult {
  /** COMPLETE or ACTIVE (the scan goes on by itself), IN_PROGRESS, or why there are no findings. */
  readonly status: string;
  readonly reason: string | undefined;
  readonly findings: readonly Vulnerability[];
}

/** Reads the result of an image's scan; undefined where the image or its scan does not exist. */
export async function readScan(
  repository: string,
  digest: string,
  ecr: ScanFindingReads,
): Promise<ScanResult | undefined> {
  const found = await ecr.scanFindings(repository, digest);
  return found === undefined ? undefined : toResult(found);
}

/** Whether a scan with this status has found everything; a scan that goes on, everything so far. */
export function isResult(status: string): boolean {
  return status === 'COMPLETE' || status === 'ACTIVE';
}

function toResult({ status, description, basic, enhanced }: ScanFindings): ScanResult {
  return {
    status,
    reason: description === undefined ? undefined : clip(description, 1_000),
    findings: [...basic.map(fromBasic), ...enhanced.flatMap(fromEnhanced)],
  };
}

function fromBasic({ name, severity, uri, attributes }: BasicFinding): Vulnerability {
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
}: EnhancedFinding): Vulnerability[] {
  // Inspector lists findings that are suppressed or closed too.
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
