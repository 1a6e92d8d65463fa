import { stringify } from 'csv-stringify/sync';
import type { Audit, Range, RepositoryAudit } from '../../audit/audit.ts';
import { formatRange } from '../../audit/format.ts';
import { isUnknown, type Known, whenKnown } from '../../audit/reading.ts';
import { lifecycleWords, readinessWords, scannedWords, unknownWord } from './audit-labels.ts';

/** A line for each repository, the worst first; RFC 4180. */
export function auditCsv({ repositories }: Audit): string {
  // A cell that a spreadsheet would take for a formula is quoted as text.
  return stringify(repositories.map(recordOf), { header: true, escape_formulas: true, columns });
}

const columns = [
  'repository',
  'arn',
  'stack',
  'tag_mutability',
  'exclusions',
  'scanned',
  'lifecycle_policy',
  'public',
  'encryption',
  'images',
  'images_pushed_in_30_days',
  'image_quota',
  'quota_reached_on',
  'bytes',
  'dollars_a_month',
  'expires_now',
  'hardened_would_expire',
  'hardened_would_expire_pulled_in_90_days',
  'immutability',
  'certainty',
  'advice',
  'errors',
  'warnings',
  'findings',
];

function recordOf(repository: RepositoryAudit): (string | number)[] {
  const { tagMutability, images, publicBy, readiness, findings, lifecyclePolicy, hardened, stack } =
    repository;
  const range = (value: Known<Range>) => (isUnknown(value) ? unknownWord : formatRange(value));
  const of = <Value>(value: Known<Value>, words: (value: Value) => string | number) =>
    isUnknown(value) ? unknownWord : words(value);
  const expires = whenKnown(lifecyclePolicy, (policy) => policy.expires);
  return [
    repository.name,
    repository.arn,
    of(stack, (owner) => owner ?? ''),
    tagMutability.mutability,
    tagMutability.exclusions.join(' '),
    scannedWords(repository),
    lifecycleWords(repository),
    of(publicBy, (openings) => (openings.length > 0 ? 'yes' : 'no')),
    repository.encryption,
    of(images, ({ count }) => count),
    of(images, ({ pushedLately }) => pushedLately),
    of(images, ({ quota }) => quota),
    of(images, ({ quotaReachedOn }) => quotaReachedOn ?? ''),
    of(images, ({ bytes }) => bytes),
    of(images, ({ monthlyCost }) => monthlyCost.toFixed(2)),
    range(whenKnown(expires, (expiry) => expiry.images)),
    hardened === null ? '' : range(whenKnown(hardened, (expiry) => expiry.images)),
    hardened === null ? '' : range(whenKnown(hardened, (expiry) => expiry.pulledLately)),
    readinessWords(readiness),
    readiness.certainty,
    readiness.advice,
    findings.filter(({ level }) => level === 'error').length,
    findings.filter(({ level }) => level === 'warning').length,
    findings.map(({ subject, message }) => `${subject}: ${message}`).join(' | '),
  ];
}
