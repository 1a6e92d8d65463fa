import Table from 'cli-table3';
import { isUnknown } from '../../core/known.ts';
import {
  auditTitle,
  type ControlColumn,
  columnsOf,
  nameOf,
  readinessCell,
  severityOf,
  textOf,
  truncate,
} from '../../reports/audit-labels.ts';
import type {
  DescribedRepositories,
  DescribedRepository,
  ReportedAudit,
} from '../../wording/audit/describe.ts';
import type { DescribedExpiry } from '../../wording/audit/expiry.ts';
import type { DescribedRegistry } from '../../wording/audit/registries.ts';
import { formatBytes, formatMoney, formatRange } from '../../wording/format.ts';
import type { Colours } from '../colours.ts';

// A longer list is not read at a terminal.
const maxListed = 10;

/**
 * For people at a terminal: the most severe repositories in a table, the errors to fix first, and a summary.
 *
 * @param top maximum rows; 0: all
 */
export function auditText(audit: ReportedAudit, colours: Colours, top: number): string {
  const { repositories, registries, summary } = audit;
  const { bold, dim, yellow } = colours;
  const columns = columnsOfTable(audit, colours);
  const { rows, errors, lost } = linesOf(repositories, columns, colours, top);
  const rest = repositories.length - rows.length;
  const [headline, ...sentences] = summary.sentences;
  const unknown = summary.unknown.map(({ reason, repositories: number }) => `  ${reason} (${number})`);
  return [
    bold(auditTitle(audit, 'Registry')),
    ...(registries === undefined ? [] : [registryTable(registries, colours), '']),
    ...(rows.length === 0 ? [] : [tableOf(rows, columns, colours)]),
    ...(rest > 0 ? [dim(`... and ${rest} more: --top 0 shows all, --format html sorts them.`)] : []),
    ...listOf('Fix first', errors, colours),
    ...listOf('In use, but expired by the default lifecycle policy', lost, colours),
    ...(unknown.length === 0 ? [] : ['', yellow('Unknown (repositories affected)'), ...unknown]),
    '',
    bold(headline ?? ''),
    ...sentences,
    '',
  ].join('\n');
}

/** What is shown of the repositories, which are read once. */
function linesOf(
  repositories: DescribedRepositories,
  columns: readonly Column[],
  { red, yellow }: Colours,
  top: number,
) {
  const rows: string[][] = [];
  const errors: string[] = [];
  const lost: string[] = [];
  for (const repository of repositories) {
    const { findings } = repository;
    const name = nameOf(repository);
    if (top === 0 || rows.length < top) rows.push(columns.map(({ cell }) => cell(repository)));
    const messages = (list: typeof findings) => list.map(({ message }) => message);
    for (const message of messages(findings.filter(({ level }) => level === 'error')))
      errors.push(`  ${red(name)}  ${message}`);
    // What the organisation's lifecycle policy would take away.
    for (const message of messages(findings.filter(({ code }) => code === 'default-expires-in-use')))
      lost.push(`  ${yellow(name)}  ${message}`);
  }
  return { rows, errors, lost };
}

function listOf(title: string, lines: readonly string[], { bold, dim }: Colours): string[] {
  if (lines.length === 0) return [];
  const rest = lines.length - maxListed;
  return [
    '',
    bold(title),
    ...lines.slice(0, maxListed),
    ...(rest > 0 ? [dim(`  ... and ${rest} more`)] : []),
  ];
}

interface Column {
  readonly title: string;
  readonly cell: (repository: DescribedRepository) => string;
  readonly isNumber?: boolean;
}

function placeColumnsOf({ registries }: ReportedAudit): readonly Column[] {
  return registries === undefined
    ? []
    : [
        { title: 'account', cell: ({ place }) => place?.account ?? '' },
        { title: 'region', cell: ({ place }) => place?.region ?? '' },
      ];
}

