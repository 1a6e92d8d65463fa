/** The scanning in effect for a repository: what its own setting and the registry's configuration come to. Pure. */

/** How often a repository is scanned; MANUAL: only when somebody starts a scan. */
export type ScanFrequency = 'SCAN_ON_PUSH' | 'CONTINUOUS_SCAN' | 'MANUAL';

/** How the whole registry is scanned. */
export type ScanType = 'BASIC' | 'ENHANCED';

/**
 * What ECR itself says is in effect, by repository. A repository's ScanOnPush alone does not tell: a rule of the
 * registry can cover one that is not set, and enhanced scanning leaves out one that is
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html).
 */
export interface Scanning {
  readonly frequencies: ReadonlyMap<string, ScanFrequency>;
  readonly type: ScanType;
}

const mostNamed = 20;

/** Why repositories are not scanned in effect, and what would mend it; undefined when all are scanned. */
export function unscannedReason({ frequencies, type }: Scanning): string | undefined {
  const names = [...frequencies].filter(([, frequency]) => frequency === 'MANUAL').map(([name]) => name);
  if (names.length === 0) return undefined;
  const rest = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  const which = `${names.slice(0, mostNamed).join(', ')}${rest}`;
  const [who, whom] =
    names.length === 1
      ? [`Repository ${which} is`, 'it']
      : [`${names.length} repositories (${which}) are`, 'them'];
  const kind = type === 'BASIC' ? 'basic' : 'enhanced';
  return `${who} not scanned in effect, and RequireScanning is true: no rule of the registry's ${kind} scanning has a filter that matches ${whom}. Add such a rule to the registry's scanning configuration (AWS::ECR::RegistryScanningConfiguration).`;
}
