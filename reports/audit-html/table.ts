/** The page's table of repositories. Pure. */
import type { AuditSubject } from '../../audit/audit.ts';
import type { DescribedRepositories, DescribedRepository } from '../../wording/audit/describe.ts';
import { pluralise } from '../../wording/format.ts';
import { type Column, columnsOfPage, type PageKind } from './columns.ts';
import { type DetailLimits, detailsOf } from './details.ts';
import type { Reasons } from './reasons.ts';
import { maxRowsShown } from './row-limit.ts';
import { toHtml } from './to-html.ts';

/**
 * Every repository, most severe first. It sorts by each column; unknown values come last.
 *
 * @param subjects with an issue, as the audit's summary names them
 * @param kind whether the keeper's sweep says what became of them, and whether they are in several registries
 */
export function* tableOf(
  repositories: DescribedRepositories,
  subjects: readonly AuditSubject[],
  reasons: Reasons,
  kind: PageKind,
): Generator<string, void, undefined> {
  const columns = columnsOfPage(subjects, reasons, kind);
  const head = ['Repository', ...columns]
    .map((column) => (typeof column === 'string' ? headingOf(column) : headingOf(column.title, column.kind)))
    .join('');
  // A repository may move thousands of tags, and a browser must still open the page.
  const limits =
    repositories.length > 1000
      ? { tags: 2, characters: 250, isLarge: true }
      : { tags: 10, characters: 1500, isLarge: false };
  yield `<p class="hint" id="hint">Most severe first. Select a heading to sort by it, a repository to see its details. “Would expire” is the number of images that the lifecycle policy of KeepImages and ProtectedTags would expire, in parentheses how many of those are in use or were pulled within 90 days. “Keep” is the smallest KeepImages that keeps everything in use and the pushes of some days.</p>
<p class="tools"><span id="search" hidden><label>Find <input type="search" id="filter" autocomplete="off"></label> <output id="count" for="filter"></output></span>${
    repositories.length > maxRowsShown
      ? ` <label><input type="checkbox" id="all" autocomplete="off"> Show all ${repositories.length.toLocaleString('en')}, not only the first ${maxRowsShown}</label>`
      : ''
  }</p>
<div class="scroll${kind.isSeveral ? ' several' : ''}${kind.isSweep ? ' swept' : ''}" tabindex="0" role="region" aria-label="Repositories"><table class="sortable n-last asc" aria-describedby="hint">
<caption>${pluralise(repositories.length, 'repository', 'repositories')}, one for each row</caption>
<thead><tr>${head}</tr></thead>
<tbody>`;
  for (const repository of repositories) yield `\n${rowOf(repository, columns, limits)}`;
  yield '\n</tbody>\n</table></div>';
}

function headingOf(title: string, kind: Column['kind'] = 'text'): string {
  return `<th scope="col"${kind === 'number' ? ' class="n"' : ''}>${toHtml(title)}</th>`;
}

function rowOf(repository: DescribedRepository, columns: readonly Column[], limits: DetailLimits): string {
  // A name may be a number: with the character before it all of them sort as text.
  const name = `<td role="rowheader" data-sort="~${toHtml(repository.name)}">${detailsOf(repository, limits)}</td>`;
  return `<tr>${name}${columns.map(({ cell }) => cell(repository)).join('')}</tr>`;
}
