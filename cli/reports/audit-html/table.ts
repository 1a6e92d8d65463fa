/** The page's table of repositories. Pure. */
import type { AuditFinding, RepositoryAudit } from '../../../core/audit/audit.ts';
import { isUnknown, type Known } from '../../../core/audit/reading.ts';
import { gigabytes, money, upTo } from '../../../core/audit/words.ts';
import { lifecycleWords, readinessWords, scannedWords, tagsWords } from '../audit-words.ts';
import { toHtml } from './to-html.ts';

const headings: readonly (readonly [title: string, isNumber?: boolean])[] = [
  ['Repository'],
  ['Stack'],
  ['Tags'],
  ['Scanned'],
  ['Lifecycle'],
  ['Public'],
  ['Images', true],
  ['Quota reached'],
  ['Size', true],
  ['$/month', true],
  ['Would expire', true],
  ['Pulled lately', true],
  ['Make immutable'],
];

/** Every repository, the worst first; it sorts by each column, and what is unknown comes last. */
export function tableOf(repositories: readonly RepositoryAudit[]): string {
  const head = headings
    .map(([title, isNumber = false]) => `<th scope="col"${isNumber ? ' class="number"' : ''}>${title}</th>`)
    .join('');
  return `<p class="hint" id="hint">The worst first. Choose a heading to sort by it, a repository to read more. “Would expire” is what the lifecycle policy of KeepImages and ProtectedTags would expire, “Pulled lately” what of it was pulled within 90 days.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Repositories"><table class="sortable n-last asc" aria-describedby="hint">
<thead><tr>${head}</tr></thead>
<tbody>
${repositories.map(rowOf).join('\n')}
</tbody>
</table></div>`;
}

/** A cell; what is unknown says why. @param sort what it sorts by, where that is not its text */
function cell<Value>(
  value: Known<Value>,
  words: (value: Value) => string,
  { sort, kind = '' }: { readonly sort?: (value: Value) => string | number; readonly kind?: string } = {},
): string {
  if (isUnknown(value))
    return `<td data-sort="" class="unknown ${kind}" title="${toHtml(value.unknown)}">unknown</td>`;
  const text = words(value);
  const by = sort === undefined ? text : String(sort(value));
  return `<td${kind === '' ? '' : ` class="${kind}"`} data-sort="${toHtml(by)}">${toHtml(text)}</td>`;
}

function rowOf(repository: RepositoryAudit): string {
  const { stack, publicBy, images, hardened, findings, readiness } = repository;
  const kind = (subject: AuditFinding['subject']) => {
    const levels = findings.filter((finding) => finding.subject === subject).map(({ level }) => level);
    return levels.includes('error') ? 'bad' : levels.includes('warning') ? 'warn' : 'good';
  };
  const expiry = hardened ?? { images: none, pulledLately: none };
  const number = { kind: 'number' };
  const cells = [
    `<td data-sort="${toHtml(repository.name)}">${detailsOf(repository)}</td>`,
    cell(stack, (owner) => owner ?? '', {}),
    cell(tagsWords(repository), String, { kind: kind('TagImmutability') }),
    cell(unlessUnknown(repository.scanned, scannedWords(repository)), String, { kind: kind('ScanOnPush') }),
    cell(unlessUnknown(repository.lifecyclePolicy, lifecycleWords(repository)), String, {
      kind: kind('LifecyclePolicy'),
    }),
    cell(publicBy, (openings) => (openings.length > 0 ? 'public' : 'no'), { kind: kind('PublicAccess') }),
    cell(images, ({ count }) => count.toLocaleString('en'), { ...number, sort: ({ count }) => count }),
    cell(images, ({ quotaReachedOn }) => quotaReachedOn ?? '', {
      kind: kind('ImageQuota') === 'bad' ? 'bad' : '',
    }),
    cell(images, ({ bytes }) => gigabytes(bytes), { ...number, sort: ({ bytes }) => bytes }),
    cell(images, ({ monthlyCost }) => money(monthlyCost), {
      ...number,
      sort: ({ monthlyCost }) => monthlyCost.toFixed(6),
    }),
    cell(expiry, (known) => upTo(known.images), { ...number, sort: (known) => known.images.atMost }),
    cell(expiry, (known) => upTo(known.pulledLately), {
      ...number,
      sort: (known) => known.pulledLately.atMost,
    }),
    cell(readinessWords(readiness), String),
  ];
  return `<tr>${cells.join('')}</tr>`;
}

const none = { atLeast: 0, atMost: 0 };

function unlessUnknown(value: Known<unknown>, words: string): Known<string> {
  return isUnknown(value) ? value : words;
}

/** What there is to say beside the columns. */
function detailsOf({ name, findings, readiness, scanned }: RepositoryAudit): string {
  const moving = readiness.moving.map(
    ({ tag, certainty, evidence }) => `Tag ${tag} (${certainty}): ${evidence}.`,
  );
  const lines = [
    ...findings.map(({ subject, message }) => `${subject}: ${message}`),
    ...(readiness.verdict === 'done' ? [] : moving),
    ...(isUnknown(scanned) || scanned.how === 'not' ? [] : [`Scanned ${scanned.how} ${scanned.why}.`]),
  ];
  const list = lines.map((line) => `<li>${toHtml(line)}</li>`).join('');
  return `<details><summary>${toHtml(name)}</summary><ul>${list}</ul></details>`;
}
