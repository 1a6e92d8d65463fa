import Table from 'cli-table3';
import type { Audit, AuditFinding, Expiry, RepositoryAudit } from '../../audit/audit.ts';
import { formatBytes, formatMoney, formatRange } from '../../audit/format.ts';
import type { Colours } from '../colours.ts';
import {
  cell,
  lifecycleWords,
  readinessWords,
  scannedWords,
  tagsWords,
  unknownWord,
} from './audit-labels.ts';

// What is to be mended now is named below the table, as far as anybody reads.
const mostNamed = 10;

/**
 * For people at a terminal: the worst repositories in a table, what is to be mended first, and a summary.
 *
 * @param top how many rows at most; 0: all
 */
export function auditText(audit: Audit, colours: Colours, top: number): string {
  const { repositories, registry, summary } = audit;
  const { bold, dim, red, yellow } = colours;
  const shown = top === 0 ? repositories : repositories.slice(0, top);
  const rest = repositories.length - shown.length;
  const [head, ...sentences] = summary.sentences;
  const urgent = repositories.flatMap(({ name, findings }) =>
    findings.filter(({ level }) => level === 'error').map(({ message }) => `  ${red(name)}  ${message}`),
  );
  const unknown = summary.unknown.map(({ reason, repositories: number }) => `  ${reason} (${number})`);
  return [
    bold(`Registry ${registry.registryId || '(empty)'} in ${registry.region}`),
    ...(shown.length === 0 ? [] : [tableOf(shown, colours)]),
    ...(rest > 0 ? [dim(`... and ${rest} more: --top 0 shows all, --format html sorts them.`)] : []),
    ...(urgent.length === 0 ? [] : ['', bold('Mend first'), ...urgent.slice(0, mostNamed)]),
    ...(urgent.length > mostNamed ? [dim(`  ... and ${urgent.length - mostNamed} more`)] : []),
    ...(unknown.length === 0 ? [] : ['', yellow('Unknown, for so many repositories'), ...unknown]),
    '',
    bold(head ?? ''),
    ...sentences,
    '',
  ].join('\n');
}

const headings = [
  'repository',
  'stack',
  'tags',
  'scanned',
  'lifecycle',
  'images',
  'size',
  '$/month',
  'would expire',
  'make immutable',
];
const numbers = ['images', 'size', '$/month', 'would expire'];
// Rules and corners cost width and say nothing; colours are ours to choose.
const bare = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) =>
    ['', '-mid', '-left', '-right'].map((corner) => [`${side}${corner}`, '']),
  ),
);

function tableOf(
  repositories: readonly RepositoryAudit[],
  { bold, red, yellow, green, dim }: Colours,
): string {
  const table = new Table({
    head: headings.map((title) => bold(title)),
    chars: { ...bare, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: headings.map((heading) => (numbers.includes(heading) ? 'right' : 'left')),
  });
  for (const repository of repositories) {
    const { name, findings, images, readiness, stack, hardened } = repository;
    const painted = (subject: AuditFinding['subject'], text: string): string => {
      if (text === unknownWord) return dim(text);
      const levels = findings.filter((finding) => finding.subject === subject).map(({ level }) => level);
      if (levels.includes('error')) return red(text);
      return levels.includes('warning') ? yellow(text) : green(text);
    };
    table.push([
      short(name, 40),
      dim(
        short(
          cell(stack, (owner) => owner ?? '-'),
          20,
        ),
      ),
      painted('TagImmutability', short(tagsWords(repository), 24)),
      painted('ScanOnPush', scannedWords(repository)),
      painted('LifecyclePolicy', lifecycleWords(repository)),
      cell(images, ({ count, quotaReachedOn }) =>
        quotaReachedOn === undefined ? `${count}` : yellow(`${count}`),
      ),
      cell(images, ({ bytes }) => formatBytes(bytes)),
      cell(images, ({ monthlyCost }) => formatMoney(monthlyCost)),
      hardened === null ? '-' : cell(hardened, (expiry) => expiryWords(expiry, red)),
      short(readinessWords(readiness), 28),
    ]);
  }
  return table.toString().replaceAll(/ +$/gm, '');
}

/** What the organisation's lifecycle policy would expire, and what of it somebody pulled lately. */
function expiryWords({ images, pulledLately }: Expiry, red: (text: string) => string): string {
  const used = pulledLately.atMost === 0 ? '' : red(` (${formatRange(pulledLately)} pulled lately)`);
  return `${formatRange(images)}${used}`;
}

function short(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
