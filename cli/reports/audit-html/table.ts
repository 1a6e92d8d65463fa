/** The page's table of repositories. Pure. */
import type { AuditFinding, RepositoryAudit } from '../../../audit/audit.ts';
import { formatBytes, formatMoney, formatRange, pluralise } from '../../../audit/format.ts';
import { isUnknown, type Known } from '../../../audit/reading.ts';
import { lifecycleWords, readinessWords, scannedWords, tagsWords } from '../audit-labels.ts';
import { detailsOf } from './details.ts';
import { type Reasons, reasonId } from './reasons.ts';
import { mostShown } from './row-limit.ts';
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
export function tableOf(repositories: readonly RepositoryAudit[], reasons: Reasons): string {
  const head = headings
    .map(([title, isNumber = false]) => `<th scope="col"${isNumber ? ' class="n"' : ''}>${title}</th>`)
    .join('');
  // A repository may move thousands of tags, and the page is to stay one that a browser opens.
  const mostTags = repositories.length > 1000 ? 3 : 10;
  return `<p class="hint" id="hint">The worst first. Choose a heading to sort by it, a repository to read more. “Would expire” is what the lifecycle policy of KeepImages and ProtectedTags would expire, “Pulled lately” what of it was pulled within 90 days.</p>
<p class="tools"><span id="search" hidden><label>Find <input type="search" id="filter" autocomplete="off"></label> <output id="count" for="filter"></output></span>${
    repositories.length > mostShown
      ? ` <label><input type="checkbox" id="all" autocomplete="off"> Show all ${repositories.length.toLocaleString('en')}, not only the first ${mostShown}</label>`
      : ''
  }</p>
<div class="scroll" tabindex="0" role="region" aria-label="Repositories"><table class="sortable n-last asc" aria-describedby="hint">
<caption>${pluralise(repositories.length, 'repository', 'repositories')}, one a row</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${repositories.map((repository) => rowOf(repository, reasons, mostTags)).join('\n')}
</tbody>
</table></div>`;
}

interface CellOptions<Value> {
  /** What it sorts by, where that is not its text. */
  readonly sort?: (value: Value) => string | number;
  readonly kind?: string;
}

function rowOf(repository: RepositoryAudit, reasons: Reasons, mostTags: number): string {
  const { name, stack, publicBy, images, hardened, findings, readiness } = repository;
  const cell = <Value>(
    value: Known<Value>,
    words: (value: Value) => string,
    { sort, kind = '' }: CellOptions<Value> = {},
  ): string => {
    if (isUnknown(value)) return unknownCell(value.unknown, kind === 'n', reasons);
    const text = words(value);
    const by = sort === undefined ? text : String(sort(value));
    // Without it the text itself is what it sorts by.
    const sorted = by === text ? '' : ` data-sort="${toHtml(by)}"`;
    return `<td${kind === '' ? '' : ` class="${kind}"`}${sorted}>${toHtml(text)}</td>`;
  };
  const kind = (subject: AuditFinding['subject']) => {
    const levels = findings.filter((finding) => finding.subject === subject).map(({ level }) => level);
    return levels.includes('error') ? 'bad' : levels.includes('warning') ? 'warn' : 'good';
  };
  const expiry = hardened ?? { images: none, pulledLately: none };
  const number = { kind: 'n' };
  const cells = [
    // A name may be a number: with the sign before it all are sorted as text.
    `<td role="rowheader" data-sort="~${toHtml(name)}">${detailsOf(repository, mostTags)}</td>`,
    cell(stack, (owner) => owner ?? 'none', { sort: (owner) => owner ?? '~' }),
    cell(tagsWords(repository), String, { kind: kind('TagImmutability') }),
    cell(unlessUnknown(repository.scanned, scannedWords(repository)), String, { kind: kind('ScanOnPush') }),
    cell(unlessUnknown(repository.lifecyclePolicy, lifecycleWords(repository)), String, {
      kind: kind('LifecyclePolicy'),
    }),
    cell(publicBy, (openings) => (openings.length > 0 ? 'public' : 'no'), { kind: kind('PublicAccess') }),
    cell(images, ({ count }) => count.toLocaleString('en'), { ...number, sort: ({ count }) => count }),
    // The words come after every date.
    cell(images, ({ quotaReachedOn }) => quotaReachedOn ?? 'not in sight', {
      kind: kind('ImageQuota') === 'bad' ? 'bad' : 'date',
    }),
    cell(images, ({ bytes }) => formatBytes(bytes), { ...number, sort: ({ bytes }) => bytes }),
    cell(images, ({ monthlyCost }) => formatMoney(monthlyCost), {
      ...number,
      sort: ({ monthlyCost }) => monthlyCost.toFixed(6),
    }),
    cell(expiry, (known) => formatRange(known.images), { ...number, sort: (known) => known.images.atMost }),
    cell(expiry, (known) => formatRange(known.pulledLately), {
      ...number,
      sort: (known) => known.pulledLately.atMost,
    }),
    cell(readinessWords(readiness), String),
  ];
  return `<tr>${cells.join('')}</tr>`;
}

const none = { atLeast: 0, atMost: 0 };

/** Short, since there may be 100,000 of them. The reason stands at the pointer, and in the list that the number leads to. */
function unknownCell(reason: string, isNumber: boolean, reasons: Reasons): string {
  const number = reasons.get(reason)?.number ?? 0;
  return `<td class="unknown${isNumber ? ' n' : ''}" data-sort title="${toHtml(reason)}">unknown<a href="#${reasonId(number)}">${number}</a></td>`;
}

function unlessUnknown(value: Known<unknown>, words: string): Known<string> {
  return isUnknown(value) ? value : words;
}
