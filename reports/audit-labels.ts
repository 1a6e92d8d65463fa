/** An audit's values in the few words that a cell or a chart holds. Pure. */
import type { AuditSubject } from '../audit/audit.ts';
import { isUnknown, type Known, whenKnown } from '../core/known.ts';
import type { DescribedReadiness, DescribedRepository, ReportedAudit } from '../wording/audit/describe.ts';
import { registriesTitle } from '../wording/audit/registries.ts';

/** The text of a value that could not be read. */
export const unknownWord = 'unknown';

/** The text of a value, or `unknown`. */
export function textOf<Value>(value: Known<Value>, text: (value: Value) => string): string {
  return isUnknown(value) ? unknownWord : text(value);
}

/** What an audit is of. @param one what a single registry is called */
export function auditTitle({ registry, registries = [] }: ReportedAudit, one: string): string {
  return registry === undefined
    ? registriesTitle(registries)
    : [one, registry.registryId, `in ${registry.region}`].filter((part) => part !== '').join(' ');
}

/** A subject of findings, as its findings are headed and as an issue of it is called. */
interface SubjectLabel {
  readonly topic: string;
  readonly issue: string;
}

const subjectLabels: Readonly<Partial<Record<AuditSubject, SubjectLabel>>> = {
  TagImmutability: { topic: 'Tags', issue: 'Mutable tags' },
  ScanOnPush: { topic: 'Scanning', issue: 'Images not scanned' },
  LifecyclePolicy: { topic: 'Lifecycle policy', issue: 'No or unsafe lifecycle policy' },
  PublicAccess: { topic: 'Public access', issue: 'Public access allowed' },
  ImageQuota: { topic: 'Image quota', issue: 'Image quota soon reached' },
};

/** The labels of a subject; a control without labels of its own is called by its name. */
export function subjectLabel(subject: AuditSubject): SubjectLabel {
  return subjectLabels[subject] ?? { topic: inWords(subject), issue: inWords(subject) };
}

/** `ScanOnPush` as `Scan on push`. */
function inWords(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** The name of a repository outside of a table; in a report of several registries, which may have the same names, with its place. */
export function nameOf({ name, place }: Pick<DescribedRepository, 'name' | 'place'>): string {
  return place === undefined ? name : `${place.account} ${place.region} ${name}`;
}

/** A column of the tables, for one control. */
export interface ControlColumn {
  readonly control: AuditSubject;
  readonly title: string;
  readonly value: (repository: DescribedRepository) => Known<string>;
}

const controlColumns: readonly ControlColumn[] = [
  { control: 'TagImmutability', title: 'Tags', value: tagsText },
  { control: 'ScanOnPush', title: 'Scanned', value: scannedText },
  { control: 'LifecyclePolicy', title: 'Lifecycle', value: lifecycleText },
  { control: 'PublicAccess', title: 'Public', value: publicText },
];

/**
 * The columns of the controls: their settings, then for every other control with an issue whether a repository has it.
 *
 * @param subjects with an issue, as an audit's summary names them
 */
export function columnsOf(subjects: readonly AuditSubject[]): readonly ControlColumn[] {
  const others = subjects.filter(
    (subject) => subject !== 'ImageQuota' && !controlColumns.some(({ control }) => control === subject),
  );
  return [
    ...controlColumns,
    ...others.map((control) => ({
      control,
      title: subjectLabel(control).topic,
      value: (repository: DescribedRepository) =>
        severityOf(repository, control) === 'good' ? 'ok' : 'issue',
    })),
  ];
}

/** The most severe finding of a repository about a subject: `bad` for an error, `warn` for a warning, else `good`. */
export function severityOf(
  { findings }: DescribedRepository,
  subject: AuditSubject,
): 'bad' | 'warn' | 'good' {
  const levels = findings.filter((finding) => finding.subject === subject).map(({ level }) => level);
  if (levels.includes('error')) return 'bad';
  return levels.includes('warning') ? 'warn' : 'good';
}

export function tagsText({ tagMutability: { mutability, exclusions } }: DescribedRepository): string {
  const except = exclusions.length === 0 ? '' : ` except ${exclusions.join(', ')}`;
  return `${mutability.startsWith('IMMUTABLE') ? 'immutable' : 'mutable'}${except}`;
}

export function lifecycleText({ lifecyclePolicy }: DescribedRepository): Known<string> {
  return whenKnown(lifecyclePolicy, ({ kind, problems }) => {
    if (kind === 'none') return 'none';
    return problems.length > 0 ? 'has problems' : 'yes';
  });
}

export function scannedText({ scanned }: DescribedRepository): Known<string> {
  return whenKnown(scanned, ({ how }) => (how === 'not' ? 'no' : how));
}

export function publicText({ publicBy }: DescribedRepository): Known<string> {
  return whenKnown(publicBy, (statements) => (statements.length > 0 ? 'public' : 'no'));
}

/** How to reach immutable tags, in three words at most. */
export function readinessText({ verdict, exclusions }: DescribedReadiness): string {
  switch (verdict) {
    case 'done':
    case 'now':
    case 'unclear':
      return verdict;
    case 'with-exclusions':
      return `except ${exclusions.join(', ')}`;
    case 'stabilise-first':
      return 'stop tags first';
    case 'not-known-yet':
      return 'not known yet';
    case 'stays-mutable':
      return 'stays mutable';
    default:
      return verdict satisfies never;
  }
}

/**
 * The same with the time that it rests on, such as `now (90 d)` and `not known yet (3 h)`.
 *
 * @param maxCharacters of the words; the time follows them
 */
export function readinessCell(
  readiness: DescribedReadiness,
  maxCharacters = Number.POSITIVE_INFINITY,
): string {
  const words = truncate(readinessText(readiness), maxCharacters);
  switch (readiness.verdict) {
    case 'now':
    case 'with-exclusions':
    case 'not-known-yet':
      return `${words} (${readiness.observed.length ?? 'no records'})`;
    case 'done':
    case 'unclear':
    case 'stabilise-first':
    case 'stays-mutable':
      return words;
    default:
      return readiness.verdict satisfies never;
  }
}

/** Text that ends with an ellipsis where it is longer. */
export function truncate(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1).toWellFormed()}…`;
}
