import type { Alert } from './alert.ts';
import { atThreshold, pluralise } from './wording.ts';

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
      const { findings, news, threshold } = alert;
      const fresh = news === undefined ? '' : `, ${atThreshold(news.findings, threshold).length} new`;
      return `[${findings[0]?.severity ?? threshold}] ${pluralise(atThreshold(findings, threshold).length, 'finding')}${fresh}`;
    }
    case 'failed':
      return '[NOT SCANNED] scan failed';
    case 'gone':
      return '[GONE] image deleted after its scan';
    default:
      return alert satisfies never;
  }
}
