import writeFileAtomic from 'write-file-atomic';
import { Problem } from '../../core/problem.ts';
import type { TemplateDocument } from '../../templates/document.ts';
import { editTemplate } from '../../templates/edit.ts';
import { type ExpandOptions, expandTemplate } from '../../templates/expand.ts';
import { filesOf, readInput, standardInput } from '../input.ts';

/**
 * The text that the deployed macro would make of a template; what nothing changes stays byte for byte.
 *
 * @throws Problem when the macro would refuse it
 */
export function expandedText(template: TemplateDocument, options: ExpandOptions): string {
  const expanded = expandTemplate(template.value, options);
  if ('refusal' in expanded) throw new Problem(`${template.file} is refused: ${expanded.refusal}.`);
  return editTemplate(template, expanded.template);
}

/**
 * `ecr-hardening expand`.
 *
 * @returns what is to be printed
 */
export function expandCommand(
  given: readonly string[],
  options: ExpandOptions,
  isToBeWritten: boolean,
): string {
  const files = filesOf(given);
  if (!isToBeWritten && files.length > 1)
    throw new Problem(`expand prints one template, and ${files.length} are given: add --write, or give one.`);
  if (isToBeWritten && files.includes(standardInput))
    throw new Problem('Standard input has no file to be written: leave --write out.');
  // All of them first: where one is refused, none is written.
  const texts = files.map((file) => ({ file, text: expandedText(readInput(file), options) }));
  if (!isToBeWritten) return texts.map(({ text }) => text).join('');
  for (const { file, text } of texts) writeFileAtomic.sync(file, text);
  return texts.map(({ file }) => `${file} written\n`).join('');
}
