/** An audit as one page that needs nothing else: no network, no font, no file beside it. */
import { createHash } from 'node:crypto';
import type { Audit, ImageCount, Readiness, RepositoryAudit } from '../../core/audit/audit.ts';
import { isUnknown } from '../../core/audit/reading.ts';
import { counted, money } from '../../core/audit/words.ts';
import { type Bar, barFigure } from './audit-html/charts.ts';
import { sortScript } from './audit-html/script.ts';
import { style } from './audit-html/style.ts';
import { tableOf } from './audit-html/table.ts';
import { toHtml } from './audit-html/to-html.ts';

/** @param version of this product, for the footer */
export function htmlReport(audit: Audit, version: string): string {
  const { registry, repositories, summary, total, at } = audit;
  const script = sortScript();
  const title = `ECR registry ${registry.registryId || '(empty)'} in ${registry.region}`;
  const [lead = '', ...sentences] = summary.sentences;
  const isIncomplete = repositories.length < total;
  const [first = lead, ...rest] = isIncomplete ? sentences : [lead, ...sentences];
  // Only this very script may run; nothing may be loaded.
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${toHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${toHtml(title)}</h1>
<p class="about">Audited on ${toHtml(at.slice(0, 10))} at ${toHtml(at.slice(11, 16))} UTC</p>
</header>
<main>
${isIncomplete ? `<p class="alarm" role="alert">${toHtml(lead)}</p>` : ''}
<section class="summary" aria-label="Summary">
<p class="lead">${toHtml(first)}</p>
${rest.map((sentence) => `<p>${toHtml(sentence)}</p>`).join('\n')}
</section>
${unknownSection(audit)}
<h2>At a glance</h2>
<div class="charts">
${charts(audit).join('\n')}
</div>
<h2>Repositories</h2>
${tableOf(repositories)}
</main>
<footer>ecr-hardening ${toHtml(version)}. Costs are at most what they say: ECR stores layers that images share once.</footer>
<script>${script}</script>
</body>
</html>
`;
}

function unknownSection({ summary }: Audit): string {
  if (summary.unknown.length === 0) return '';
  const lines = summary.unknown.map(
    ({ reason, repositories }) =>
      `<li>${toHtml(reason)} (${counted(repositories, 'repository', 'repositories')})</li>`,
  );
  return `<h2>What could not be read</h2>\n<ul>${lines.join('')}</ul>`;
}

const mostBars = 15;
const readinessTitles: Readonly<Record<Readiness['verdict'], string>> = {
  done: 'immutable already',
  now: 'now',
  'with-exclusions': 'with exclusions',
  'stop-first': 'after tags have stopped moving',
  unclear: 'after a closer look',
};

function charts({ repositories, summary }: Audit): string[] {
  return [
    barFigure(
      'Repositories with findings, by control',
      summary.bySubject.map(({ subject, repositories: value }) => ({
        label: subject,
        value,
        words: number(value),
      })),
    ),
    barFigure(
      'Ready for immutable tags',
      verdicts
        .map((verdict) => ({ verdict, value: summary.byReadiness[verdict] }))
        .filter(({ value }) => value > 0)
        .map(({ verdict, value }) => ({ label: readinessTitles[verdict], value, words: number(value) })),
    ),
    barFigure(
      `Cost, the ${mostBars} dearest repositories`,
      largest(
        repositories,
        ({ monthlyCost }) => monthlyCost,
        (value) => `$${money(value)} a month`,
      ),
    ),
    barFigure(
      `Images, the ${mostBars} fullest repositories`,
      largest(
        repositories,
        ({ count }) => count,
        (value, { quota }) => `${number(value)} (${percent(value / quota)} of quota)`,
      ),
    ),
  ];
}

const verdicts = ['done', 'now', 'with-exclusions', 'stop-first', 'unclear'] as const;

function largest(
  repositories: readonly RepositoryAudit[],
  measure: (images: ImageCount) => number,
  words: (value: number, images: ImageCount) => string,
): Bar[] {
  return repositories
    .flatMap(({ name, images }) =>
      isUnknown(images) ? [] : [{ label: name, images, value: measure(images) }],
    )
    .filter(({ value }) => value > 0)
    .toSorted((one, other) => other.value - one.value)
    .slice(0, mostBars)
    .map(({ label, value, images }) => ({ label, value, words: words(value, images) }));
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function percent(share: number): string {
  return share < 0.01 ? '<1 %' : `${Math.round(share * 100)} %`;
}
