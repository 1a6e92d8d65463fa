/** An audit as one self-contained page: no network, no font, no other file. */
import type { ReportedAudit } from '../wording/audit/describe.ts';
import { pluralise } from '../wording/format.ts';
import { figuresOf } from './audit-html/figures.ts';
import { type Reasons, reasonId, reasonsOf } from './audit-html/reasons.ts';
import { registryTable } from './audit-html/registries.ts';
import { pageScript } from './audit-html/script.ts';
import { style } from './audit-html/style.ts';
import { tableOf } from './audit-html/table.ts';
import { toHtml } from './audit-html/to-html.ts';
import { auditTitle } from './audit-labels.ts';
import { pageHead } from './page-head.ts';

/** What the page of a sweep has beside that of an audit. */
export interface PageExtras {
  /** Such as `Swept`, in place of `Audited`. */
  readonly verb: string;
  /** Between the summary and the charts. */
  readonly sections: readonly { readonly title: string; readonly lines: readonly string[] }[];
}

/**
 * @param version of this product, for the footer
 * @param extras of a sweep
 */
export function htmlReport(audit: ReportedAudit, version: string, extras?: PageExtras): string {
  return [...htmlChunks(audit, version, extras)].join('');
}

/** The same in pieces. */
export function* htmlChunks(
  audit: ReportedAudit,
  version: string,
  extras?: PageExtras,
): Generator<string, void, undefined> {
  const { repositories, registries, summary, total, read, at } = audit;
  const script = pageScript();
  const reasons = reasonsOf(audit);
  const title = auditTitle(audit, 'ECR registry');
  const unread = (registries ?? []).filter(({ failure }) => failure !== undefined).length;
  const isIncomplete = read < total || unread > 0;
  // The first sentence of an incomplete audit is shown in a box of its own.
  // Why registries were not read is in their table.
  const [lead = '', ...rest] = isIncomplete ? summary.sentences.slice(1 + unread) : summary.sentences;
  const figures = figuresOf(audit);
  yield `${pageHead({ title, style, script })}
<body>
<header>
<h1>${toHtml(title)}</h1>
<p class="about">${toHtml(extras?.verb ?? 'Audited')} on ${toHtml(at.slice(0, 10))} at ${toHtml(at.slice(11, 16))} UTC</p>
</header>
<main>
${isIncomplete ? `<p class="alarm" role="alert">${toHtml(summary.sentences[0] ?? '')}</p>` : ''}
<section class="summary" aria-label="Summary">
<p class="lead">${toHtml(lead)}</p>
${rest.map((sentence) => `<p>${toHtml(sentence)}</p>`).join('\n')}
${reasons.size > 0 ? '<p><a href="#unknown">Some values could not be read</a>: they are reported as unknown, not as safe.</p>' : ''}
</section>
${registries === undefined ? '' : registryTable(registries)}${(extras?.sections ?? []).map(sectionOf).join('\n')}
${figures.length > 0 ? `<h2>At a glance</h2>\n<div class="charts">\n${figures.join('\n')}\n</div>` : ''}
`;
  if (repositories.length > 0) {
    yield '<h2>Repositories</h2>\n';
    if (repositories.length < read)
      yield `<p>The ${repositories.length.toLocaleString('en')} most severe of ${read.toLocaleString('en')}: the reports in CSV and JSON have all.</p>\n`;
    yield* tableOf(
      repositories,
      summary.bySubject.map(({ subject }) => subject),
      reasons,
      { isSweep: extras !== undefined, isSeveral: registries !== undefined },
    );
  }
  yield `
${reasonList(reasons)}
</main>
<footer>ecr-hardening ${toHtml(version)}. Costs are upper bounds: ECR stores a layer that several images share only once.</footer>
<script>${script}</script>
</body>
</html>
`;
}

function sectionOf({ title, lines }: PageExtras['sections'][number]): string {
  const items = lines.map((line) => `<li>${toHtml(line)}</li>`).join('');
  return `<h2>${toHtml(title)}</h2>\n<ul class="lines">${items}</ul>`;
}

function reasonList(reasons: Reasons): string {
  if (reasons.size === 0) return '';
  const lines = [...reasons].map(
    ([reason, { number, repositories }]) =>
      `<li id="${reasonId(number)}">${toHtml(reason)} (${pluralise(repositories, 'repository', 'repositories')})</li>`,
  );
  return `<h2 id="unknown">Values that could not be read</h2>\n<ol class="reasons">${lines.join('')}</ol>`;
}