function columnsOfTable(audit: ReportedAudit, colours: Colours): readonly Column[] {
  const { summary } = audit;
  const { dim, red, yellow } = colours;
  const controls = columnsOf(summary.bySubject.map(({ subject }) => subject))
    // A public repository is an error, and errors are listed below the table.
    .filter(({ control }) => control !== 'PublicAccess')
    .map((column) => controlColumn(column, colours));
  return [
    ...placeColumnsOf(audit),
    { title: 'repository', cell: ({ name }) => truncate(name, 40) },
    {
      title: 'stack',
      cell: ({ stack }) => {
        const name = textOf(stack, (owner) => owner ?? '-');
        return dim(truncate(name, 20));
      },
    },
    ...controls,
    {
      title: 'images',
      isNumber: true,
      cell: ({ images }) =>
        textOf(images, ({ count, quotaReachedOn }) =>
          quotaReachedOn === undefined ? `${count}` : yellow(`${count}`),
        ),
    },
    {
      title: 'size',
      isNumber: true,
      cell: ({ images }) => textOf(images, ({ bytes }) => formatBytes(bytes)),
    },
    {
      title: '$/month',
      isNumber: true,
      cell: ({ images }) => textOf(images, ({ monthlyCost }) => formatMoney(monthlyCost)),
    },
    {
      title: 'would expire',
      isNumber: true,
      cell: ({ hardened }) =>
        hardened === null ? '-' : textOf(hardened, (expiry) => expiryText(expiry, red)),
    },
    {
      title: 'keep',
      isNumber: true,
      cell: ({ keepImages }) => textOf(keepImages, ({ smallest }) => `${smallest}`),
    },
    { title: 'make immutable', cell: ({ readiness }) => readinessCell(readiness, 28) },
  ];
}

function controlColumn({ control, title, value }: ControlColumn, colours: Colours): Column {
  const { dim, red, yellow, green } = colours;
  const paints = { bad: red, warn: yellow, good: green };
  return {
    title: title.toLowerCase(),
    cell: (repository) => {
      const known = value(repository);
      const text = truncate(
        textOf(known, (setting) => setting),
        24,
      );
      return isUnknown(known) ? dim(text) : paints[severityOf(repository, control)](text);
    },
  };
}

// No borders: they would only take width. The colours are those of this program, not of the library.
const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((corner) => [`${side}${corner}`, '']),
  ),
);

const plainTable = {
  chars: { ...noBorders, middle: '  ' },
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
};

function tableOf(
  rows: readonly (readonly string[])[],
  columns: readonly Column[],
  { bold }: Colours,
): string {
  const table = new Table({
    ...plainTable,
    head: columns.map(({ title }) => bold(title)),
    colAligns: columns.map(({ isNumber = false }) => (isNumber ? 'right' : 'left')),
  });
  for (const row of rows) table.push([...row]);
  return table.toString().replaceAll(/ +$/gm, '');
}

/** What each registry has, or why it could not be read. */
function registryTable(registries: readonly DescribedRegistry[], { bold, dim, red }: Colours): string {
  const table = new Table({
    ...plainTable,
    head: ['account', 'region', 'repositories', 'safe', '$/month', ''].map((title) => bold(title)),
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left'],
  });
  for (const { account, region, by, total, safe, monthlyCost, failure } of registries)
    table.push(
      failure === undefined
        ? [account || dim('-'), region, `${total}`, `${safe}`, formatMoney(monthlyCost), '']
        : [account || by, region || '-', red('not read'), '', '', ''],
    );
  return table.toString().replaceAll(/ +$/gm, '');
}

/** How many images the organisation's lifecycle policy would expire, and how many of those are in use. */
function expiryText({ images, pulledLately, inUse }: DescribedExpiry, red: (text: string) => string): string {
  if (!isUnknown(inUse) && inUse.atMost > 0)
    return `${formatRange(images)}${red(` (${formatRange(inUse)} in use)`)}`;
  const used = pulledLately.atMost === 0 ? '' : red(` (${formatRange(pulledLately)} pulled recently)`);
  return `${formatRange(images)}${used}`;
}
