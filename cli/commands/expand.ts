import type { Finding } from '../../core/finding.ts';
import { Problem } from '../../core/problem.ts';
import { visible } from '../../core/visible.ts';
import type { TemplateDocument } from '../../template-text/document.ts';
import { editTemplate } from '../../template-text/edit.ts';
import { type ExpandOptions, expandTemplate } from '../../template-text/expand.ts';
import { numberTextFindings } from '../../template-text/text-findings.ts';
import { reasonOf } from '../../wording/findings.ts';
import { locationOf } from '../../wording/path.ts';
import { collectDefaults } from '../findings.ts';
import { standardInput } from '../input/find-files.ts';
import { forEachTemplate, type InputOptions, skippedSentence } from '../input/templates.ts';
import { defaultNotes, liveNotes } from '../live/default-notes.ts';
import type { LookAtTemplates } from '../live/model.ts';
import { whyUnwritten } from '../unwritten.ts';

/**
 * The text that the deployed macro would make of a template; what nothing changes stays byte for byte.
 *
 * @throws Problem when the macro would refuse it
 */
export function expandedText(template: TemplateDocument, options: ExpandOptions): string {
  return expandDocument(template, options).text;
}

/** The same, with the findings. */
function expandDocument(
  template: TemplateDocument,
  options: ExpandOptions,
): { readonly text: string; readonly findings: readonly Finding[] } {
  const expanded = expandTemplate(template.value, options);
  if ('refusal' in expanded) throw new Problem(`${template.file} is refused: ${expanded.refusal}.`);
  const [number] = expanded.isWhole ? numberTextFindings(template) : [];
  if (number !== undefined) {
    const { finding, position } = number;
    throw new Problem(
      `${template.file} is refused: ${locationOf(finding)} (line ${position.line}): ${reasonOf(finding)}.`,
    );
  }
  return { text: editTemplate(template, expanded.template), findings: expanded.findings };
}

/** One template, expanded. */
interface Expanded {
  readonly file: string;
  readonly before: string;
  readonly text: string;
}

/**
 * `ecr-hardening expand`.
 *
 * Where it writes default lifecycle policies, it warns, since nobody looks at the images that they expire; with a look at
 * the live repositories it does what the deployed macro would do, and says what it saw.
 *
 * @param note called with a sentence about what was left out, or about a default lifecycle policy
 * @returns what is to be printed
 */
export async function expandCommand(
  given: readonly string[],
  options: ExpandOptions,
  isToBeWritten: boolean,
  input: InputOptions = {},
  note: (sentence: string) => void = () => {},
  live?: LookAtTemplates,
): Promise<string> {
  if (isToBeWritten && given.includes(standardInput))
    throw new Problem('Standard input has no file to be written: leave --write out.');
  const { refuseReadOnly } = await import('../write-file.ts');
  // All of them first: where one is refused, or cannot be written, none is written.
  const expanded: Expanded[] = [];
  const expand = (template: TemplateDocument, withOptions: ExpandOptions) => {
    const { file, text: before } = template;
    const { defaults, options: collecting } = collectDefaults(withOptions);
    const { text, findings } = expandDocument(template, collecting);
    if (isToBeWritten) attempt(file, () => refuseReadOnly(file));
    expanded.push({ file, before, text });
    const about = withOptions.review === undefined ? defaultNotes(defaults) : liveNotes(findings);
    notes.push(...about.map((each) => `${visible(file)}: ${each}`));
  };
  const notes: string[] = [];
  const templates: TemplateDocument[] = [];
  const { skipped } = await forEachTemplate(given, input, (template) => {
    if (live === undefined) expand(template, options);
    else templates.push(template);
  });
  const look = live && (await live(templates, options));
  for (const template of templates) expand(template, look?.optionsFor(template) ?? options);
  if (skipped.length > 0) note(skippedSentence(skipped));
  if (!isToBeWritten && expanded.length > 1)
    throw new Problem(
      `expand prints one template, and ${expanded.length} are given: add --write, or give one.`,
    );
  const text = isToBeWritten ? await writeAll(expanded) : expanded.map((each) => each.text).join('');
  for (const sentence of notes) note(sentence);
  return text;
}

async function writeAll(expanded: readonly Expanded[]): Promise<string> {
  const { writeText } = await import('../write-file.ts');
  const lines = expanded.map(({ file, before, text }) => {
    if (text === before) return `${visible(file)}: nothing changes\n`;
    attempt(file, () => writeText(file, text));
    return `${visible(file)} written\n`;
  });
  return lines.join('');
}

function attempt(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const reason = whyUnwritten(error);
    throw new Problem(`${file} could not be written (${reason}): it is unchanged.`, { cause: error });
  }
}
