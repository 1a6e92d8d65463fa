/** Which alerts are sent at once, and which wait for the digest. Pure. */
import type { Alert } from './alert.ts';
import type { Settings } from './settings.ts';
import { isAtLeast, type Severity } from './severity.ts';
import { worstSeverityOf } from './wording.ts';

/** True without a digest, and for findings of `AlertAtOnceSeverity` or worse, or whose severity could not be read. */
export function isSentAtOnce(alert: Alert, { digest, notifyOn }: Settings): boolean {
  if (digest === undefined) return true;
  if (digest.atOnceFrom === undefined || alert.kind !== 'findings') return false;
  const worst = notifyOn === 'NewFindings' ? worstOfNews(alert) : worstSeverityOf(alert);
  return worst === undefined || isAtLeast(worst, digest.atOnceFrom);
}

/** Of an alert that is about new findings only, older ones do not make it urgent. */
function worstOfNews(alert: Extract<Alert, { readonly kind: 'findings' }>): Severity | undefined {
  const isRead = alert.news !== undefined && alert.unread === undefined;
  return isRead ? alert.news.findings[0]?.severity : worstSeverityOf(alert);
}
