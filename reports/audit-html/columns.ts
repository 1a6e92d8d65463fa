/** The columns of the page's table, beside the name. Pure. */
import type { AuditSubject, ImageCount } from '../../audit/audit.ts';
import { isUnknown, type Known } from '../../core/known.ts';
import type { DescribedRepository } from '../../wording/audit/describe.ts';
import { formatBytes, formatMoney, formatRange } from '../../wording/format.ts';
import { columnsOf, readinessCell, severityOf } from '../audit-labels.ts';
import { type Reasons, reasonId } from './reasons.ts';
import { toHtml } from './to-html.ts';

export interface Column {
  readonly title: string;
  readonly kind: 'text' | 'number';
  /** The whole `td`. */
  readonly cell: (repository: DescribedRepository) => string;
}

/** What a page is of. */
export interface PageKind {
  /** Whether the keeper's sweep says what became of the repositories. */
  readonly isSweep: boolean;
  /** Whether they are in several registries. */
  readonly isSeveral: boolean;
}

/** What a cell holds besides its text. */
interface CellOptions {
  /** What it sorts by, if that is not its text. */
  readonly sort?: string | number;
  readonly className?: string;
}

/**
 * @param subjects with an issue, as the audit's summary names them
 * @param kind which columns there are beside those of every audit
 */
export function columnsOfPage(
  subjects: readonly AuditSubject[],
  reasons: Reasons,
  { isSweep, isSeveral }: PageKind,
): readonly Column[] {
  const text = (title: string, cell: (repository: DescribedRepository) => Known<string>): Column => ({
    title,
    kind: 'text',
    cell: (repository) => known(cell(repository), reasons, 'text', (value) => cellOf(value)),
  });
  const stack: Column = {
    title: 'Stack',
    kind: 'text',
    // Repositories without a stack come last.
    cell: ({ stack }) =>
      known(stack, reasons, 'text', (owner) => cellOf(owner ?? 'none', { sort: owner ?? '~' })),
  };
  return [
    ...(isSeveral ? placeColumns : []),
    ...(isSweep ? [sweepColumn] : []),
    stack,
    ...columnsOf(subjects).map(
      ({ control, title, value }): Column => ({
        title,
        kind: 'text',
        cell: (repository) =>
          known(value(repository), reasons, 'text', (setting) =>
            cellOf(setting, { className: severityOf(repository, control) }),
          ),
      }),
    ),
    ...imageColumns(reasons),
    expiryColumn(reasons),
    keepColumn(reasons),
    text('Make immutable', ({ readiness }) => readinessCell(readiness)),
  ];
}

const placeColumns: readonly Column[] = [
  { title: 'Account', kind: 'text', cell: ({ place }) => cellOf(place?.account ?? '') },
  { title: 'Region', kind: 'text', cell: ({ place }) => cellOf(place?.region ?? '', { className: 'date' }) },
];

const sweepColumn: Column = {
  title: 'Keeper',
  kind: 'text',
  cell: ({ sweep }) => cellOf(sweep?.state ?? '', { className: sweep?.isOpen === true ? 'bad' : '' }),
};

function imageColumns(reasons: Reasons): readonly Column[] {
  const number = (
    title: string,
    words: (images: ImageCount) => string,
    sort: (images: ImageCount) => string | number,
  ): Column => ({
    title,
    kind: 'number',
    cell: ({ images }) =>
      known(images, reasons, 'number', (count) =>
        cellOf(words(count), { className: 'n', sort: sort(count) }),
      ),
  });
  return [
    number(
      'Images',
      ({ count }) => count.toLocaleString('en'),
      ({ count }) => count,
    ),
    {
      title: 'Quota reached',
      kind: 'text',
      // The words come after every date.
      cell: (repository) =>
        known(repository.images, reasons, 'text', ({ quotaReachedOn }) =>
          cellOf(quotaReachedOn ?? 'not projected', {
            className: severityOf(repository, 'ImageQuota') === 'bad' ? 'bad' : 'date',
          }),
        ),
    },
    number(
      'Size',
      ({ bytes }) => formatBytes(bytes),
      ({ bytes }) => bytes,
    ),
    number(
      '$/month',
      ({ monthlyCost }) => formatMoney(monthlyCost),
      ({ monthlyCost }) => monthlyCost.toFixed(6),
    ),
  ];
}

function keepColumn(reasons: Reasons): Column {
  return {
    title: 'Keep',
    kind: 'number',
    cell: ({ keepImages }) =>
      known(keepImages, reasons, 'number', ({ smallest }) =>
        cellOf(smallest.toLocaleString('en'), { className: 'n', sort: smallest }),
      ),
  };
}

/** How many images would expire, and in parentheses how many of those are in use or were pulled recently. */
function expiryColumn(reasons: Reasons): Column {
  return {
    title: 'Would expire',
    kind: 'number',
    cell: ({ hardened }) => {
      if (hardened === null) return cellOf('0', { className: 'n' });
      return known(hardened, reasons, 'number', ({ images, inUseOrPulled }) => {
        const used = inUseOrPulled.atMost > 0 ? ` (${formatRange(inUseOrPulled)})` : '';
        const className = used === '' ? 'n' : 'n bad';
        return cellOf(`${formatRange(images)}${used}`, { className, sort: images.atMost });
      });
    },
  };
}

function cellOf(text: string, { sort = text, className = '' }: CellOptions = {}): string {
  // Without the attribute a cell sorts by its text.
  const sorted = String(sort) === text ? '' : ` data-sort="${toHtml(String(sort))}"`;
  return `<td${className === '' ? '' : ` class="${className}"`}${sorted}>${toHtml(text)}</td>`;
}

/** The cell of a known value; an unknown one is short, since there may be 100,000 of them. */
function known<Value>(
  value: Known<Value>,
  reasons: Reasons,
  kind: Column['kind'],
  cell: (value: Value) => string,
): string {
  if (!isUnknown(value)) return cell(value);
  // The reason is shown at the pointer, and in the list that the number links to.
  const number = reasons.get(value.unknown)?.number ?? 0;
  return `<td class="unknown${kind === 'number' ? ' n' : ''}" data-sort title="${toHtml(value.unknown)}">unknown<a href="#${reasonId(number)}">${number}</a></td>`;
}
