import Table from 'cli-table3';
import type { ListedChange, ListedClaim, ListedDrift, Listing } from '../claims/listing.ts';
import type { Released } from '../claims/release.ts';
import type { Resumed } from '../claims/resume.ts';
import type { Colours } from '../colours.ts';

const headings = ['repository', 'stack', 'since', 'status', 'holder'];
const bare = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((corner) => [`${side}${corner}`, '']),
  ),
);

/** For people at a terminal: a row for each claim, the one in effect first, and a summary. */
export function claimsText(listing: Listing, colours: Colours): string {
  const { table, repositories } = listing;
  const { bold, yellow } = colours;
  const rows = repositories.flatMap(({ name, claims, change, drift }) => [
    ...claims.map((claim, index) => [
      index === 0 ? name : '',
      stackName(claim.stack),
      claim.since.slice(0, 10),
      statusOf(claim, colours),
      claim.holder,
    ]),
    ...(change === undefined
      ? []
      : [[claims.length === 0 ? name : '', '', '', yellow(changeWords(change)), change.holder]]),
    ...(drift === undefined ? [] : [['', '', '', yellow(driftWords(drift)), drift.drifts.at(-1)?.by ?? '']]),
  ]);
  const claims = repositories.flatMap((repository) => repository.claims);
  const gone = claims.filter(({ stackState }) => stackState === 'deleted');
  return [
    bold(`Claims in the table ${table}`),
    ...(rows.length === 0 ? [] : [tableOf(rows, bold)]),
    '',
    `${count(claims.length, 'claim')} on ${count(repositories.length, 'repository', 'repositories')}.`,
    ...(gone.length === 0
      ? []
      : [
          yellow(
            `${count(gone.length, 'claim')} of stacks that were deleted: release them with --release HOLDER.`,
          ),
        ]),
    ...unknownLines(listing, colours),
    '',
  ].join('\n');
}

function unknownLines(
  { repositories, stacksNotChecked }: Listing,
  { dim, yellow }: Colours,
): readonly string[] {
  const claims = repositories.flatMap((repository) => repository.claims);
  const unknown = claims.filter(({ stackState }) => stackState === 'unknown');
  if (unknown.length === 0) return [];
  const what = `${count(unknown.length, 'claim')} of stacks`;
  return stacksNotChecked === undefined
    ? [
        dim(
          `${what} that could not be checked: cloudformation:DescribeStacks is not allowed, or the stack is in another account or Region.`,
        ),
      ]
    : [yellow(`${what} that were not checked. ${stacksNotChecked}`)];
}

/** What a release came to. */
export function releasedText(holder: string, { released, busy, contended }: Released): string {
  return [
    ...(released.length === 0
      ? []
      : [
          `Released ${count(released.length, 'claim')} of ${holder}: ${released.join(', ')}. Settings were not changed.`,
        ]),
    ...leftLines({ busy, contended }),
    '',
  ].join('\n');
}

/** What resuming a repository came to. */
export function resumedText({ resumed, ...left }: Resumed): string {
  return [
    ...resumed.map((name) => `${name}: the keeper works on it again. Settings were not changed.`),
    ...leftLines(left),
    '',
  ].join('\n');
}

function leftLines({ busy, contended }: Pick<Released, 'busy' | 'contended'>): readonly string[] {
  return [
    ...busy.map(({ name, until }) => `${name}: a change is in progress until ${until}; retry after that.`),
    ...contended.map((name) => `${name}: other requests kept changing the record; retry.`),
  ];
}

function statusOf({ inEffect, stackState }: ListedClaim, { green, dim, yellow }: Colours): string {
  const effect = inEffect ? green('in effect') : dim('not in effect');
  return stackState === 'deleted' ? `${effect}, ${yellow('stack deleted')}` : effect;
}

function changeWords({ until, isRunning }: ListedChange): string {
  return isRunning ? `change in progress until ${until}` : `change interrupted before ${until}`;
}

/** The last one who has undone it is in the column of the holders. */
function driftWords({ drifts, leftAloneSince }: ListedDrift): string {
  const times = `undone ${drifts.length} ${drifts.length === 1 ? 'time' : 'times'}`;
  return leftAloneSince === undefined ? times : `${times}, left alone since ${leftAloneSince.slice(0, 10)}`;
}

function tableOf(rows: readonly (readonly string[])[], bold: Colours['bold']): string {
  const table = new Table({
    head: headings.map((title) => bold(title)),
    chars: { ...bare, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) table.push([...row]);
  return table.toString().replaceAll(/ +$/gm, '');
}

/** The name in a stack's ARN. */
function stackName(arn: string): string {
  return arn.split('/')[1] ?? arn;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
