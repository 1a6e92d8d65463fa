/** What the alerts read of ECR, and a scan's result in words of their own. */

import { AwsCallError, rootError } from '../../aws/call-error.ts';
import { OutOfTime } from '../../aws/deadline.ts';
import type { ImageReads } from '../../aws/ecr/images.ts';
import type {
  BasicFinding,
  EnhancedFinding,
  ScanFindingReads,
  ScanFindings,
} from '../../aws/ecr/scan-findings.ts';
import { groupBy } from '../../core/group-by.ts';
import { fixedOf } from './event.ts';
import { type Counts, countOf, severityOf } from './severity.ts';
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
  /** Findings that Inspector suppresses, by a rule of its own. */
  readonly suppressed: readonly Vulnerability[];
  /** Findings that were read, suppressed ones included; a finding in several packages counts once, as in events. */
  readonly counts: Counts;
  /** Findings that Inspector has closed; events do not count them. */
  readonly closed: readonly Vulnerability[];
  /** Why reading ended before the last finding, in a clause; undefined if everything was read. */
  readonly failure: string | undefined;
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

/** Whether a scan with this status has ended without findings. */
export function isFailure(status: string): boolean {
  return !isResult(status) && status !== '' && status !== 'IN_PROGRESS' && status !== 'PENDING';
}

function toResult({ status, description, basic, enhanced, failure }: ScanFindings): ScanResult {
  // Inspector lists findings that are suppressed or closed too.
  const byStatus = groupBy(enhanced, ({ status = 'ACTIVE' }) =>
    status === 'ACTIVE' || status === 'SUPPRESSED' ? status : 'CLOSED',
  );
  const [active, suppressed] = [byStatus.get('ACTIVE') ?? [], byStatus.get('SUPPRESSED') ?? []];
  const closed = byStatus.get('CLOSED') ?? [];
  const counted = [...basic, ...active, ...suppressed].map((each) => ({
    severity: severityOf(each.severity),
  }));
  return {
    status,
    reason: description === undefined ? undefined : clip(description, 1_000),
    findings: [...basic.map(fromBasic), ...active.flatMap(fromEnhanced)],
    suppressed: suppressed.flatMap(fromEnhanced),
    counts: countOf(counted),
    closed: closed.flatMap(fromEnhanced),
    failure: failure === undefined ? undefined : failureOf(failure),
  };
}

/** That a result could be read only in part; its message is the clause. */
export class PartlyRead extends Error {
  override readonly name = 'PartlyRead';
}

/** Why a read failed, in one clause. */
export function failureOf(error: unknown): string {
  if (error instanceof PartlyRead || error instanceof OutOfTime) return error.message;
  const root = rootError(error);
  const reason = root instanceof Error ? `${root.name}: ${root.message}` : String(root);
  const operation = error instanceof AwsCallError ? error.operation : 'the read';
  return clip(`${operation} failed (${reason})`, 500);
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
  title,
  packageVulnerabilityDetails: details,
}: EnhancedFinding): Vulnerability[] {
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
