import { Problem } from '../../core/problem.ts';
import { visible } from '../../core/visible.ts';
import type { TemplateDocument } from '../../template-text/document.ts';
import { editTemplate } from '../../template-text/edit.ts';
import { type ExpandOptions, expandTemplate } from '../../template-text/expand.ts';
import { numberTextFindings } from '../../template-text/text-findings.ts';
import { reasonOf } from '../../wording/findings.ts';
import { locationOf } from '../../wording/path.ts';
import { filesOf, readInput, standardInput } from '../input.ts';

/**
 * The text that the deployed macro would make of a template; what nothing changes stays byte for byte.
 *
 * @throws Problem when the macro would refuse it
 */
export function expandedText(template: TemplateDocument, options: ExpandOptions): string {
  const expanded = expandTemplate(template.value, options);
  if ('refusal' in expanded) throw new Problem(`${template.file} is refused: ${expanded.refusal}.`);
  const [number] = expanded.isWhole ? numberTextFindings(template) : [];
  if (number !== undefined) {
    const { finding, position } = number;
    throw new Problem(
      `${template.file} is refused: ${locationOf(finding)} (line ${position.line}): ${reasonOf(finding)}.`,
    );
  }
  return editTemplate(template, expanded.template);
}

/**
 * `ecr-hardening expand`.
 *
 * @returns what is to be printed
 */
export async function expandCommand(
  given: readonly string[],
  options: ExpandOptions,
  isToBeWritten: boolean,
): Promise<string> {
  const files = await filesOf(given);
  if (!isToBeWritten && files.length > 1)
    throw new Problem(`expand prints one template, and ${files.length} are given: add --write, or give one.`);
  if (isToBeWritten && files.includes(standardInput))
    throw new Problem('Standard input has no file to be written: leave --write out.');
  const { refuseReadOnly, writeText } = await import('../write-file.ts');
  // All of them first: where one is refused, or cannot be written, none is written.
  const texts = files.map((file) => {
    const template = readInput(file);
    const text = expandedText(template, options);
    if (isToBeWritten) attempt(file, () => refuseReadOnly(file));
    return { file, before: template.text, text };
  });
  if (!isToBeWritten) return texts.map(({ text }) => text).join('');
  return texts
    .map(({ file, before, text }) => {
      if (text === before) return `${visible(file)}: nothing changes\n`;
      attempt(file, () => writeText(file, text));
      return `${visible(file)} written\n`;
    })
    .join('');
}

function attempt(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(`${file} could not be written (${reason}): it is unchanged.`, { cause: error });
  }
}
