/** The page of all registries of an organisation: self-contained, but for its links to the reports in the same bucket. */
import { centralReportKeys } from '../sweep/central/keys.ts';
import {
  type CentralLimits,
  type CentralRegistry,
  isLate,
  totalsOf,
  unsafeCount,
} from '../sweep/central/registries.ts';
import type { ResultState } from '../sweep/results.ts';
import { ageText, centralSentences, centralTitle, changeLines } from '../wording/sweep/central.ts';
import { pageScript } from './audit-html/script.ts';
import { style } from './audit-html/style.ts';
import { toHtml } from './audit-html/to-html.ts';
import { pageHead } from './page-head.ts';

const ownStyle = `${style}
table.central { font-size: .75rem; } table.central td:nth-child(n) { min-width: 0; } table.central td:nth-child(1) { min-width: 8.5rem; }
table.central th { padding-right: .8rem; } .central-scroll { overflow-x: auto; }
@media print {
  table.central { font-size: 7pt; } table.central td:nth-child(n) { min-width: 0; } .central-scroll { overflow: visible; }
  table.central th, table.central td { padding: .15rem .2rem; }
}
`;

/**
 * @param registries by account and Region, with nothing hidden in their texts
 * @param now milliseconds since 1970
 * @param version of this product, for the footer
 */
export function centralHtml(
  registries: readonly CentralRegistry[],
  limits: CentralLimits,
  now: number,
  version: string,
): string {
  const totals = totalsOf(registries, limits, now);
  const sentences = centralSentences(totals, limits);
  const alarm = totals.late > 0 ? sentences[0] : undefined;
  const [lead, ...rest] = alarm === undefined ? sentences : sentences.slice(1);
  const title = centralTitle(totals);
  const script = pageScript();
  const at = new Date(now).toISOString();
  return `${pageHead({ title, style: ownStyle, script })}
<body>
<header>
<h1>${toHtml(title)}</h1>
<p class="about">Updated on ${at.slice(0, 10)} at ${at.slice(11, 16)} UTC</p>
</header>
<main>
${alarm === undefined ? '' : `<p class="alarm" role="alert">${toHtml(alarm)}</p>`}
<section class="summary" aria-label="Summary">
<p class="lead">${toHtml(lead ?? '')}</p>
${rest.map((sentence) => `<p>${toHtml(sentence)}</p>`).join('\n')}
</section>
${registries.length === 0 ? '' : tableOf(registries, limits, now)}
</main>
<footer>ecr-hardening ${toHtml(version)}. The numbers are those of the last sweep of each registry.</footer>
<script>${script}</script>
</body>
</html>
`;
}

interface Column {
  readonly title: string;
  readonly kind?: 'number';
  readonly cell: (registry: CentralRegistry) => string;
}

function tableOf(registries: readonly CentralRegistry[], limits: CentralLimits, now: number): string {
  const columns = columnsOf(limits, now);
  const head = columns.map(
    ({ title, kind }) => `<th scope="col"${kind === 'number' ? ' class="n"' : ''}>${toHtml(title)}</th>`,
  );
  const rows = registries.map((each) => `<tr>${columns.map(({ cell }) => cell(each)).join('')}</tr>`);
  return `<h2>Accounts and Regions</h2>
<p class="hint" id="hint">Select a heading to sort by it, an account to see what has changed in its last sweep. The numbers are of repositories; “To stacks” are left to the templates of the stacks that own them; “After drift” are left alone, since their hardening was undone again and again. A registry is late if it has not reported for ${limits.lateAfterDays === 1 ? 'a day' : `${limits.lateAfterDays} days`}, and is left out after ${limits.forgetAfterDays}.</p>
<p class="tools"><span id="search" hidden><label>Find <input type="search" id="filter" autocomplete="off"></label> <output id="count" for="filter"></output></span></p>
<div class="scroll central-scroll" tabindex="0" role="region" aria-label="Accounts and Regions"><table class="sortable n-last asc central" aria-describedby="hint">
<caption>${registries.length.toLocaleString('en')} ${registries.length === 1 ? 'registry' : 'registries'}, one for each row</caption>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table></div>`;
}

function columnsOf(limits: CentralLimits, now: number): readonly Column[] {
  return [
    { title: 'Account', cell: accountCell },
    { title: 'Region', cell: ({ region }) => `<td class="date">${toHtml(region)}</td>` },
    {
      title: 'Last report',
      kind: 'number',
      cell: (registry) => {
        const age = now - registry.receivedAt;
        const late = isLate(registry, limits, now);
        return `<td class="n${late ? ' bad' : ''}" data-sort="${age}">${ageText(age)}${late ? ', late' : ''}</td>`;
      },
    },
    { title: 'Keeper', cell: ({ mode, action }) => `<td>${action === 'release' ? 'released' : mode}</td>` },
    number('Total', ({ repositories }) => repositories, ''),
    number('Not safe', ({ states }) => unsafeCount(states), 'bad'),
    count('Failed', 'failed', 'bad'),
    count('Refused', 'refused', 'warn'),
    count('Would harden', 'would-harden', 'warn'),
    count('To stacks', 'left-to-stack', 'warn'),
    count('After drift', 'left-after-drift', 'warn'),
    count('Hardened', 'hardened', ''),
    count('Exempt', 'exempt', ''),
    count('Safe', 'safe', 'good'),
    { title: 'Images at risk', kind: 'number', cell: riskCell },
    number('Changes', ({ changed }) => changed, ''),
    { title: 'Report', cell: reportCell },
  ];
}

function accountCell(registry: CentralRegistry): string {
  const lines = changeLines(registry).map((line) => `<li>${toHtml(line)}</li>`);
  // A name may be a number: with the character before it all of them sort as text.
  const sort = `data-sort="~${registry.account}"`;
  const account = toHtml(registry.account);
  return lines.length === 0
    ? `<td role="rowheader" ${sort}>${account}</td>`
    : `<td role="rowheader" ${sort}><details><summary>${account}</summary><ul>${lines.join('')}</ul></details></td>`;
}

function count(title: string, state: ResultState, className: string): Column {
  return number(title, ({ states }) => states[state] ?? 0, className);
}

/** @param className of a number that is not 0 */
function number(title: string, value: (registry: CentralRegistry) => number, className: string): Column {
  return {
    title,
    kind: 'number',
    cell: (registry) => {
      const of = value(registry);
      return `<td class="n${of === 0 || className === '' ? '' : ` ${className}`}">${of.toLocaleString('en')}</td>`;
    },
  };
}

/** Where it is not known of every repository, the number is not the whole. */
function riskCell({ atRisk: { images, unread } }: CentralRegistry): string {
  const known = images.toLocaleString('en');
  if (unread === 0) return `<td class="n${images === 0 ? '' : ' bad'}">${known}</td>`;
  return images === 0
    ? '<td class="n warn" data-sort="0">not known</td>'
    : `<td class="n bad" data-sort="${images}">${known} or more</td>`;
}

function reportCell(registry: CentralRegistry): string {
  if (!registry.hasReport) return '<td></td>';
  // Relative: the page is in the root of the same bucket.
  const { html } = centralReportKeys(registry, registry.sweep);
  return `<td><a href="${toHtml(encodeURI(html))}">open</a></td>`;
}
