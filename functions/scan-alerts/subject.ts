import type { Alert } from './alert.ts';
import { countAtLeast } from './severity.ts';
import { countedAtThreshold, countsOnce, numberOf, pluralise, worstSeverityOf } from './wording.ts';

// SNS: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
const maxCharacters = 100;

/** The subject: at most 100 characters of ASCII on one line, as SNS demands. */
export function subjectOf(alert: Alert): string {
  const { repository, tags, digest } = alert.image;
  const name = `${repository}${tags[0] === undefined ? `@${digest.slice(0, 19)}` : `:${tags[0]}`}`;
  const subject = `${headlineOf(alert)}: ${name}`.replace(/[^ -~]/g, '?');
  return subject.length <= maxCharacters ? subject : `${subject.slice(0, maxCharacters - 3)}...`;
}

function headlineOf(alert: Alert): string {
  switch (alert.kind) {
    case 'findings': {
      const { news, threshold, unread } = alert;
      const number = numberOf(alert);
      if (number === 0) return '[NOT READ] findings could not be read';
      const read = unread === undefined ? '' : `, ${unread.read} read`;
      const fresh = news === undefined ? '' : `, ${countedAtThreshold(news.findings, alert).length} new`;
      return `[${worstSeverityOf(alert) ?? threshold}] ${pluralise(number, 'finding')}${read}${fresh}`;
    }
    case 'suppressed':
      return `[SUPPRESSED] ${pluralise(countAtLeast(countsOnce(alert), alert.threshold), 'finding')} suppressed`;
    case 'failed':
      return '[NOT SCANNED] scan failed';
    case 'gone':
      return alert.missing === 'image'
        ? '[GONE] image deleted after its scan'
        : '[GONE] result of the scan not found';
    default:
      return alert satisfies never;
  }
}
