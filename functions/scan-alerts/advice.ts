/** What to do about an alert. Pure. */
import type { Alert } from './alert.ts';
import { atThreshold } from './wording.ts';

const maxUpgrades = 5;
const pushAgain = 'If you still need the image, push it again to have it scanned.';

/** One sentence of remediation. */
export function adviceOf(alert: Alert): string {
  switch (alert.kind) {
    case 'findings': {
      if (alert.unread !== undefined)
        return 'Open the image in the console, or run aws ecr describe-image-scan-findings, to see the findings that are missing here.';
      const upgrades = new Set(
        atThreshold(alert.findings, alert.threshold).flatMap(({ package: name, fixed }) =>
          typeof fixed === 'string' ? [`${name} ${fixed}`] : [],
        ),
      );
      if (alert.scanner === 'BASIC')
        return 'Rebuild the image on an up-to-date base image and push it with a new tag. Only enhanced scanning reports whether there is a fix.';
      if (upgrades.size === 0)
        return 'No fix is available yet: remove the package if the image does not need it, or suppress the finding with a reason and an expiry date.';
      const named = [...upgrades].slice(0, maxUpgrades).join(', ');
      const rest = upgrades.size > maxUpgrades ? ` and ${upgrades.size - maxUpgrades} more` : '';
      return `Rebuild the image with ${named}${rest} and push it with a new tag.`;
    }
    case 'suppressed':
      return 'Check that the suppressions still apply. When one ends, the next scan of the image reports its findings.';
    case 'failed':
      return adviceOnFailure(alert);
    case 'gone':
      return adviceOnGone(alert);
    default:
      return alert satisfies never;
  }
}

function adviceOnFailure({
  status,
  reason = '',
  scanner,
  isImageGone,
}: Extract<Alert, { readonly kind: 'failed' }>): string {
  if (isImageGone) return pushAgain;
  if (/UNSUPPORTED/i.test(`${status} ${reason}`))
    return 'Build the image on an operating system that ECR scanning supports, or scan it in your build pipeline.';
  if (status === 'IMAGE_ARCHIVED')
    return 'If you still need the image, restore it (aws ecr update-image-storage-class): an archived image is not scanned.';
  if (status === 'IMAGE_SIZE_EXCEEDED') return 'Make the image smaller, or scan it in your build pipeline.';
  return adviceOnNewScan(scanner);
}

/** An image that is there has nothing to push again: ECR refuses it, and scans nothing. */
function adviceOnGone({ missing, scanner }: Extract<Alert, { readonly kind: 'gone' }>): string {
  if (missing === 'image') return pushAgain;
  const again = adviceOnNewScan(scanner);
  return missing === 'result'
    ? again
    : `If the image was deleted and you still need it, push it again to have it scanned. If it is there: ${again}`;
}

function adviceOnNewScan(scanner: Alert['scanner']): string {
  const otherwise = 'if that fails too, scan the image in your build pipeline.';
  // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartImageScan.html: of basic scanning only, and once in 24
  // hours, a scan on push included.
  return scanner === 'ENHANCED'
    ? `Rebuild the image and push it with a new tag, which starts a scan; ${otherwise}`
    : `Start the scan again (aws ecr start-image-scan), which ECR refuses until 24 hours after the last one; ${otherwise}`;
}
