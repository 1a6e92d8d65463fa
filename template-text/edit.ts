/**
 * Changes values in a template's text and nothing else: comments, order, quotes, short tags and line endings stay byte
 * for byte. Printing the parsed values would lose all of them.
 */
import { isEqual, type JsonObject } from '../core/json.ts';
import { Problem } from '../core/problem.ts';
import { readDocument, type TemplateDocument } from './document.ts';
import { type Edit, editorOf } from './edit/editor.ts';
import { editValue } from './edit/walk.ts';
import { writeOut } from './edit/write-out.ts';

/**
 * The text of a template with its values changed from `before` to `after`, and its aliases and merge keys written out,
 * since CloudFormation accepts none.
 *
 * @throws Problem if `after` is not a template
 * @throws Error if the new text does not have the new values: a defect, which is never printed as a result
 */
export function editTemplate(template: TemplateDocument, after: JsonObject): string {
  const plain = withoutAliases(template);
  return applied(plain, editsFor(plain, after), after).text;
}

/** The same template with the values of its aliases and merge keys in their place; itself if it has none. */
export function withoutAliases(template: TemplateDocument): TemplateDocument {
  const editor = editorOf(template);
  writeOut(editor, template.document);
  return applied(template, inOrder(editor.edits), template.value);
}

function applied(template: TemplateDocument, edits: readonly Edit[], after: JsonObject): TemplateDocument {
  if (edits.length === 0) return template;
  const result = read(apply(template.text, edits), template.file);
  if (!isEqual(result.value, after))
    throw new Error(`the edited text of ${template.file} does not mean what it should`);
  return result;
}

/** The edits that change the text of a template without aliases, in its order. */
export function editsFor(template: TemplateDocument, after: JsonObject): readonly Edit[] {
  const editor = editorOf(template);
  editValue(editor, template.document.contents, template.value, after);
  return inOrder(editor.edits);
}

/** A line of the edited text is none of the file. */
function read(text: string, file: string): TemplateDocument {
  try {
    return readDocument(text, file);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(`${file} would become a text that CloudFormation does not take: ${error.message}`, {
      cause: error,
    });
  }
}

function inOrder(edits: readonly Edit[]): readonly Edit[] {
  return edits.toSorted((one, other) => one.from - other.from || one.to - other.to);
}

function apply(text: string, edits: readonly Edit[]): string {
  let at = 0;
  let result = '';
  for (const { from, to, text: piece } of edits) {
    result += text.slice(at, from) + piece;
    at = to;
  }
  return result + text.slice(at);
}
