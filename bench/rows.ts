/** The lines of the table that `npm run bench` prints at the end; a benchmark that runs by itself prints its own. */

/** One line. */
export interface Row {
  readonly what: string;
  /** What it is measured against. */
  readonly against: string;
  readonly value: string;
  /** Such as `at most 1.2`; undefined where nothing is required. */
  readonly budget: string | undefined;
  readonly isOver: boolean;
}

/** Limits of a figure. */
interface Limits {
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Reports how many times as long one thing takes as another, or what else is counted in times. */
export function reportRatio(row: Pick<Row, 'what' | 'against'> & Limits & { readonly ratio: number }): void {
  const { what, against, ratio, ...limits } = row;
  reportFigure({ what, against, figure: ratio, ...limits });
}

/** Reports any other figure. */
export function reportFigure(
  row: Pick<Row, 'what' | 'against'> & Limits & { readonly figure: number; readonly unit?: string },
): void {
  const { what, against, figure, unit = 'times', atMost, atLeast } = row;
  // A figure that is none is over every limit.
  const isOver = !(figure <= (atMost ?? Number.POSITIVE_INFINITY) && figure >= (atLeast ?? 0));
  const limits = [
    ...(atMost === undefined ? [] : [`at most ${shown(atMost)}`]),
    ...(atLeast === undefined ? [] : [`at least ${shown(atLeast)}`]),
  ];
  report({
    ...{ what, against, isOver },
    value: `${shown(figure)} ${unit}`,
    budget: limits.length === 0 ? undefined : limits.join(', '),
  });
}

function shown(figure: number): string {
  return figure.toLocaleString(
    'en',
    figure >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 },
  );
}

/** Reports what must hold, such as that no repository is lost. */
export function reportCheck(what: string, problems: readonly string[]): void {
  const isOver = problems.length > 0;
  const value = isOver ? problems.join('; ') : 'yes';
  report({ what, against: '', value, budget: undefined, isOver });
}

/** One size of what grows, and how long it took. */
export interface Grown {
  readonly size: number;
  readonly milliseconds: number;
}

// Twice the size may take so much more than twice the time.
const maxGrowth = 1.4;

/**
 * Reports how time grows with size, the smallest first: what one more costs must not grow.
 *
 * @param things in the plural
 */
export function reportGrowth(what: string, things: string, grown: readonly Grown[]): void {
  const isShort = grown.some(({ size, milliseconds }) => milliseconds / size < 0.1);
  const [unit, factor] = isShort ? ['µs', 1_000] : ['ms', 1];
  for (const [index, { size, milliseconds }] of grown.entries()) {
    const before = grown[index - 1];
    reportFigure({
      what: `${what}, ${size.toLocaleString('en')} ${size === 1 ? things.slice(0, -1) : things}`,
      against: 'each',
      figure: (milliseconds / size) * factor,
      unit,
      ...(before === undefined ? {} : { atMost: (before.milliseconds / before.size) * maxGrowth * factor }),
    });
  }
}

function report(row: Row): void {
  if (row.isOver) process.exitCode = 1;
  // A benchmark that runs by itself has no parent process that collects the rows.
  if (process.send === undefined) console.log(tableOf([row]).at(-1));
  else process.send({ row });
}

const headings: Row = {
  what: 'what',
  against: 'against',
  value: 'measured',
  budget: 'budget',
  isOver: false,
};

/** The rows below each other, as Markdown. */
export function tableOf(rows: readonly Row[]): readonly string[] {
  const cells = [headings, ...rows].map(({ what, against, value, budget = '', isOver }) => [
    what,
    against,
    value,
    isOver ? `${budget} NOT KEPT`.trim() : budget,
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((each) => each[column]?.length ?? 0)));
  const line = (each: readonly string[]) =>
    `| ${each.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = cells;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)];
}

export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** What else the machine does only lengthens times: of many short ones, those that are disturbed least. */
export function lowestDecile(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 10)] ?? Number.NaN;
}
