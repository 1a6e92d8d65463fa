/** The scanning in effect for a repository: what its own setting and the registry's configuration come to. Pure. */

/** How often a repository is scanned; MANUAL: only when somebody starts a scan. */
export type ScanFrequency = 'SCAN_ON_PUSH' | 'CONTINUOUS_SCAN' | 'MANUAL';

/**
 * What ECR itself says is in effect. A repository's ScanOnPush alone does not tell: a rule of the registry can cover
 * one that is not set, and enhanced scanning leaves out one that is
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html).
 */
export interface Scanning {
  readonly frequency: ScanFrequency;
  readonly type: 'BASIC' | 'ENHANCED';
}

/** Why a repository is not scanned in effect, and what would mend it; undefined when it is scanned. */
export function unscannedReason(repositoryName: string, { frequency, type }: Scanning): string | undefined {
  switch (frequency) {
    case 'SCAN_ON_PUSH':
    case 'CONTINUOUS_SCAN':
      return undefined;
    case 'MANUAL': {
      const kind = type === 'BASIC' ? 'basic' : 'enhanced';
      return `Repository ${repositoryName} is not scanned in effect, and RequireScanning is true: no rule of the registry's ${kind} scanning has a filter that matches it. Add such a rule to the registry's scanning configuration (AWS::ECR::RegistryScanningConfiguration).`;
    }
    default:
      return frequency satisfies never;
  }
}
