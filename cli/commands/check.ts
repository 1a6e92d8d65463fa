import { isProblem, type Problem } from '../../core/problem.ts';
import { visibleLines } from '../../core/visible.ts';
import type { TemplateDocument } from '../../template-text/document.ts';
import type { ExpandOptions } from '../../template-text/expand.ts';
import type { Baseline } from '../baseline.ts';
import { type Colours, noColours } from '../colours.ts';
import type { FailOn } from '../fail-on.ts';
import { findingsOf, type LocatedFinding, type Severity } from '../findings.ts';
import { type FilesRead, forEachTemplate, type InputOptions, skippedSentence } from '../input/templates.ts';
import type { LookAtTemplates } from '../live/model.ts';
import { checkReport, type Format } from '../reports/check-formats.ts';
import { whyUnwritten } from '../unwritten.ts';

/** What a check comes to. */
export interface Checked {
  readonly text: string;
  /** 0: clean; 1: findings; 2: a template could not be read. */
  readonly code: 0 | 1 | 2;
  /** Sentences about templates that could not be read. */
  readonly problems: readonly string[];
  /** Sentences about what was left out, where the report itself has no place for them. */
  readonly notes: readonly string[];
}

/** A report that is written to a file. */
export interface ReportFile {
  readonly format: Format;
  readonly file: string;
}

/** How a check is reported. */
export interface CheckOptions {
  readonly format: Format;
  readonly failOn: FailOn;
  readonly version: string;
  readonly colours: Colours;
  readonly input?: InputOptions;
  /** Whether a finding is reported; by default all are. */
  readonly isSelected?: ((finding: { readonly control: string }) => boolean) | undefined;
  /** Known findings, which are not reported. */
  readonly baseline?: Baseline | undefined;
  /** Reports besides the one that is printed. */
  readonly reports?: readonly ReportFile[] | undefined;
  /** A file for the findings, to be known from now on. */
  readonly writeBaselineTo?: string | undefined;
  /** Looks at the live repositories first. */
  readonly live?: LookAtTemplates | undefined;
}

/** `ecr-hardening check`. A template that cannot be read does not keep the others from being checked. */
export async function checkCommand(
  given: readonly string[],
  options: ExpandOptions,
  checkOptions: CheckOptions,
): Promise<Checked> {
  const problems: string[] = [];
  const { isSelected = () => true } = checkOptions;
  const found: LocatedFinding[] = [];
  const names: string[] = [];
  const { skipped } = await forEachChecked(
    given,
    options,
    checkOptions,
    (template, withOptions) => {
      found.push(...findingsOf(template, withOptions).filter(isSelected));
      names.push(template.file);
    },
    ({ message }) => problems.push(message),
  );
  const { findings, notes: about } = await withoutKnown(found, names, checkOptions);
  problems.push(...(await writeReports(names, findings, checkOptions)));
  const isBad = findings.some(({ level }) => isFailing(level, checkOptions.failOn));
  const code = problems.length > 0 ? 2 : isBad ? 1 : 0;
  // Where nothing was read, the problem says so.
  const isNothing = names.length === 0 && code === 2;
  const isEmpty = names.length + skipped.length + problems.length === 0;
  const notes = [
    ...about,
    ...(isNothing || skipped.length === 0 ? [] : [skippedSentence(skipped)]),
    ...(isEmpty ? ['No template was found.'] : []),
  ];
  const { format, version, colours } = checkOptions;
  const text = await checkReport(format, findings, { read: names, version, colours });
  return format === 'text'
    ? { text: `${text}${notes.map((note) => `${note}\n`).join('')}`, code, problems, notes: [] }
    : { text, code, problems, notes };
}

/** @returns a sentence for each file that could not be written; the other reports are still made */
async function writeReports(
  names: readonly string[],
  findings: readonly LocatedFinding[],
  { reports = [], ...checkOptions }: CheckOptions,
): Promise<readonly string[]> {
  if (reports.length === 0) return [];
  const { writeText } = await import('../write-file.ts');
  const context = { read: names, version: checkOptions.version, colours: noColours };
  const problems: string[] = [];
  for (const { format, file } of reports) {
    const text = await checkReport(format, findings, context);
    try {
      writeText(file, visibleLines(text));
    } catch (error) {
      const reason = whyUnwritten(error);
      problems.push(`${file} could not be written (${reason}): specify another file with --report.`);
    }
  }
  return problems;
}

/** The findings that are not known yet, and what there is to say of the others. */
async function withoutKnown(
  findings: readonly LocatedFinding[],
  read: readonly string[],
  { baseline, writeBaselineTo: file, isSelected = () => true }: CheckOptions,
): Promise<{ readonly findings: readonly LocatedFinding[]; readonly notes: readonly string[] }> {
  if (file !== undefined) {
    const { writeBaseline } = await import('../baseline.ts');
    const count = await writeBaseline(file, findings);
    return { findings: [], notes: [`${file} written: ${countOf(count, 'finding')} known from now on.`] };
  }
  if (baseline === undefined) return { findings, notes: [] };
  const fresh = findings.filter((finding) => finding.level === 'note' || !baseline.takes(finding));
  const known = findings.length - fresh.length;
  const left = baseline.left(read, isSelected);
  return {
    findings: fresh,
    notes: [
      ...(known === 0 ? [] : [`${countOf(known, 'known finding')} of the baseline not shown.`]),
      ...(left === 0
        ? []
        : [`${countOf(left, 'finding')} of the baseline not found: if fixed, write the baseline again.`]),
    ],
  };
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Does the work for each template, after a look at what is live, if there is to be one. */
async function forEachChecked(
  given: readonly string[],
  options: ExpandOptions,
  { live, input = {} }: Pick<CheckOptions, 'live' | 'input'>,
  work: (template: TemplateDocument, withOptions: ExpandOptions) => void,
  report: (problem: Problem) => void,
): Promise<FilesRead> {
  // Nothing of a template is kept: there may be thousands.
  if (live === undefined) return forEachTemplate(given, input, (each) => work(each, options), report);
  const templates: TemplateDocument[] = [];
  const files = await forEachTemplate(given, input, (template) => templates.push(template), report);
  const look = await live(templates, options);
  for (const template of templates) {
    try {
      work(template, look.optionsFor(template));
    } catch (error) {
      if (!isProblem(error)) throw error;
      report(error);
    }
  }
  return files;
}

function isFailing(level: Severity, failOn: FailOn): boolean {
  return failOn !== 'never' && (level === 'error' || (level === 'warning' && failOn === 'warning'));
}
