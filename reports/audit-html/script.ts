/** The page's inline scripts: a library that sorts the table, and its own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { maxRowsShown } from './row-limit.ts';

/** Set when the bundle is built (tools/build-cli.mjs): the bundle has no node_modules beside it. */
declare const ECR_HARDENING_SORT_SCRIPT: string;

/** All that the page runs. */
export function pageScript(): string {
  return `${sortScript()}\n${ownScript}`;
}

/** sortable-tablesort, with its keyboard support. */
function sortScript(): string {
  if (typeof ECR_HARDENING_SORT_SCRIPT === 'string') return ECR_HARDENING_SORT_SCRIPT;
  const folder = join(import.meta.dirname, '..', '..', 'node_modules', 'sortable-tablesort', 'dist');
  return sortFiles.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
}

/** The same files as in tools/build-cli.mjs. */
const sortFiles = ['sortable.min.js', 'sortable.a11y.min.js'];

/**
 * The details of a repository open in a row of their own below it. The library must not sort that row, so the details are
 * moved back before a sort and out again after it. Without the script the details open inside their cell.
 *
 * One text of 40 lines: it runs in the browser as it is here.
 */
const ownScript = `(() => {
  const table = document.querySelector('table.sortable');
  if (!table) return;
  const put = (details) => {
    const row = details.closest('tr');
    const list = details.querySelector('ul');
    if (!list || row.hidden) return;
    const more = document.createElement('tr');
    more.className = 'more';
    const cell = more.insertCell();
    cell.colSpan = row.cells.length;
    cell.append(list);
    row.after(more);
  };
  const back = (row) => {
    const more = row.nextElementSibling;
    if (!more || more.className !== 'more') return;
    row.querySelector('details').append(more.querySelector('ul'));
    more.remove();
  };
  const backAll = () => { for (const more of table.querySelectorAll('tr.more')) back(more.previousElementSibling); };
  const putAll = () => { for (const details of table.querySelectorAll('details[open]')) put(details); };
  table.addEventListener('toggle', ({ target }) => target.open ? put(target) : back(target.closest('tr')), true);
  const box = document.getElementById('filter');
  const count = document.getElementById('count');
  const filter = () => {
    const wanted = box.value.trim().toLowerCase();
    const rows = table.tBodies[0].rows;
    let found = 0;
    table.classList.add('filtered');
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      if (!row.hidden) found += 1;
      row.classList.toggle('rest', found > ${maxRowsShown});
    }
    count.textContent = wanted === '' ? '' : found.toLocaleString('en') + ' of ' + rows.length.toLocaleString('en') + ' found';
  };
  let isFiltered = false;
  box.addEventListener('input', () => { isFiltered = true; backAll(); filter(); putAll(); });
  table.addEventListener('sort-start', backAll);
  table.addEventListener('sort-end', () => { if (isFiltered) filter(); putAll(); });
  document.getElementById('search').hidden = false;
})();
`;
